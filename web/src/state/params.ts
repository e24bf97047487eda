import type { Param } from '../engine/messages'

const fine = 200 // positions of a slider that is not counted in whole numbers

/** How many steps the slider of a parameter has. */
export function steps(p: Param): number {
  return p.integer && !p.log ? Math.min(fine * 5, p.max - p.min) : fine
}

/** The slider's position of a value. A logarithmic range that begins at 0 keeps 0 as its first step. */
export function toPosition(p: Param, value: number): number {
  const n = steps(p)
  if (!p.log) return Math.round(((value - p.min) / (p.max - p.min)) * n)
  if (value <= floor(p)) return value <= p.min ? 0 : 1
  const first = p.min > 0 ? 0 : 1
  return first + Math.round((Math.log(value / floor(p)) / Math.log(p.max / floor(p))) * (n - first))
}

/** The value at a slider's position, rounded to what a person would write. */
export function fromPosition(p: Param, position: number): number {
  const n = steps(p)
  if (position <= 0) return p.min
  if (position >= n) return p.max
  let value: number
  if (!p.log) value = p.min + ((p.max - p.min) * position) / n
  else {
    const first = p.min > 0 ? 0 : 1
    value = floor(p) * Math.pow(p.max / floor(p), (position - first) / (n - first))
  }
  value = p.integer
    ? Math.round(p.log ? Number(value.toPrecision(2)) : value)
    : Number(value.toPrecision(2))
  return Math.min(p.max, Math.max(p.min, value))
}

/** Where a logarithmic range begins. */
function floor(p: Param): number {
  return p.min > 0 ? p.min : p.max / 1e4
}
