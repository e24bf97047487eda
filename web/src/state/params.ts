import type { Param } from '../engine/messages'

const fine = 200 // places on a slider that is not counted in whole numbers
const tables = new Map<string, number[]>()

/**
 * The values a slider stops at, ascending and all different, so that an arrow
 * key always moves it: what a person would write, the ends and the default.
 */
function places(p: Param): number[] {
  const key = [p.min, p.max, p.default, p.log, p.integer].join()
  let table = tables.get(key)
  if (!table) {
    const few = p.integer && !p.log && p.max - p.min <= 5 * fine
    const n = few ? p.max - p.min : fine
    const raw = Array.from({ length: n + 1 }, (_, i) => at(p, i / n))
    table = [...new Set([p.min, ...raw, p.default, p.max])].sort((a, b) => a - b)
    tables.set(key, table)
  }
  return table
}

/** The value at a share of the way; a logarithmic range that begins at 0 has four decades above it. */
function at(p: Param, share: number): number {
  const low = p.min > 0 ? p.min : p.max / 1e4
  const x = p.log ? low * (p.max / low) ** share : p.min + (p.max - p.min) * share
  const round = p.integer
    ? Math.round(p.log ? Number(x.toPrecision(2)) : x)
    : Number(x.toPrecision(3))
  return Math.min(p.max, Math.max(p.min, round))
}

/** The last position of a parameter's slider; the first is 0. */
export const steps = (p: Param): number => places(p).length - 1

export const fromPosition = (p: Param, position: number): number => places(p)[position] ?? p.default

/** The position nearest to a value. */
export function toPosition(p: Param, value: number): number {
  const table = places(p)
  const above = table.findIndex((v) => v >= value)
  if (above < 0) return table.length - 1
  const low = table[above - 1]
  const high = table[above]
  return low !== undefined && high !== undefined && value - low < high - value ? above - 1 : above
}
