import { expect, test } from 'vitest'
import type { Param } from '../engine/messages'
import { fromPosition, steps, toPosition } from './params'

const param = (p: Partial<Param>): Param => ({
  key: 'k',
  symbol: '',
  default: 0,
  min: 0,
  max: 1,
  doc_en: '',
  doc_zh: '',
  ...p,
})
const cases: Record<string, Param> = {
  linear: param({ max: 1 }),
  'log from 1e-5': param({ min: 1e-5, max: 0.3, log: true }),
  'log from 0': param({ min: 0, max: 0.5, log: true }),
  integers: param({ min: 1, max: 64, integer: true }),
  'integers, log': param({ min: 10, max: 20000, integer: true, log: true }),
}

test.each(Object.entries(cases))('%s: ends, order and round trip', (_, p) => {
  expect(fromPosition(p, 0)).toBe(p.min)
  expect(fromPosition(p, steps(p))).toBe(p.max)
  let before = -Infinity
  for (let i = 0; i <= steps(p); i++) {
    const value = fromPosition(p, i)
    expect(value).toBeGreaterThanOrEqual(before)
    if (p.integer) expect(Number.isInteger(value)).toBe(true)
    expect(fromPosition(p, toPosition(p, value))).toBeCloseTo(
      value,
      12 - Math.ceil(Math.log10(p.max + 1)) * 3,
    )
    before = value
  }
})

test('values are what a person would write', () => {
  expect(fromPosition(param({ min: 1e-5, max: 1, log: true }), 101)).toBe(0.0034)
})
