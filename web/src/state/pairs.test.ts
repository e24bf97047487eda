import { describe, expect, it } from 'vitest'
import type { MeasuredEvent, Metrics } from '../engine/messages'
import { ahead, course, told } from './pairs'

const rows = (loss: number, ...measured: [number, number][]): Metrics[] =>
  Array.from({ length: 30 }, (_, i) => {
    const m = measured[i - (30 - measured.length)]
    return {
      step: i + 1,
      train_loss: loss,
      lr: 1,
      grad_norm: 1,
      tokens_per_s: 1,
      seconds: 1,
      seconds_left: 1,
      ...(m ? { measures: { heldout_chosen: m[0], heldout_rejected: m[1] } } : {}),
    }
  })

describe('course', () => {
  it('tells a chosen answer that fell from one that rose', () => {
    expect(course(rows(0.4, [-2, -9]), false)).toEqual({
      kind: 'fallen',
      chosen: -2,
      rejected: -9,
      margin: 7,
    })
    expect(course(rows(0.4, [2, -9]), false).kind).toBe('risen')
    expect(course(rows(0.4, [-2, -1]), false).kind).toBe('losing')
  })
  it('says that nothing moves only after a while', () => {
    expect(course(rows(0.6931, [0.001, 0]), false).kind).toBe('stuck')
    expect(course(rows(0.6931, [0.001, 0]).slice(-5), false).kind).toBe('risen')
    expect(course(rows(0.6931), false).kind).toBe('wait')
  })
  it('compares with the first measurement where there is no reference', () => {
    expect(course(rows(0.6931, [-2, -2]), true).kind).toBe('wait')
    expect(course(rows(0.6931, [-2, -2], [-2.5, -4]), true)).toMatchObject({
      kind: 'fallen',
      chosen: -0.5,
      rejected: -2,
    })
  })
})

it('counts ties half', () => {
  expect(ahead([])).toBe(0)
  expect(
    ahead([
      { chosen: 1, rejected: 0 },
      { chosen: 0, rejected: 0 },
    ]),
  ).toBe(0.75)
})

describe('told', () => {
  const event = (
    step: number,
    reference: boolean,
    ...pairs: [number, number][]
  ): MeasuredEvent => ({
    run: 'r',
    step,
    pairs: pairs.map(([chosen, rejected]) => ({ chosen, rejected })),
    told: pairs.map(([chosen, rejected], at) => ({
      at,
      question: 'Who?',
      chosen: 'A fox.',
      rejected: 'An owl.',
      said: { chosen, rejected },
      ...(reference ? { reference: { chosen: 0, rejected: 0 } } : {}),
    })),
  })

  it('says which answer fell against the reference, and which pairs are ranked wrong', () => {
    const now = event(25, true, [-1, -3], [-2, 1], [1, -1], [0, 0])
    expect(told(now, undefined, false).map((x) => [x.margin, x.wrong, x.moves])).toEqual([
      [2, false, 'both_down'],
      [-3, true, 'chosen_down'],
      [2, false, 'rejected_down'],
      [0, false, undefined],
    ])
  })
  it('holds against the first measurement where there is no reference', () => {
    const first = event(25, false, [-2, -2])
    expect(told(first, first, false)[0]?.moved).toBeUndefined()
    const now = event(50, false, [-1.5, -3])
    expect(told(now, first, false)[0]?.moved).toEqual({ chosen: 0.5, rejected: -1 })
    expect(told(now, first, true)[0]?.moved).toBeUndefined()
    expect(told(undefined, first, false)).toEqual([])
  })
})
