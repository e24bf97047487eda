import { expect, test } from 'vitest'
import type { Metrics, RunInfo } from '../engine/messages'
import { differing, remember, upTo } from './earlier'

const info = {
  run: 'r1',
  stage: 'dpo',
  preset: 'seed',
  seed: 1,
  params: { beta: 0.1, steps: 100, eval_every: 10 },
  parent: 'p',
  dataset: { id: 'd', name: 'The town' },
} as unknown as RunInfo
const step = (n: number, more: Partial<Metrics> = {}): Metrics =>
  ({ step: n, train_loss: 1 / n, ...more }) as Metrics

test('the held-out curve is kept where it is one, else that of training', () => {
  const few = [step(1), step(2, { held_out_loss: 5 })]
  expect(remember(info, few)).toMatchObject({
    heldOut: false,
    loss: [
      [1, 2],
      [1, 0.5],
    ],
  })
  const more = [...few, step(3), step(4, { held_out_loss: 4 })]
  expect(remember(info, more)).toMatchObject({
    heldOut: true,
    loss: [
      [2, 4],
      [5, 4],
    ],
  })
  expect(remember(info, [step(1)])).toBeUndefined()
})

test('what is kept of a long run is little, and its rewards are there', () => {
  const long = Array.from({ length: 20_000 }, (_, i) =>
    step(i + 1, { measures: { reward: i, kl: -i } }),
  )
  const kept = remember(info, long)
  expect(kept?.loss[0]?.length).toBeLessThan(500)
  expect(kept?.reward[1]?.at(-1)).toBe(19_999)
  expect(kept?.kl[1]?.at(-1)).toBe(-19_999)
})

test('a run that overflowed leaves what can be drawn', () => {
  const kept = remember(info, [step(1), step(2), step(3, { train_loss: NaN })])
  expect(kept?.loss).toEqual([
    [1, 2],
    [1, 0.5],
  ])
})

test('it is cut where the present run ends', () => {
  const curve = [
    [1, 2, 3],
    [9, 8, 7],
  ]
  expect(upTo(curve, 2)).toEqual([
    [1, 2],
    [9, 8],
  ])
  expect(upTo(curve, 1)).toBeUndefined()
})

test('only what changes a curve is named', () => {
  const now = { ...info, params: { ...info.params, eval_every: 5 } }
  expect(differing(info, now)).toEqual([])
  expect(differing(info, { ...now, seed: 2, params: { ...info.params, beta: 1 } })).toEqual([
    'beta',
    'seed',
  ])
  expect(differing(info, { ...now, parent: 'q', preset: 'sprout' })).toEqual(['preset', 'parent'])
})
