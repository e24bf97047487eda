import { expect, test } from 'vitest'
import type { CheckpointInfo } from '../engine/messages'
import { score } from './score'

const of = (stage: string, measures: Record<string, number>, more = {}) =>
  score({ stage, measures, bits_per_byte: 0, held_out_loss: 0, ...more } as CheckpointInfo)

test('a checkpoint is known by what its stage is about', () => {
  expect(of('sft', { exact_match_combos: 0.9, honest: 1 })).toEqual({
    key: 'exact_match_combos',
    value: 0.9,
    share: true,
  })
  expect(of('lora', { style_on: 0.5, exact_match_combos: 1 })?.key).toBe('style_on')
  expect(of('ppo', { score: 0.1, heldout_score: 0.2 })).toEqual({
    key: 'heldout_score',
    value: 0.2,
    share: false,
  })
  expect(of('sft', {}, { bits_per_byte: 1.5, held_out_loss: 2 })?.key).toBe('bits_per_byte')
  expect(of('reward', {}, { held_out_loss: 2 })?.key).toBe('held_out_loss')
  expect(of('pretrain', {})).toBeUndefined()
})
