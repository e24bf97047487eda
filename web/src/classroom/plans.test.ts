import { expect, test } from 'vitest'
import en from '../i18n/en'
import { plans } from './plans'

// Seconds of a run on two cores, as docs/JOURNEY.md has them.
const runs: Record<string, number> = {
  pretrain: 238,
  sft: 69,
  lora: 24,
  feedback: 138,
  dpo: 71,
  tutor: 152,
}

test('the parts fill the lesson, and every run fits into its part with time to talk', () => {
  for (const plan of plans) {
    expect(plan.parts.reduce((a, p) => a + p.minutes, 0)).toBe(plan.minutes)
    for (const { part, minutes } of plan.parts)
      expect(minutes * 60, part).toBeGreaterThanOrEqual(1.5 * (runs[part] ?? 0) + 120)
    for (const question of plan.questions) expect(en.plans.answers[question]).not.toBe('')
  }
})
