import { expect, test } from 'vitest'
import { beside, extent, stretched } from './beside'

test('an earlier run has a column and its own steps', () => {
  expect(
    beside(
      [
        [1, 2, 3],
        [9, 8, 7],
        [null, 6, null],
      ],
      [
        [2, 4],
        [5, 4],
      ],
    ),
  ).toEqual([
    [1, 2, 3, 4],
    [9, 8, 7, null],
    [null, 6, null, null],
    [null, 5, null, 4],
  ])
})

test('an earlier run stands alone before the present one has a step', () => {
  expect(
    beside(
      [[], [], []],
      [
        [1, 2],
        [5, 4],
      ],
    ),
  ).toEqual([
    [1, 2],
    [null, null],
    [null, null],
    [5, 4],
  ])
  expect(beside([[1], [2]], [[], []])).toEqual([[1], [2], [null]])
})

test('what is not a number has no extent', () => {
  expect(extent([null, 3, 1, NaN, Infinity])).toEqual([1, 3])
  expect(extent([null])).toBeUndefined()
})

test('an earlier curve widens the picture, and does not press the present one flat', () => {
  expect(stretched([1, 3], [0.5, 3.5], false)).toEqual([0.5, 3.5])
  expect(stretched([1, 3], [1.5, 2], false)).toEqual([1, 3])
  expect(stretched([1, 3], [-100, 1e6], false)).toEqual([0, 4])
  expect(stretched([0, 1], [0.5, 1e6], true)).toEqual([0, 1e6])
})
