import { beforeEach, expect, test } from 'vitest'
import type { CheckpointInfo, RunInfo } from '../engine/messages'
import { checkpoints } from './checkpoints.svelte'
import { colourOfModel } from './colours'
import { run } from './run.svelte'

beforeEach(() => {
  checkpoints.list = [
    { id: 'talks', stage: 'sft' } as CheckpointInfo,
    { id: 'skill', stage: 'lora', adapter: true, base: 'talks' } as CheckpointInfo,
    { id: 'tuned', stage: 'ppo' } as CheckpointInfo,
  ]
  run.info = { stage: 'lora', parent: 'talks' } as RunInfo
})

test('a model has the colour of its stage', () => {
  expect(colourOfModel('demo')).toBe('var(--base)')
  expect(colourOfModel('talks')).toBe('var(--sft)')
  expect(colourOfModel('tuned')).toBe('var(--policy)')
  expect(colourOfModel('skill')).toBe('var(--adapter)')
  expect(colourOfModel('live')).toBe('var(--adapter)')
})

test('with an adapter it is the adapter that speaks, without one the model under it', () => {
  expect(colourOfModel('talks', 'skill')).toBe('var(--adapter)')
  expect(colourOfModel('skill', 'none')).toBe('var(--sft)')
  expect(colourOfModel('live', 'none')).toBe('var(--sft)')
  expect(colourOfModel('talks', 'none')).toBe('var(--sft)')
})
