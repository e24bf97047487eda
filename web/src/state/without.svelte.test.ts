import { beforeEach, expect, test } from 'vitest'
import type { CheckpointInfo } from '../engine/messages'
import { checkpoints } from './checkpoints.svelte'
import { run } from './run.svelte'
import { speaker, standIn } from './without.svelte'

const saved = (id: string, step: number, kind: string) => ({ id, step, kind }) as CheckpointInfo
const first = saved('first', 10, 'auto')
const final = saved('final', 20, 'final')

beforeEach(() => {
  run.saved = []
  checkpoints.list = []
})

test('a checkpoint speaks for itself', () => {
  expect(speaker('demo')).toBe('demo')
  expect(standIn('one')).toBe('one')
})

test('the live model is the checkpoint of its very step, and none in between', () => {
  run.saved = [final, first, saved('later', 20, 'auto')]
  run.step = 20
  expect(speaker('live')).toBe('final')
  run.step = 15
  expect(speaker('live')).toBe('live')
})

test("the run's newest checkpoint that is still there stands in for a step without one", () => {
  run.saved = [first, final]
  run.step = 25
  expect(standIn('live')).toBe('live')
  checkpoints.list = [first]
  expect(standIn('live')).toBe('first')
  checkpoints.list = [first, final]
  expect(standIn('live')).toBe('final')
})
