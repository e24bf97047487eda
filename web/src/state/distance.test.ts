import { expect, test } from 'vitest'
import { addPoint, distance, drawnAt } from './distance'
import { parseAnswers } from './exercises.svelte'

const line = (from: number, to: number) => [
  { step: 1, value: from },
  { step: 101, value: to },
]
const measured = [1, 26, 51, 76, 101].map((step) => ({ step, value: 5 - (step - 1) / 25 }))

test('a drawing on the curve is no distance away', () => {
  expect(distance(line(5, 1), measured)).toEqual({ mean: 0, share: 0, early: 0, late: 0 })
})

test('too high and too low are told apart', () => {
  const d = distance(line(5, 5), measured)
  expect(d?.mean).toBeCloseTo(2)
  expect(d?.share).toBeCloseTo(0.5)
  expect(d?.late).toBeGreaterThan(0)
  expect(distance(line(1, 1), measured)?.early).toBeLessThan(0)
})

test('only what lies under the drawing counts, and three points at least', () => {
  expect(drawnAt(line(5, 1), 200)).toBeUndefined()
  expect(
    distance(
      line(5, 1).map((p) => ({ ...p, step: p.step + 70 })),
      measured,
    ),
  ).toBeUndefined()
})

test('a drawing is a function of the step', () => {
  let points = addPoint([], 10, 3, 100, true)
  points = addPoint(points, 10.2, 2, 100, false)
  points = addPoint(points, 200, 1, 100, false)
  expect(points).toEqual([
    { step: 10, value: 2 },
    { step: 100, value: 1 },
  ])
  expect(addPoint([], 3, 1, 5, true)).toEqual([{ step: 3, value: 1 }])
})

test('what was kept and makes no sense is forgotten', () => {
  expect(parseAnswers(null)).toEqual([])
  expect(parseAnswers('{')).toEqual([])
  expect(parseAnswers('[1, {"exercise": "x"}]')).toEqual([])
  const kept = [{ exercise: 'curve', stage: 'sft', given: { kind: 'curve', points: [] }, at: 1 }]
  expect(parseAnswers(JSON.stringify(kept))).toEqual(kept)
})
