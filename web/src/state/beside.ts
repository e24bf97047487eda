import type { Columns } from './thin'

/**
 * Columns with those of an earlier run behind them: its values are one series
 * more, and there is a row for every step of either. Both are in ascending order.
 */
export function beside(columns: Columns, old: Columns): Columns {
  const [steps = [], ...series] = columns
  const [others = [], values = []] = old
  const out: Columns = [...columns.map(() => []), []]
  let [i, k] = [0, 0]
  while (i < steps.length || k < others.length) {
    const [mine, its] = [steps[i] ?? Infinity, others[k] ?? Infinity]
    const step = Math.min(mine, its)
    const row = [
      step,
      ...series.map((column) => (mine === step ? (column[i] ?? null) : null)),
      its === step ? (values[k] ?? null) : null,
    ]
    row.forEach((v, c) => out[c]?.push(v))
    if (mine === step) i++
    if (its === step) k++
  }
  return out
}

type Range = readonly [low: number, high: number]

/** The least and the largest of the values; nothing where there are none. */
export function extent(values: readonly (number | null)[]): Range | undefined {
  let [low, high] = [Infinity, -Infinity]
  for (const v of values) {
    if (v === null || !Number.isFinite(v)) continue
    low = Math.min(low, v)
    high = Math.max(high, v)
  }
  return low <= high ? [low, high] : undefined
}

/**
 * The range in which an earlier curve is seen, too: all of it where there is
 * nothing else to see, else no more than half of the range to either side, or a
 * run that exploded would press the present one flat.
 */
export function stretched([low, high]: Range, [least, most]: Range, empty: boolean): Range {
  if (empty) return [Math.min(low, least), Math.max(high, most)]
  const room = (high - low || Math.abs(high) || 1) / 2
  return [Math.max(Math.min(low, least), low - room), Math.min(Math.max(high, most), high + room)]
}
