import { beforeEach, expect, test } from 'vitest'
import type { CheckpointInfo, Param } from '../engine/messages'
import { refused } from './address.svelte'
import { checkpoints } from './checkpoints.svelte'
import { run } from './run.svelte'
import { data } from './data.svelte'
import { setup as pretraining, StageSetup } from './setup.svelte'

const param = (key: string, min: number, max: number, usual: number, integer = false): Param => ({
  key,
  symbol: '',
  default: usual,
  min,
  max,
  log: false,
  integer,
  doc_en: '',
  doc_zh: '',
})
const read = (text: string) => {
  const setup = new StageSetup('grpo')
  setup.fromQuery(new URLSearchParams(text))
  return setup
}

beforeEach(() => {
  const params = [
    param('lr', 0.0001, 0.1, 0.01),
    param('steps', 1, 500, 60, true),
    param('reward', 0, 2, 0, true),
  ]
  run.stages = [{ name: 'grpo', params }]
  run.on = 'auto'
  checkpoints.list = [{ id: 'judge-1' } as CheckpointInfo]
  refused.show([])
})

test('what an address asks for in its range is taken without a word', () => {
  const setup = read('lr=0.02&steps=10&seed=7&compute=workers&reward=judge-1&parent=demo')
  expect(setup.given()).toEqual({ lr: 0.02, steps: 10 })
  expect([setup.seed, setup.reward, setup.parent]).toEqual([7, 'judge-1', 'demo'])
  expect(refused.list).toEqual([])
})

test('what is out of range, no number or not whole is told with what is used instead', () => {
  const setup = read('lr=9&steps=2.5&seed=minus&compute=abacus')
  expect(setup.given()).toEqual({})
  expect(setup.seed).toBe(1)
  expect(refused.list).toMatchObject([
    { kind: 'choice', key: 'compute', given: 'abacus', used: 'auto' },
    { kind: 'range', key: 'seed', given: 'minus', min: 0, max: 999_999_999, whole: true, used: 1 },
    { kind: 'range', key: 'lr', given: '9', min: 0.0001, max: 0.1, whole: false, used: 0.01 },
    { kind: 'range', key: 'steps', given: '2.5', min: 1, max: 500, whole: true, used: 60 },
  ])
  expect(read('lr=').given()).toEqual({})
  expect(refused.list).toMatchObject([{ key: 'lr', given: '' }])
})

test('a checkpoint that is not here is told; a number is the setting of the same name', () => {
  const setup = read('parent=gone&reward=2')
  expect(setup.parent).toBe('')
  expect(setup.given()).toEqual({ reward: 2 })
  expect(refused.list).toEqual([{ kind: 'gone', key: 'parent', given: 'gone' }])
  expect(read('reward=gone').reward).toBe('')
  expect(refused.list).toEqual([{ kind: 'gone', key: 'reward', given: 'gone' }])
  read('reward=3')
  expect(refused.list).toMatchObject([{ kind: 'range', key: 'reward', given: '3' }])
})

test('the address tells who scores, a model or graders, and is read as it is written', () => {
  for (const reward of ['judge-1', '2']) {
    const setup = read(`reward=${reward}`)
    expect(setup.toQuery()['reward']).toBe(reward)
    setup.fromQuery(new URLSearchParams('reward=judge-1'))
    expect([setup.given(), setup.rewarder]).toEqual([{}, 'judge-1'])
    setup.fromQuery(new URLSearchParams('reward=1'))
    expect([setup.given(), setup.rewarder]).toEqual([{ reward: 1 }, ''])
    setup.fromQuery(new URLSearchParams('reward=0'))
    expect(setup.toQuery()['reward']).toBeUndefined()
  }
})

test('a teacher that is not listened to is the setting in the address', () => {
  run.stages = [{ name: 'grpo', params: [param('teacher', 0, 1, 1, true)] }]
  const setup = read('teacher=judge-1')
  expect(setup.toQuery()['teacher']).toBe('judge-1')
  setup.fromQuery(new URLSearchParams('teacher=0'))
  expect([setup.toQuery()['teacher'], setup.given()]).toEqual([0, { teacher: 0 }])
  setup.fromQuery(new URLSearchParams('teacher=judge-1'))
  expect([setup.toQuery()['teacher'], setup.given()]).toEqual(['judge-1', {}])
})

test('text and tokenizer of pretraining are read as they are written', () => {
  const query = (text: string) => {
    pretraining.fromQuery(new URLSearchParams(text))
    const { town, tokenizer, merges } = pretraining.toQuery()
    return [town, tokenizer, merges]
  }
  expect(query('')).toEqual([undefined, undefined, undefined])
  expect(query('town=quick:zh:3&merges=0')).toEqual(['quick:zh:3', undefined, 0])
  expect([data.size, data.language, data.townSeed, data.merges]).toEqual(['quick', 'zh', 3, 0])
  expect(query('town=standard&tokenizer=char')).toEqual(['standard:both:1', 'char', undefined])
  expect(query('merges=300')).toEqual(['standard:both:1', undefined, 300])
  expect(refused.list).toEqual([])
  for (const town of ['huge', 'quick:fr:3', 'quick:zh:x', 'quick:zh:1000000', 'quick:zh:3:4', '']) {
    query(`town=${town}`)
    expect(refused.list).toEqual([
      { kind: 'town', key: 'town', given: town, used: 'standard:both:1' },
    ])
  }
  query('tokenizer=words&merges=4001')
  expect(refused.list).toMatchObject([
    { kind: 'range', key: 'merges', given: '4001', max: 4000, used: 300 },
    { kind: 'choice', key: 'tokenizer', given: 'words', used: 'bpe' },
  ])
  expect(query('town=quick&merges=1024')).toEqual([undefined, undefined, undefined])
})
