import { expect, test } from 'vitest'
import { roughly } from './format'

test.each([
  [0.3, '5 seconds'],
  [13, '15 seconds'],
  [56, '55 seconds'],
  [58, '1 minute'],
  [95, '2 minutes'],
  [3200, '53 minutes'],
  [3400, '1 hour'],
  [5500, '1.5 hours'],
])('%d s are about %s', (seconds, words) => {
  expect(roughly(seconds)).toBe(words)
})
