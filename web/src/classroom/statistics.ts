// What a class can say about a curve or a share, with how sure it is.

/** A mean with the half width of its 95 % interval; no interval of one alone. */
export interface Estimate {
  mean: number
  half: number | undefined
  n: number
}

// Student's t, two-sided 95 %, for 1 to 30 degrees of freedom.
const quantiles = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145,
  2.131, 2.12, 2.11, 2.101, 2.093, 2.086, 2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048,
  2.045, 2.042,
]

/** Beyond the table the quantile is that of the normal distribution and a term in 1/ν, exact to 0.001. */
export const studentT = (freedom: number): number =>
  quantiles[freedom - 1] ?? 1.96 + 2.372 / freedom + 2.82 / freedom ** 2

/** The mean of values and its 95 % interval over learners: t·s/√n. */
export function estimate(values: readonly number[]): Estimate {
  const n = values.length
  const mean = values.reduce((a, b) => a + b, 0) / n
  if (n < 2) return { mean, half: undefined, n }
  const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / (n - 1)
  return { mean, half: studentT(n - 1) * Math.sqrt(variance / n), n }
}

/** The 95 % interval of a share after Wilson, which holds for few and for none, too. */
export function wilson(hits: number, n: number): { low: number; high: number } {
  if (n === 0) return { low: 0, high: 1 }
  const z = 1.96
  const p = hits / n
  const centre = (p + z ** 2 / (2 * n)) / (1 + z ** 2 / n)
  const half = (z * Math.sqrt((p * (1 - p)) / n + z ** 2 / (4 * n ** 2))) / (1 + z ** 2 / n)
  return { low: Math.max(0, centre - half), high: Math.min(1, centre + half) }
}

/** A curve as its file holds it: steps ascending, a value at each. */
export interface Curve {
  steps: readonly number[]
  values: readonly number[]
}

/** The value of a curve at a step, on a straight line between its points; none outside them. */
export function valueAt({ steps, values }: Curve, step: number): number | undefined {
  const above = steps.findIndex((s) => s >= step)
  if (above < 0) return undefined
  const high = steps[above] as number
  if (high === step) return values[above]
  const low = steps[above - 1]
  if (low === undefined) return undefined
  const share = (step - low) / (high - low)
  return (values[above - 1] as number) * (1 - share) + (values[above] as number) * share
}

/** The class's mean at so many steps; each point says how many curves reach it. */
export function meanCurve(
  curves: readonly Curve[],
  points = 12,
): { step: number; estimate: Estimate }[] {
  const first = Math.min(...curves.map((c) => c.steps[0] ?? Infinity))
  const last = Math.max(...curves.map((c) => c.steps.at(-1) ?? -Infinity))
  if (!(last >= first)) return []
  const out: { step: number; estimate: Estimate }[] = []
  for (let i = 0; i < points; i++) {
    const step = Math.round(first + ((last - first) * i) / (points - 1))
    if (step === out.at(-1)?.step) continue
    const there = curves.map((c) => valueAt(c, step)).filter((v) => v !== undefined)
    if (there.length > 0) out.push({ step, estimate: estimate(there) })
  }
  return out
}
