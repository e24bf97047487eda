import { describe, expect, it } from 'vitest'
import { around, bins, deviation, groupsOf, mean, ticks } from './spread'

describe('bins', () => {
  it('counts every value once, the largest too', () => {
    const b = bins([[0, 1, 2, 4], [4]], 4)
    expect(b).toEqual({
      low: 0,
      width: 1,
      counts: [
        [1, 1, 1, 1],
        [0, 0, 0, 1],
      ],
    })
  })
  it('gives equal values and nothing at all a width', () => {
    expect(bins([[3, 3]], 2)).toEqual({ low: 2.5, width: 0.5, counts: [[0, 2]] })
    expect(bins([[], []])).toEqual({ low: 0, width: 1, counts: [[], []] })
  })
})

describe('numbers', () => {
  it('has the mean and the deviation of a sample', () => {
    expect(mean([])).toBe(0)
    expect(mean([1, 2, 6])).toBe(3)
    expect(deviation([1])).toBe(0)
    expect(deviation([1, 0, 0, 0])).toBe(0.5)
  })
  it('leaves room around values, and some where all are equal', () => {
    expect(around([0, 10])).toEqual([-0.6, 10.6])
    expect(around([])).toEqual([0, 1])
    const [low, high] = around([0, 0])
    expect(low).toBeLessThan(high)
  })
  it('has round ticks within a range', () => {
    expect(ticks([-0.3, 1.1])).toEqual([0, 0.5, 1])
    expect(ticks([0, 100])).toEqual([0, 50, 100])
    expect(ticks([0, 40])).toEqual([0, 10, 20, 30, 40])
  })
})

it('groups answers by their prompt', () => {
  expect(groupsOf([1, 2, 3, 4, 5], 2)).toEqual([
    [1, 2],
    [3, 4],
  ])
})
