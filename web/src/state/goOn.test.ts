import { beforeEach, expect, test } from 'vitest'
import type { CheckpointInfo, Param, Problem, RunInfo } from '../engine/messages'
import { engine } from './engine.svelte'
import { changed, stranded } from './goOn'
import { run } from './run.svelte'

const kept = { id: 'kept', stage: 'sft', resumable: true, diverged: true } as CheckpointInfo
const problem: Problem = { code: 'training_diverged', text: '' }

beforeEach(() => {
  run.phase = 'none'
  run.info = undefined
  run.saved = []
  run.problem = undefined
  engine.offer = undefined
})

test('a run that diverged just now goes on from what it saved', () => {
  run.info = { stage: 'sft', params: { lr: 3 } } as unknown as RunInfo
  run.phase = 'failed'
  run.problem = problem
  expect(stranded('sft')).toBeUndefined()
  run.saved = [kept]
  expect(stranded('sft')).toEqual({ checkpoint: kept, params: { lr: 3 }, diverged: true })
  expect(stranded('dpo')).toBeUndefined()
  run.problem = { code: 'internal', text: '' }
  expect(stranded('sft')?.diverged).toBe(false)
})

test('after a reload it does, too; one that was merely interrupted has its own offer', () => {
  engine.offer = { checkpoint: kept, afterLoss: false }
  expect(stranded('sft')).toEqual({ checkpoint: kept, params: undefined, diverged: true })
  expect(stranded('dpo')).toBeUndefined()
  run.phase = 'running'
  expect(stranded('sft')).toBeUndefined()
  run.phase = 'none'
  engine.offer = { checkpoint: { ...kept, diverged: false }, afterLoss: false }
  expect(stranded('sft')).toBeUndefined()
})

test('only the optimiser may be set otherwise, and only where it was told', () => {
  const now: Record<string, number> = { lr: 0.001, clip: 1, steps: 9 }
  const setup = {
    params: () => Object.keys(now).map((key) => ({ key }) as Param),
    value: (p: Param) => now[p.key] ?? 0,
  }
  expect(changed(setup, { lr: 10, clip: 1, steps: 5 })).toEqual({ lr: 0.001 })
  expect(changed(setup, {})).toEqual({})
})
