/** Counts of several lists over the same bins of equal width. */
export interface Bins {
  low: number
  width: number
  /** One row per list. */
  counts: number[][]
}

/** Sorts lists into bins that reach from their smallest to their largest value. */
export function bins(lists: readonly (readonly number[])[], most = 16): Bins {
  const all = lists.flat()
  if (all.length === 0) return { low: 0, width: 1, counts: lists.map(() => []) }
  let low = Math.min(...all)
  let high = Math.max(...all)
  if (low === high) {
    low -= 0.5
    high += 0.5
  }
  const width = (high - low) / most
  const counts = lists.map((list) => {
    const row = Array.from({ length: most }, () => 0)
    for (const x of list) {
      const i = Math.min(most - 1, Math.floor((x - low) / width))
      row[i] = (row[i] ?? 0) + 1
    }
    return row
  })
  return { low, width, counts }
}

export const mean = (list: readonly number[]): number =>
  list.length === 0 ? 0 : list.reduce((sum, x) => sum + x, 0) / list.length

/** The sample's standard deviation; 0 for fewer than two. */
export function deviation(list: readonly number[]): number {
  if (list.length < 2) return 0
  const m = mean(list)
  return Math.sqrt(list.reduce((sum, x) => sum + (x - m) ** 2, 0) / (list.length - 1))
}

/** A range with some room around its values, never empty. */
export function around(values: readonly number[], ...also: number[]): [number, number] {
  const all = [...values, ...also]
  if (all.length === 0) return [0, 1]
  const low = Math.min(...all)
  const high = Math.max(...all)
  const room = (high - low || Math.abs(high) || 1) * 0.06
  return [low - room, high + room]
}

/** Round numbers within a range, a few of them. */
export function ticks([low, high]: readonly [number, number], about = 4): number[] {
  const raw = (high - low) / about
  const power = 10 ** Math.floor(Math.log10(raw))
  const step = power * ([1, 2, 5].find((m) => m * power >= raw) ?? 10)
  const out: number[] = []
  for (let i = Math.ceil(low / step); i * step <= high + step * 1e-9; i++) out.push(i * step + 0) // never −0
  return out
}

/** The answers of a policy in groups to one prompt each. */
export function groupsOf<T>(list: readonly T[], size: number): T[][] {
  const out: T[][] = []
  for (let at = 0; at + size <= list.length; at += size) out.push(list.slice(at, at + size))
  return out
}
