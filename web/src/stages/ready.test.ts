import { expect, test } from 'vitest'
import type { CheckpointInfo } from '../engine/messages'
import { nextReady, parseIndex, type ReadyModel } from './ready'

const model = (key: string, stage: string, ...needs: string[]): ReadyModel => ({
  key,
  stage,
  file: `${key}.safetensors`,
  id: `id-${key}`,
  bytes: 1,
  needs,
  ...(stage === 'lora' ? { adapter: true } : {}),
})
const models = [
  model('pretrain', 'pretrain'),
  model('sft', 'sft', 'pretrain'),
  model('lora', 'lora', 'sft'),
  model('reward', 'reward', 'sft'),
  model('ppo', 'ppo', 'sft', 'reward'),
  model('judge', 'judge', 'sft'),
  model('rlaif_reward', 'reward', 'sft', 'judge'),
  model('grpo', 'grpo', 'sft', 'rlaif_reward'),
  model('distill', 'distill', 'sft'),
]
const own = (stage: string, id = `own-${stage}`): CheckpointInfo =>
  ({ id, stage, kind: 'final', writes: stage !== 'reward', created: 1 }) as CheckpointInfo
const next = (page: string, ...list: CheckpointInfo[]) =>
  nextReady(page, models, list).map((m) => m.key)

test('a stage gets first what it begins with, then what it comes to', () => {
  expect(next('ppo')).toEqual(['sft', 'reward'])
  expect(next('ppo', own('sft'))).toEqual(['reward'])
  expect(next('ppo', own('sft'), own('reward'))).toEqual(['ppo'])
  expect(next('ppo', own('sft'), own('reward'), own('ppo', 'id-ppo'))).toEqual([])
  expect(next('grpo', own('sft'))).toEqual(['rlaif_reward'])
  expect(next('distill')).toEqual(['sft'])
  expect(next('dapo')).toEqual(['sft'])
})

test('an adapter comes with its model', () => {
  expect(next('lora', own('sft'))).toEqual(['sft', 'lora'])
})

test('elsewhere the journey is gone through in order', () => {
  expect(next('home')).toEqual(['pretrain'])
  expect(next('pretrain', own('pretrain'))).toEqual(['sft'])
  expect(next('home', ...models.map((m) => own(m.stage)))).toEqual([])
})

test('only an index is an index', () => {
  expect(parseIndex(JSON.stringify({ version: 1, models }))?.models).toHaveLength(9)
  expect(parseIndex('<!doctype html>')).toBeUndefined()
  expect(parseIndex('{"version":2,"models":[]}')).toBeUndefined()
  expect(parseIndex('null')).toBeUndefined()
  expect(
    parseIndex(
      JSON.stringify({ version: 1, models: [{ ...models[0], file: '../x.safetensors' }] }),
    ),
  ).toBeUndefined()
})
