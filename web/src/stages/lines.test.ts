import { expect, test } from 'vitest'
import { stageNames } from './list'
import { lossMarks, rewarded, rewardMarks } from './lines'

const known = { lnV: 7, first: { step: 1, train_loss: 2.5 } }
const of = (stage: string, params: Record<string, number> = {}) =>
  lossMarks({ stage, params, ...known })

test('pairs begin where both answers are alike', () => {
  for (const stage of ['dpo', 'cdpo', 'reward'])
    expect(of(stage, { epsilon: 0.3, beta: 2 })[0]?.at).toBe(Math.LN2)
  for (const average of [0, 1])
    expect(of('ipo', { tau: 0.1, average })).toEqual([{ id: 'unmoved', at: expect.closeTo(25) }])
  // −ln σ(−γ)
  const [simpo] = of('simpo', { gamma: 1, beta: 2 })
  expect(simpo?.at).toBeCloseTo(-Math.log(1 / (1 + Math.exp(1))), 12)
  expect(of('simpo', { gamma: 0 })[0]?.at).toBeCloseTo(Math.LN2)
})

test('a model that goes on is compared with what it was, a student only with knowing nothing', () => {
  expect(of('sft')).toEqual([
    { id: 'lnV', at: 7, aside: true },
    { id: 'before', at: 2.5 },
  ])
  expect(of('distill').map((m) => m.id)).toEqual(['lnV'])
  expect(of('gkd', { teacher: 1 }).map((m) => m.id)).toEqual(['lnVHeldOut'])
  expect(of('gkd', { teacher: 0 }).map((m) => m.id)).toEqual(['lnV'])
})

test('what is not known yet has no line', () => {
  expect(lossMarks({ stage: 'sft', params: {} })).toEqual([])
  expect(lossMarks({ stage: 'ipo', params: {} })).toEqual([])
  const later = { step: 5, train_loss: 1 }
  expect(lossMarks({ stage: 'lora', params: {}, lnV: 7, first: later })).toHaveLength(1)
})

test('a stage has a line at its loss, or is led by its reward', () => {
  for (const stage of stageNames) {
    const marks = of(stage, { tau: 0.1, gamma: 1 })
    expect(marks.length > 0, stage).toBe(!rewarded(stage))
  }
  expect(rewardMarks({ reward: 0 })).toHaveLength(1)
  expect(rewardMarks({ reward: 1 })).toHaveLength(0)
})
