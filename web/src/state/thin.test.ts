import { expect, test } from 'vitest'
import { thin } from './thin'

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
