import { expect, it } from 'vitest'
import { preferred, rank } from './rewards'

it('knows how sure a difference is', () => {
  expect(preferred(0)).toBe(0.5)
  expect(preferred(Math.log(3))).toBeCloseTo(0.75)
  expect(preferred(2) + preferred(-2)).toBeCloseTo(1)
})

it('finds a place among others', () => {
  expect(rank(0, [])).toBeUndefined()
  expect(rank(2, [1, 2, 3, 4])).toBe(0.375)
  expect(rank(9, [1, 2])).toBe(1)
})
