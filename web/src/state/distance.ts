import type { Point } from './exercises.svelte'

/** How far a drawn curve lies from the measured one where both exist. */
export interface Distance {
  /** Mean of the absolute difference. */
  mean: number
  /** The same as a share of the measured curve's own range. */
  share: number
  /** Mean of drawn minus measured in the first and in the last third: above 0, too high. */
  early: number
  late: number
}

/** The drawn value at a step; undefined beyond both ends. */
export function drawnAt(points: readonly Point[], step: number): number | undefined {
  const right = points.findIndex((p) => p.step >= step)
  const b = points[right]
  const a = points[right - 1]
  if (!b) return undefined
  if (!a) return b.step === step ? b.value : undefined
  return a.value + ((b.value - a.value) * (step - a.step)) / (b.step - a.step)
}

/** Undefined where fewer than three measurements lie under the drawing. */
export function distance(
  drawn: readonly Point[],
  measured: readonly Point[],
): Distance | undefined {
  if (drawn.length < 2) return undefined
  const gaps = measured.flatMap((m) => {
    const value = drawnAt(drawn, m.step)
    return value === undefined ? [] : [value - m.value]
  })
  if (gaps.length < 3) return undefined
  const values = measured.map((m) => m.value)
  const range = Math.max(...values) - Math.min(...values)
  const mean = average(gaps.map(Math.abs))
  const third = Math.max(1, Math.floor(gaps.length / 3))
  return {
    mean,
    share: range > 0 ? mean / range : Infinity,
    early: average(gaps.slice(0, third)),
    late: average(gaps.slice(-third)),
  }
}

const average = (x: number[]): number => x.reduce((a, b) => a + b, 0) / x.length

/** Adds a point; the curve stays a function of the step, with at most 80 points. */
export function addPoint(
  points: readonly Point[],
  step: number,
  value: number,
  end: number,
  begins: boolean,
): Point[] {
  const places = Math.min(80, end)
  const at = Math.max(1, Math.round((Math.round((step / end) * places) * end) / places))
  const place = Math.min(end, at)
  const others = begins ? [] : points.filter((p) => p.step !== place)
  return [...others, { step: place, value: Math.max(0, value) }].sort((a, b) => a.step - b.step)
}
