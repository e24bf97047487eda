import { expect, test } from 'vitest'
import type { Metrics } from '../engine/messages'
import en from '../i18n/en'
import { asked, askedOn, comingUp, questionNames } from './asked'
import { stageNames, stagePages } from './list'
import { change, repeated, risen, type Trace } from './trace'

const metrics = (step: number, more: Partial<Metrics> = {}): Metrics => ({
  step,
  train_loss: 1,
  lr: 1e-3,
  grad_norm: 1,
  tokens_per_s: 1000,
  seconds: 1,
  seconds_left: 1,
  ...more,
})
const trace = (stage: string, all: Metrics[], more: Partial<Trace> = {}): Trace => ({
  stage,
  params: { lr: 1e-3, beta: 0.1, tau: 0.1, max_tokens: 48 },
  lnV: 7,
  metrics: all,
  samples: [],
  over: false,
  diverged: false,
  rewarded: false,
  ...more,
})
/** What comes up; its sentence names only figures that are there. */
const ids = (t: Trace) =>
  comingUp(t).map(({ id, values }) => {
    const words = en.asked[id]
    for (const [, name] of ('here' in words ? words.here : '').matchAll(/\{(\w+)/g))
      expect(Object.keys(values), id).toContain(name)
    return id
  })
const rounds = (n: number, f: (i: number) => Record<string, number>) =>
  Array.from({ length: n }, (_, i) =>
    metrics(i + 1, { measures: { iteration: i + 1, kl: 1, ...f(i) } }),
  )

test('every question has a place, and every stage has questions', () => {
  expect(asked.map((q) => q.id).sort()).toEqual([...questionNames].sort())
  for (const stage of stageNames) expect(askedOn(stage).length, stage).toBeGreaterThan(2)
})

test('a loss of 0 is asked about where it is 0 and something is learned', () => {
  expect(ids(trace('grpo', [metrics(1, { train_loss: 1e-4 })]))).toContain('zeroAtFirst')
  expect(ids(trace('grpo', [metrics(1, { train_loss: 0.2 })]))).not.toContain('zeroAtFirst')
  expect(ids(trace('grpo', [metrics(1, { train_loss: 0, grad_norm: 0 })]))).not.toContain(
    'zeroAtFirst',
  )
})

test('the first loss of pairs is told when it is the one that must be', () => {
  expect(ids(trace('dpo', [metrics(1, { train_loss: Math.LN2 })]))).toContain('begins')
  expect(ids(trace('ipo', [metrics(1, { train_loss: 25 })]))).toContain('begins')
  expect(ids(trace('dpo', [metrics(1, { train_loss: 0.5 })]))).not.toContain('begins')
})

test('DPO is stuck only as long as it is', () => {
  const all = Array.from({ length: 12 }, (_, i) => metrics(i + 1, { train_loss: 0.6931 }))
  expect(ids(trace('dpo', all))).toContain('stuck')
  expect(ids(trace('dpo', [...all, metrics(13, { train_loss: 0.5 })]))).not.toContain('stuck')
  expect(ids(trace('dpo', all.slice(0, 9)))).not.toContain('stuck')
})

test('the better answer falls while the margin grows', () => {
  const at = (chosen: number, margin: number) =>
    trace('dpo', [metrics(9, { measures: { heldout_chosen: chosen, heldout_margin: margin } })])
  expect(ids(at(-2, 3))).toContain('chosenFalls')
  expect(ids(at(1, 3))).not.toContain('chosenFalls')
  expect(ids(at(-2, -1))).not.toContain('chosenFalls')
})

test('rewards: flat, rising, and rising against the graders', () => {
  const noise = (i: number) => ((i % 3) - 1) / 10
  const flat = rounds(18, (i) => ({ reward: noise(i) }))
  expect(ids(trace('grpo', flat))).toContain('flatReward')
  const rising = rounds(18, (i) => ({ reward: i / 5 + noise(i), score: 0.7 + noise(i) / 100 }))
  expect(ids(trace('grpo', rising))).not.toContain('flatReward')
  const fooled = rounds(18, (i) => ({ reward: i / 5 + noise(i), score: 0.7 - i / 50 }))
  expect(ids(trace('ppo', fooled, { rewarded: true }))).toContain('hacking')
  expect(ids(trace('ppo', fooled))).not.toContain('hacking')
  expect(ids(trace('ppo', rising, { rewarded: true }))).not.toContain('hacking')
})

test('a negative KL is one thing, one that stays negative another', () => {
  expect(
    ids(
      trace(
        'ppo',
        rounds(9, (i) => ({ kl: i === 8 ? -0.1 : 1 })),
      ),
    ),
  ).toContain('klNegative')
  const low = ids(
    trace(
      'ppo',
      rounds(9, (i) => ({ kl: -1 - Math.sin(i) / 10 })),
    ),
  )
  expect(low).toContain('klStaysNegative')
  expect(low).not.toContain('klNegative')
})

test('equal groups, cut answers, a text in a circle', () => {
  const t = trace(
    'grpo',
    rounds(4, () => ({ unequal_groups: 0.5, truncated: 0.5 })),
  )
  expect(ids(t)).toEqual(expect.arrayContaining(['equalGroups', 'cut']))
  const sample = (text: string) => [{ step: 4, prompt: '', text }]
  expect(ids({ ...t, samples: sample('the fox the fox the fox the fox') })).toContain('repeats')
  expect(ids({ ...t, samples: sample('the fox likes the owl') })).not.toContain('repeats')
})

test('held-out must have turned up for good', () => {
  const curve = (...all: number[]) => all.map((value, step) => ({ value, step }))
  expect(risen(curve(3, 2, 2.1, 2.2))).toEqual({ from: 2, to: 2.2, steps: 2 })
  expect(risen(curve(3, 2, 2.1))).toBeUndefined()
  expect(risen(curve(3, 2, 2.001, 2.002))).toBeUndefined()
  expect(risen(curve(3, 2, 2.2, 1.9))).toBeUndefined()
})

test('noise is told from change', () => {
  expect(change([1, 2, 3].map((value) => ({ value, step: 0 })))).toBeUndefined()
  expect(repeated('嗯嗯嗯')).toBeUndefined()
  expect(repeated('在河边。在河边。在河边。')).toBe('在河边。')
})

test('every stage that takes a file says so, and the judge says why it takes none', () => {
  for (const stage of stageNames) {
    const ids = askedOn(stage).map((q) => q.id)
    expect(ids.includes('own'), stage).toBe(stagePages[stage].lessons !== 'none')
    expect(ids.includes('ownJudge'), stage).toBe(stagePages[stage].lessons === 'none')
  }
})

test('whether a loss of PPO is normal is answered by the reward beside it', () => {
  const t = rounds(3, (i) => ({ reward: i, value_loss: 0.5 - i / 10 }))
  expect(ids(trace('ppo', t))).toContain('normalPolicy')
  expect(ids(trace('ppo', t.slice(0, 1)))).not.toContain('normalPolicy')
  expect(ids(trace('grpo', t))).not.toContain('normalPolicy')
})
