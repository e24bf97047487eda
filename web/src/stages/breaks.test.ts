import { expect, test } from 'vitest'
import type { Metrics, Param } from '../engine/messages'
import en from '../i18n/en'
import { breakNames, breaks, changedBy, settingsOf, verdict, type BreakName } from './breaks'
import type { Trace } from './trace'

const m = (step: number, more: Partial<Metrics> = {}): Metrics => ({
  step,
  train_loss: 1,
  lr: 1e-3,
  grad_norm: 2,
  tokens_per_s: 1000,
  seconds: 1,
  seconds_left: 1,
  ...more,
})
const by = (id: BreakName) => {
  const b = breaks.find((x) => x.id === id)
  if (!b) throw new Error(id)
  return b
}
const trace = (id: BreakName, metrics: Metrics[], more: Partial<Trace> = {}): Trace => ({
  stage: by(id).on,
  params: {},
  lnV: 7,
  metrics,
  samples: [],
  over: true,
  diverged: false,
  rewarded: true,
  ...more,
})
const measures = (...all: Record<string, number>[]) =>
  all.map((x, i) => m(10 * (i + 1), { measures: x }))
const rounds = (...all: Record<string, number>[]) =>
  measures(...all.map((x, i) => ({ ...x, iteration: i + 1 })))
const losses = (n: number, f: (i: number) => number) =>
  Array.from({ length: n }, (_, i) => m(i + 1, { train_loss: f(i) }))

/** For every experiment a run that fails and one that does not. */
const cases: Record<BreakName, { fails: Metrics[]; holds: Metrics[] }> = {
  lrMax: { fails: losses(20, () => 9), holds: losses(20, () => 5) },
  library: {
    fails: [2, 1, 1.2, 1.4].map((x, i) => m(i * 50, { held_out_loss: x })),
    holds: [2, 1, 0.9, 0.8].map((x, i) => m(i * 50, { held_out_loss: x })),
  },
  lr30: {
    fails: Array.from({ length: 20 }, (_, i) => m(i + 1, { measures: { replay_loss: i ? 3 : 1 } })),
    holds: Array.from({ length: 20 }, (_, i) =>
      m(i + 1, { measures: { replay_loss: 1 - i / 100 } }),
    ),
  },
  noMask: {
    fails: [5, 3, 1].map((x, i) =>
      m(10 * i + 10, { held_out_loss: 1, measures: { question_loss: x } }),
    ),
    holds: [5, 4.9, 4.8].map((x, i) =>
      m(10 * i + 10, { held_out_loss: 1, measures: { question_loss: x } }),
    ),
  },
  tooLong: {
    fails: measures(...[1, 1.2, 1.5].map((x) => ({ text_bits_per_byte: x }))),
    holds: measures(...[1, 1, 0.9].map((x) => ({ text_bits_per_byte: x }))),
  },
  rankOne: { fails: measures({ style_on: 0.2 }), holds: measures({ style_on: 0.95 }) },
  alphaMax: { fails: losses(20, (i) => (i < 5 ? 1 : 4)), holds: losses(20, (i) => 4 - i / 10) },
  certain: {
    fails: [
      m(5, { held_out_loss: 0.7 }),
      m(10, { held_out_loss: 1.4, measures: { pair_accuracy: 0.6 } }),
    ],
    holds: [
      m(5, { held_out_loss: 0.7 }),
      m(10, { held_out_loss: 0.5, measures: { pair_accuracy: 0.8 } }),
    ],
  },
  betaZero: {
    fails: Array.from({ length: 12 }, (_, i) =>
      m(i + 1, { measures: { iteration: i + 1, reward: i, score: 1 - i / 20 } }),
    ),
    holds: Array.from({ length: 12 }, (_, i) =>
      m(i + 1, { measures: { iteration: i + 1, reward: i, score: i / 20 } }),
    ),
  },
  tinyLr: { fails: losses(24, () => 0.6932), holds: losses(24, (i) => 0.69 - i / 100) },
  coin: {
    fails: [12, 24].map((step) =>
      m(step, { train_loss: 0.6932, measures: { heldout_margin: 0.1 } }),
    ),
    holds: [12, 24].map((step) => m(step, { train_loss: 0.5, measures: { heldout_margin: 2 } })),
  },
  farMargin: {
    fails: measures(
      { heldout_margin: 4, heldout_chosen: -1 },
      { heldout_margin: 30, heldout_chosen: -9 },
    ),
    holds: measures(
      { heldout_margin: 1, heldout_chosen: 0.1 },
      { heldout_margin: 3, heldout_chosen: 0.2 },
    ),
  },
  biased: {
    fails: measures({ position_bias: 0.45, agreement: 0.5 }),
    holds: measures({ position_bias: 0.02, agreement: 0.7 }),
  },
  cold: {
    fails: measures({ unequal_groups: 0.2 }, { unequal_groups: 0.1 }),
    holds: measures({ unequal_groups: 1 }, { unequal_groups: 0.9 }),
  },
  repeat: {
    fails: measures({ chosen: -1, heldout_chosen: -1 }, { heldout_chosen: -6 }),
    holds: measures({ chosen: -1, heldout_chosen: -1 }, { heldout_chosen: -1.2 }),
  },
  sharp: {
    fails: measures({ teacher_kl: 1, habit_kl: 1, teacher_habit_kl: 0.1 }),
    holds: measures({ teacher_kl: 1, habit_kl: 0.1, teacher_habit_kl: 0.1 }),
  },
  stale: {
    fails: rounds({ exact_match: 0.9, approx_kl: 2 }, { exact_match: 0.5, approx_kl: 0 }),
    holds: rounds({ exact_match: 0.9, approx_kl: 2 }, { exact_match: 0.9, approx_kl: 0 }),
  },
  nobodyBetter: {
    fails: rounds({ unequal_groups: 0.3 }, { unequal_groups: 0.2 }),
    holds: rounds({ unequal_groups: 1 }, { unequal_groups: 0.8 }),
  },
  unpriced: {
    fails: rounds({ exact_match: 0.9, kl: 0 }, { exact_match: 0.4, kl: 30 }),
    holds: rounds({ exact_match: 0.9, kl: 0 }, { exact_match: 0.8, kl: 30 }),
  },
  // lnV is 7 here.
  raving: {
    fails: [7.1, 6.9].map((x, i) => m(40 * i + 40, { train_loss: 6, held_out_loss: x })),
    holds: [6, 4].map((x, i) => m(40 * i + 40, { train_loss: 3, held_out_loss: x })),
  },
  ownWords: {
    fails: [m(60, { held_out_loss: 6, measures: { own_jsd: 0.57 } })],
    holds: [m(60, { held_out_loss: 4, measures: { own_jsd: 0.57 } })],
  },
}

test.each(breakNames)('%s is seen where it happens, and nowhere else', (id) => {
  const b = by(id)
  const found = verdict(b, trace(id, cases[id].fails))
  if (found.kind !== 'seen') throw new Error(`${id}: ${found.kind}`)
  const named = [...en.breaks[id].seen.matchAll(/\{(\w+)/g)].map((x) => x[1])
  expect(Object.keys(found.values).sort()).toEqual(named.sort())
  expect(verdict(b, trace(id, cases[id].holds)).kind).toBe('unseen')
  expect(verdict(b, trace(id, cases[id].holds, { over: false })).kind).toBe('waiting')
  expect(verdict(b, trace(id, [m(3)], { diverged: true }))).toEqual({
    kind: 'overflow',
    values: { step: 3 },
  })
  expect(verdict(b, trace(id, [m(1)], { over: false })).kind).toBe('waiting')
})

// What is true of any beginner is a failure only at the end.
test.each(['biased', 'raving', 'ownWords'] as const)(
  '%s is not seen before the run is over',
  (id) => {
    const early = trace(id, cases[id].fails, { over: false })
    expect(verdict(by(id), early).kind).toBe('waiting')
  },
)

test('settings are those that the stage has, within their ranges', () => {
  const param = (key: string, value: number, max: number): Param => ({
    key,
    symbol: '',
    default: value,
    min: 0,
    max,
    doc_en: '',
    doc_zh: '',
  })
  expect(settingsOf(by('lr30'), [param('lr', 2e-3, 10), param('batch', 4, 64)])).toEqual({
    lr: 0.06,
  })
  expect(settingsOf(by('lr30'), [param('lr', 2, 10)])).toEqual({ lr: 10 })
  // A run is asked for with what differs from the stage's own.
  const own = [param('lr', 2e-3, 10), param('steps', 60, 1000)]
  expect(settingsOf(by('lr30'), own)).toHaveProperty('steps', 60)
  expect(Object.keys(changedBy(by('lr30'), own))).toEqual(['lr'])
})
