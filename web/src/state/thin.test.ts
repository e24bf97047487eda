import { expect, test } from 'vitest'
import { figures, thin } from './thin'

test('a short run is kept as it is', () => {
  const columns = [
    [1, 2, 3],
    [5, 4, 3],
  ]
  expect(thin(columns, 10)).toBe(columns)
})

test('a long run keeps its ends, its spikes and every measured point', () => {
  const n = 10_000
  const steps = Array.from({ length: n }, (_, i) => i + 1)
  const train = steps.map((s) => (s === 4321 ? 99 : 1 / s))
  const heldOut = steps.map((s) => (s % 100 === 0 ? 1 / s : null))
  const [x, y, h] = thin([steps, train, heldOut], 200) as [number[], number[], (number | null)[]]
  expect(x.length).toBeLessThan(520)
  expect(x[0]).toBe(1)
  expect(x.at(-1)).toBe(n)
  expect(y[x.indexOf(4321)]).toBe(99)
  expect(h.filter((v) => v !== null)).toHaveLength(100)
  expect(x).toEqual([...x].sort((a, b) => a - b))
})

test('a table has the last figures of round stretches and the newest ones', () => {
  const steps = Array.from({ length: 130 }, (_, i) => i + 1)
  const train = steps.map((s) => s / 10)
  const heldOut = steps.map((s) => (s % 25 === 0 ? s : null))
  const table = figures([steps, train, heldOut], 20)
  expect(table[0]).toEqual([...Array.from({ length: 13 }, (_, i) => 10 * (i + 1))])
  expect(table[1]?.at(-1)).toBe(13)
  expect(table[2]?.slice(0, 5)).toEqual([null, null, 25, null, 50])
  // What stands there does not move while the run goes on.
  const before = figures(
    [steps, train].map((c) => c.slice(0, 127)),
    20,
  )
  expect(before[0]?.slice(0, 12)).toEqual(table[0]?.slice(0, 12))
  expect(before[0]?.at(-1)).toBe(127)
})

test('tables of few rows and of none', () => {
  expect(figures([[]], 20)).toEqual([[]])
  expect(
    figures(
      [
        [1, 2],
        [3, null],
      ],
      20,
    ),
  ).toEqual([
    [1, 2],
    [3, null],
  ])
})
