import { beforeAll, expect, test } from 'vitest'
import { exercises } from '../../stages/exercises'
import type { Exercise, ExerciseStage } from '../../stages/exercises/kinds'
import { settings } from '../../state/settings.svelte'
import { explained } from './words'

const of = (stage: ExerciseStage, id: string): Exercise => {
  const found = exercises[stage].find((e) => e.id === id)
  if (!found) throw new Error(id)
  return found
}

beforeAll(() => settings.setLocale('en'))

test('what is explained is what the run came to', () => {
  const values = { from: '1', to: '2' }
  const said = ['rises', 'stays', 'falls'].map((truth) =>
    explained(of('dapo', 'entropyTrend'), truth, values),
  )
  expect(new Set(said).size).toBe(3)
  for (const sentence of said) expect(sentence).toContain('1')
})

test('one sentence serves where it is true of every outcome', () => {
  const said = explained(of('ppo', 'klTrend'), 'rises', { from: '1', to: '2' })
  expect(said).not.toBe('')
  expect(explained(of('ppo', 'klTrend'), 'falls', { from: '1', to: '2' })).toBe(said)
})

test('a loss that was drawn is not explained as a score', () => {
  const [loss, score] = [of('sft', 'curve'), of('ppo', 'curve')].map((e) =>
    explained(e, 0.2, { distance: '0.2' }),
  )
  expect(loss).toContain('0.2')
  expect(score).toContain('0.2')
  expect(loss).not.toBe(score)
})
