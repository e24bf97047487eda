import { expect, test } from 'vitest'
import { curvesOf } from '../classroom/results'
import type { Metrics } from '../engine/messages'
import { common, together } from './common'

const run = (n: number, more: (step: number) => Partial<Metrics> = () => ({})) =>
  curvesOf(
    Array.from({ length: n }, (_, i) => ({
      step: i + 1,
      train_loss: i,
      ...more(i + 1),
    })) as Metrics[],
  )

test('only what both have as a curve is compared, losses first', () => {
  const a = run(4, () => ({ held_out_loss: 1, measures: { kl: 0, reward: 1 } }))
  const b = run(4, (s) => ({
    ...(s === 4 ? { held_out_loss: 1 } : {}),
    measures: { reward: 1, brief: 0 },
  }))
  expect(common(a, b)).toEqual(['train_loss', 'reward'])
  expect(common(a, a)).toEqual(['held_out_loss', 'train_loss', 'kl', 'reward'])
  expect(common(a, {})).toEqual([])
})

test('two runs of different length lie in one chart, and it stays small', () => {
  expect(together(run(2), run(3), 'train_loss')).toEqual([
    [1, 2, 3],
    [0, 1, null],
    [0, 1, 2],
  ])
  expect(together(run(9000), run(50_000), 'train_loss')[0]?.length).toBeLessThan(400)
})
