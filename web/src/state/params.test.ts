import { expect, test } from 'vitest'
import type { Param } from '../engine/messages'
import { fromPosition, steps, toPosition } from './params'

const param = (p: Partial<Param>): Param => ({
  key: 'k',
  symbol: '',
  default: p.min ?? 0,
  min: 0,
  max: 1,
  doc_en: '',
  doc_zh: '',
  ...p,
})
const cases: Record<string, Param> = {
  linear: param({ default: 0.1234 }),
  'log from 1e-5': param({ min: 1e-5, max: 10, log: true, default: 2e-3 }),
  'log from 0': param({ max: 0.5, log: true }),
  integers: param({ min: 1, max: 64, integer: true, default: 12 }),
  'integers, log': param({ min: 1, max: 100_000, integer: true, log: true, default: 1024 }),
}

test.each(Object.entries(cases))('%s: ends, order, default and round trip', (_, p) => {
  expect(fromPosition(p, 0)).toBe(p.min)
  expect(fromPosition(p, steps(p))).toBe(p.max)
  expect(fromPosition(p, toPosition(p, p.default))).toBe(p.default)
  let before = -Infinity
  for (let i = 0; i <= steps(p); i++) {
    const value = fromPosition(p, i)
    expect(value).toBeGreaterThan(before)
    if (p.integer) expect(Number.isInteger(value)).toBe(true)
    expect(toPosition(p, value)).toBe(i)
    before = value
  }
})

test('a value between two places goes to the nearer one', () => {
  const p = param({ min: 0, max: 10, integer: true })
  expect(toPosition(p, 3.4)).toBe(3)
  expect(toPosition(p, 3.6)).toBe(4)
  expect(toPosition(p, 99)).toBe(10)
})
