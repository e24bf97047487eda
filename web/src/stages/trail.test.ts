import { expect, test } from 'vitest'
import type { CheckpointInfo } from '../engine/messages'
import { family } from '../state/family'
import { stageNames } from './list'
import {
  address,
  after,
  album,
  beginning,
  lastOf,
  newest,
  nextStop,
  reached,
  related,
  scorers,
  trail,
  waysOn,
} from './trail'

let clock = 0
const row = (id: string, stage: string, parents: CheckpointInfo[] = [], more = {}) =>
  ({
    id,
    name: id,
    stage,
    kind: 'final',
    created: ++clock,
    writes: stage !== 'reward',
    parent: parents[0]?.id,
    ancestors: parents.map((p) => ({ id: p.id, name: p.id, stage: p.stage, step: 1 })),
    ...more,
  }) as CheckpointInfo

const base = row('base', 'pretrain')
const sft = row('sft', 'sft', [base])
const lora = row('lora', 'lora', [sft, base], { adapter: true, base: 'sft' })
const reward = row('reward', 'reward', [sft, base])
const ppo = row('ppo', 'ppo', [sft, base])

test('the way leads from every stage to its end', () => {
  for (const stage of stageNames) {
    let stop: string = stage
    let hops = 0
    while (stop !== 'grown' && hops++ < 20) stop = after(stop)
    expect(stop, stage).toBe('grown')
  }
  expect(after('ipo')).toBe('judge')
  expect(after('dapo')).toBe('simpo')
  expect(after('gkd')).toBe('grown')
  expect(trail.every((stop) => stop === 'grown' || after(stop) !== stop)).toBe(true)
})

test('what is next is the first stop without a checkpoint', () => {
  expect(nextStop([])).toBe('tokenizer')
  expect(nextStop([], true)).toBe('pretrain')
  expect(nextStop([base])).toBe('sft')
  expect(nextStop([base, lora])).toBe('sft')
  expect(nextStop([base, sft, lora])).toBe('reward')
  expect(nextStop(trail.map((s) => row(s, s)))).toBe('grown')
  expect(reached([row('bad', 'sft', [], { kind: 'damaged' })]).size).toBe(0)
})

test('a stage remembers what it made of this model, of this seed if it can', () => {
  const one = row('one', 'dpo', [sft, base], { seed: 1 })
  const two = row('two', 'dpo', [sft, base], { seed: 2 })
  const bad = row('bad', 'dpo', [sft, base], { seed: 1, kind: 'damaged' })
  const list = [row('far', 'dpo', [lora], { seed: 1 }), ppo, bad, two, one, sft]
  expect(lastOf('dpo', 'sft', 1, list)?.id).toBe('one')
  expect(lastOf('dpo', 'sft', 3, list)?.id).toBe('two')
  expect(lastOf('dpo', 'base', 1, list)).toBeUndefined()
})

test('siblings grow from the parent of their own line', () => {
  const other = row('sft2', 'sft', [base]) // newer, but of another line
  const list = [other, ppo, reward, lora, sft, base]
  expect(beginning('dpo', ppo, list)).toEqual({ parent: 'sft' })
  expect(beginning('dpo', other, list)).toEqual({ parent: 'sft2' })
  expect(beginning('ppo', reward, list)).toEqual({ parent: 'sft', reward: 'reward' })
  // Nobody scores in its own line: the nearest does.
  expect(beginning('ppo', other, list)).toEqual({ parent: 'sft2', reward: 'reward' })
  expect(beginning('distill', ppo, list)).toEqual({ teacher: 'sft' })
  expect(beginning('sft', undefined, [])).toEqual({ parent: 'demo' })
  expect(address('grown', ppo, list)).toBe('#/grown')
  expect(address('ppo', reward, list)).toBe('#/ppo?parent=sft&reward=reward')
})

test('who scores: the newest of the own line, then of the family; never one with other tokens', () => {
  const old = row('old', 'reward', [sft, base], { created: 1, vocab: 300 })
  const sibling = row('sibling', 'reward', [row('sft2', 'sft', [base]), base])
  const stranger = row('stranger', 'reward')
  const deaf = row('deaf', 'reward', [sft, base], { vocab: 500 })
  const model = { ...sft, vocab: 300 }
  const ids = scorers(model, [stranger, deaf, old, sibling, reward, sft]).map((c) => c.id)
  expect(ids).toEqual(['reward', 'old', 'sibling', 'stranger'])
  expect(related(sibling, model)).toBe(true)
  expect(related(stranger, model)).toBe(false)
  expect(beginning('ppo', sft, [stranger, sft])).toEqual({ parent: 'sft' })
})

test('the ways on from a checkpoint', () => {
  expect(waysOn(base)).toEqual(['sft', 'lora', 'judge'])
  expect(waysOn(reward)).toEqual(['ppo', 'grpo', 'dr_grpo', 'dapo', 'spo'])
  expect(waysOn(lora)).toEqual([])
  expect(waysOn(sft)).toContain('distill')
  expect(newest([base, sft, lora])?.id).toBe('lora')
  expect(newest([base, sft, lora], 'sft')?.id).toBe('sft')
})

test('the album has the newest of each stage, kept ones before automatic ones', () => {
  const late = row('late', 'sft', [base], { kind: 'auto' })
  const [root] = family([late, ppo, lora, sft, base])
  expect(root && album(root).map((c) => c.id)).toEqual(['base', 'sft', 'lora', 'ppo'])
})
