import { expect, test } from 'vitest'
import en from '../i18n/en'
import { plans, wholeAddress } from './plans'

// Seconds of a part's runs on two cores, as docs/JOURNEY.md has them.
const runs: Record<string, number> = {
  pretrain: 168,
  sft: 2 * 42, // with the loss mask and without
  lora: 22,
  feedback: 60 + 69, // the reward model, and PPO at β = 0
  dpo: 46,
  tutor: 23,
  distil: 101,
}

test('the parts fill the lesson, and every run fits into its part with time to talk', () => {
  for (const plan of plans) {
    expect(plan.parts.reduce((a, p) => a + p.minutes, 0)).toBe(plan.minutes)
    for (const { part, minutes } of plan.parts)
      expect(minutes * 60, part).toBeGreaterThanOrEqual(1.5 * (runs[part] ?? 0) + 120)
    for (const question of plan.questions) expect(en.plans.answers[question]).not.toBe('')
  }
})

test('all grow the same base, and from there on every seat has a seed of its own', () => {
  for (const { part, address } of plans.flatMap((p) => p.parts))
    expect(/[?&]seed=/.test(address), address).toBe(part === 'pretrain')
  expect(en.plans.seats).toContain('{seed')
})

test('on paper an address is whole, wherever the page is served from', () => {
  expect(wholeAddress('#/ppo?beta=0', 'https://host/a/b/index.html?x=1#/class?plan=90')).toBe(
    'https://host/a/b/index.html#/ppo?beta=0',
  )
})
