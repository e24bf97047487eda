import { expect, test } from 'vitest'
import { estimate, meanCurve, studentT, valueAt, wilson } from './statistics'

test('the interval of a mean is that of Student', () => {
  // 2, 4, 6: s = 2, t = 4.303 at two degrees of freedom.
  const e = estimate([2, 4, 6])
  expect(e.mean).toBe(4)
  expect(e.half).toBeCloseTo((4.303 * 2) / Math.sqrt(3), 3)
  expect(estimate([5])).toEqual({ mean: 5, half: undefined, n: 1 })
  expect(studentT(30)).toBe(2.042)
  expect(studentT(40)).toBeCloseTo(2.0211, 3)
  expect(studentT(120)).toBeCloseTo(1.9799, 3)
})

test('the interval of a share stays between 0 and 1', () => {
  expect(wilson(0, 0)).toEqual({ low: 0, high: 1 })
  expect(wilson(0, 10).low).toBe(0)
  expect(wilson(0, 10).high).toBeCloseTo(0.2775, 3)
  expect(wilson(5, 10).low).toBeCloseTo(0.2366, 3)
  expect(wilson(10, 10).high).toBe(1)
})

test('curves of different lengths are averaged where they are', () => {
  const a = { steps: [0, 10, 20], values: [4, 2, 0] }
  const b = { steps: [0, 10], values: [6, 4] }
  expect(valueAt(a, 5)).toBe(3)
  expect(valueAt(a, 20)).toBe(0)
  expect(valueAt(b, 11)).toBeUndefined()
  expect(valueAt({ steps: [5], values: [1] }, 2)).toBeUndefined()
  const mean = meanCurve([a, b], 5)
  expect(mean.map((m) => [m.step, m.estimate.mean, m.estimate.n])).toEqual([
    [0, 5, 2],
    [5, 4, 2],
    [10, 3, 2],
    [15, 1, 1],
    [20, 0, 1],
  ])
  expect(meanCurve([])).toEqual([])
})
