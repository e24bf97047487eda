import { expect, test } from 'vitest'
import type { Metrics } from '../engine/messages'
import {
  again,
  curvesOf,
  different,
  drawing,
  drawingsOf,
  parseResults,
  runsOf,
  tally,
  telling,
  type Results,
} from './results'

const metrics = (n: number): Metrics[] =>
  Array.from({ length: n }, (_, i) => ({
    step: i + 1,
    train_loss: 5 - i / n,
    lr: 0.001,
    grad_norm: 1,
    tokens_per_s: 100,
    seconds: i,
    seconds_left: n - i,
    ...(i % 50 === 49 ? { held_out_loss: 4, measures: { reward: i } } : {}),
  }))

const results = (name: string, seed = 1): Results => ({
  format: 'sprout-results',
  version: 1,
  name,
  made: 1,
  runs: [
    {
      run: 'r1',
      stage: 'sft',
      preset: 'seed',
      seed,
      settings: { lr: 0.001 },
      step: 200,
      steps: 200,
      seconds: 20,
      curves: curvesOf(metrics(200)),
    },
  ],
  answers: [
    {
      exercise: 'first',
      stage: 'sft',
      given: { kind: 'choice', key: 'a' },
      shown: { right: false, truth: 'b' },
    },
    {
      exercise: 'first',
      stage: 'sft',
      given: { kind: 'choice', key: name },
      shown: { right: name === 'b', truth: 'b' },
    },
    { exercise: 'much', stage: 'sft', given: { kind: 'number', value: seed }, late: name === 'c' },
  ],
})
const learners = ['a', 'b', 'c'].map((name, id) => ({
  id,
  file: `${name}.json`,
  results: results(name, id + 1),
}))

test('a file is small and comes back as it was', () => {
  const text = JSON.stringify(results('Ada'))
  expect(text.length).toBeLessThan(6000)
  expect(parseResults(text)).toEqual(results('Ada'))
  expect(results('Ada').runs[0]?.curves['held_out_loss']?.steps).toEqual([50, 100, 150, 200])
})

test('what is no results file is named', () => {
  const good = results('x')
  const broken = (change: (r: Record<string, never>) => void) => {
    const copy = structuredClone(good)
    change(copy as unknown as Record<string, never>)
    return parseResults(JSON.stringify(copy))
  }
  expect(parseResults('{')).toBe('notJSON')
  expect(parseResults('[]')).toBe('otherFormat')
  expect(parseResults('{"format":"other"}')).toBe('otherFormat')
  expect(broken((r) => Object.assign(r, { version: 2 }))).toBe('newer')
  expect(broken((r) => Object.assign(r, { runs: {} }))).toBe('broken')
  expect(broken((r) => Object.assign(r, { answers: [{ exercise: 'x', stage: 'y' }] }))).toBe(
    'broken',
  )
  const run = good.runs[0]
  for (const curve of [
    { steps: [1, 1], values: [1, 2] },
    { steps: [1], values: [1, 2] },
    { steps: [1], values: ['1'] },
  ])
    expect(
      broken((r) => Object.assign(r, { runs: [{ ...run, curves: { train_loss: curve } }] })),
    ).toBe('broken')
})

test('what was drawn before the run travels with it', () => {
  const points = [1, 50, 200].map((step) => ({ step, value: 4 - step / 300 }))
  const drew = (measure: string, late = false): Results => ({
    ...results('Ada'),
    answers: [
      {
        exercise: 'curve',
        stage: 'sft',
        given: { kind: 'curve', measure, curve: drawing(points) },
        ...(late ? { late } : {}),
      },
    ],
  })
  const all = [drew('held_out_loss'), drew('score'), drew('held_out_loss', true), results('b')].map(
    (r, id) => ({ id, file: `${id}`, results: parseResults(JSON.stringify(r)) as Results }),
  )
  const found = drawingsOf(all, 'sft', 'held_out_loss')
  expect(found.map((f) => f.learner.id)).toEqual([0])
  expect(found[0]?.curve).toEqual({ steps: [1, 50, 200], values: [3.9967, 3.8333, 3.3333] })
  const bad = drew('held_out_loss')
  Object.assign(bad.answers[0]?.given ?? {}, { curve: { steps: [2, 1], values: [1, 1] } })
  expect(parseResults(JSON.stringify(bad))).toBe('broken')
})

test('a newer file takes the place of an older one of the same runs, and no other', () => {
  const file = (run: string, made: number) => ({
    id: made,
    file: 'a.json',
    results: { ...results('a'), made, runs: results('a').runs.map((r) => ({ ...r, run })) },
  })
  expect(again(file('r', 1), file('r', 2))).toBe(true)
  expect(again(file('r', 1), file('s', 2))).toBe(false)
  expect(again(file('r', 1), { ...file('r', 2), file: 'b.json' })).toBe(false)
})

test('a class is gathered by stage, and equal runs are told', () => {
  expect(runsOf(learners, 'sft', 'held_out_loss')).toHaveLength(3)
  expect(runsOf(learners, 'dpo', 'held_out_loss')).toHaveLength(0)
  expect(different(runsOf(learners, 'sft', 'train_loss'))).toBe(3)
  const twins = [0, 1].map((id) => ({ id, file: '', results: results('a') }))
  expect(different(runsOf(twins, 'sft', 'train_loss'))).toBe(1)
})

test('the newest answer counts, and one that came late is told apart', () => {
  const [first, much] = tally(learners)
  expect(first).toMatchObject({ n: 3, shown: 3, right: 1, late: 0 })
  expect(first?.choices.map((c) => c.key)).toEqual(['a', 'b', 'c'])
  expect(much).toMatchObject({ n: 2, late: 1, numbers: [1, 2] })
})

test('a policy is told by what it earned, all else by its loss', () => {
  for (const stage of ['ppo', 'grpo', 'dr_grpo', 'dapo', 'spo'])
    expect(telling(stage), stage).toEqual(['reward', 'score'])
  for (const stage of ['pretrain', 'sft', 'reward', 'dpo', 'simpo', 'judge', 'distill'])
    expect(telling(stage), stage).toEqual(['train_loss', 'held_out_loss'])
})
