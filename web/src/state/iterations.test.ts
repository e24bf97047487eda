import { describe, expect, it, test } from 'vitest'
import type { Attempt, Metrics } from '../engine/messages'
import { flatterer, iterations, outcome } from './iterations'

const row = (step: number, measures?: Record<string, number>): Metrics => ({
  step,
  train_loss: 1,
  lr: 1,
  grad_norm: 1,
  tokens_per_s: 1,
  seconds: 1,
  seconds_left: 1,
  ...(measures ? { measures } : {}),
})

describe('iterations', () => {
  it('has one row for each, from its first step', () => {
    const rows = iterations([
      row(1, { iteration: 1, reward: 0, kl: 0, score: 0.5 }),
      row(2, { iteration: 1, reward: 0, kl: 0, score: 0.5 }),
      row(3, { iteration: 2, reward: 1, kl: 3 }),
      row(4),
    ])
    expect(rows).toEqual([
      { number: 1, step: 1, reward: 0, kl: 0, score: 0.5 },
      { number: 2, step: 3, reward: 1, kl: 3, score: undefined },
    ])
  })
})

describe('outcome', () => {
  const run = (reward: number, score: number, n = 8) =>
    Array.from({ length: n }, (_, i) => ({
      number: i + 1,
      step: i,
      kl: i,
      reward: (reward * i) / (n - 1),
      score: 0.5 + (score * i) / (n - 1),
    }))
  it('calls it hacked only where the graders disagree with the reward', () => {
    expect(outcome(run(2, -0.3)).kind).toBe('hacked')
    expect(outcome(run(2, 0.3)).kind).toBe('both')
    expect(outcome(run(2, 0)).kind).toBe('rewardOnly')
    expect(outcome(run(0, -0.3)).kind).toBe('flat')
    expect(outcome(run(2, -0.3, 3)).kind).toBe('early')
  })
})

test('the flatterer is the poor answer that earns most, and earns more than usual', () => {
  const answer = (text: string, reward: number, grade?: number) =>
    ({ prompt: 'q', text, reward, ...(grade === undefined ? {} : { grade }) }) as Attempt
  const shown = [
    answer('true and warm', 3, 1),
    answer('warm, warm', 2, 0.25),
    answer('warm', 1, 0),
    answer('', 4, 0),
    answer('nobody knows', 5),
    answer('dull', -9, 0.2),
  ]
  expect(flatterer(shown)?.text).toBe('warm, warm')
  expect(flatterer(shown.slice(0, 1))).toBeUndefined()
  expect(flatterer([answer('a', 1, 0), answer('b', 1, 0)])).toBeUndefined()
  expect(flatterer([])).toBeUndefined()
})
