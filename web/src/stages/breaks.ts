// Experiments that go wrong on purpose: settings, and how the failure shows in
// the run's own numbers.
import type { Param } from '../engine/messages'
import { flattery } from './asked'
import type { LessonPage } from './sources'
import {
  heldOut,
  iterations,
  mean,
  measured,
  recall,
  risen,
  type Trace,
  type Values,
} from './trace'

export const breakNames = [
  'lrMax',
  'library',
  'lr30',
  'noMask',
  'tooLong',
  'rankOne',
  'alphaMax',
  'certain',
  'betaZero',
  'tinyLr',
  'coin',
  'farMargin',
  'biased',
  'cold',
  'repeat',
  'sharp',
  'stale',
  'nobodyBetter',
  'unpriced',
  'raving',
  'ownWords',
] as const
export type BreakName = (typeof breakNames)[number]

export interface Break {
  id: BreakName
  on: LessonPage
  /** What is set; all else is as the stage has it. */
  settings: (value: (key: string) => number) => Record<string, number>
  /** It only shows with a reward model that can be fooled. */
  needsReward?: boolean
  /** What has gone wrong, as soon as the run's numbers say so. */
  seen: (t: Trace) => Values | undefined
}

/** Short runs that are measured often and sampled at their ends. */
const brief = (steps: number, every: number): Record<string, number> => ({
  steps,
  eval_every: every,
  sample_every: every,
  checkpoint_every: 100_000,
})

/** A loss that leaves upwards: the last ones lie above the best by more than half. */
function leaves(t: Trace): Values | undefined {
  const last = t.metrics.slice(-3)
  if (last.length < 3) return undefined
  const best = Math.min(...t.metrics.map((m) => m.train_loss))
  const now = last.reduce((sum, m) => sum + m.train_loss, 0) / last.length
  const norm = Math.max(...last.map((m) => m.grad_norm))
  return now > 1.5 * best && (last[0]?.step ?? 0) > 5 ? { best, now, norm } : undefined
}

/** Right answers, in per cent, in the first iteration and in the last: fewer by more than their noise. */
function fallen(t: Trace): { from: number; to: number } | undefined {
  const right = iterations(t, 'exact_match')
  const [first, last] = [right[0], right.at(-1)]
  if (!first || !last || first.value - last.value < 0.2) return undefined
  return { from: Math.round(100 * first.value), to: Math.round(100 * last.value) }
}

export const breaks: readonly Break[] = [
  {
    id: 'lrMax',
    on: 'pretrain',
    settings: () => ({ ...brief(60, 20), lr: 10, warmup: 5 }),
    seen(t) {
      const last = t.metrics.slice(-3)
      if (last.length < 3 || last.some((m) => m.step < 5 || m.train_loss < t.lnV + 0.3))
        return undefined
      return {
        now: last.reduce((sum, m) => sum + m.train_loss, 0) / 3,
        lnV: t.lnV,
        norm: Math.max(...last.map((m) => m.grad_norm)),
      }
    },
  },
  {
    id: 'library',
    on: 'pretrain',
    settings: () => ({ ...brief(600, 50), library: 0.01 }),
    seen(t) {
      const up = risen(heldOut(t), 0.01)
      const last = t.metrics.at(-1)
      return up && last ? { ...up, train: last.train_loss } : undefined
    },
  },
  {
    id: 'lr30',
    on: 'sft',
    settings: (value) => ({ ...brief(60, 10), lr: Math.min(10, 30 * value('lr')) }),
    seen(t) {
      const old = measured(t, 'replay_loss')
      const first = old[0]
      const late = old.slice(-5)
      const known = recall(t).at(-1)
      if (!first || first.step > 3 || late.length < 5 || (late[0]?.step ?? 0) < 8) return undefined
      const to = mean(late)
      return to > 1.25 * first.value
        ? { from: first.value, to, recall: known ? Math.round(100 * known.value) : 0 }
        : undefined
    },
  },
  {
    id: 'noMask',
    on: 'sft',
    settings: () => ({ ...brief(60, 10), loss_mask: 0 }),
    seen(t) {
      const asks = measured(t, 'question_loss')
      const [first, last, answers] = [asks[0], asks.at(-1), heldOut(t).at(-1)]
      if (!first || !last || !answers || asks.length < 3 || last.value > 0.6 * first.value)
        return undefined
      return { from: first.value, to: last.value, answers: answers.value }
    },
  },
  {
    id: 'tooLong',
    on: 'sft',
    settings: () => ({ ...brief(600, 60), replay: 0 }),
    seen(t) {
      const old = measured(t, 'text_bits_per_byte')
      const known = recall(t)
      const [first, last, knew, knows] = [old[0], old.at(-1), known[0], known.at(-1)]
      const answers = heldOut(t)
      if (!first || !last || old.length < 3 || last.value < 1.1 * first.value) return undefined
      return {
        from: first.value,
        to: last.value,
        knew: Math.round(100 * (knew?.value ?? 0)),
        knows: Math.round(100 * (knows?.value ?? 0)),
        answers: answers.at(-1)?.value ?? NaN,
      }
    },
  },
  {
    id: 'rankOne',
    on: 'lora',
    settings: () => ({
      ...brief(40, 20),
      skill: 1,
      rank: 1,
      alpha: 2,
      k_proj: 0,
      v_proj: 0,
      o_proj: 0,
      gate_proj: 0,
      up_proj: 0,
      down_proj: 0,
    }),
    seen(t) {
      const style = measured(t, 'style_on').at(-1)
      if (!t.over || !style || style.value > 0.7) return undefined
      return { style: Math.round(100 * style.value) }
    },
  },
  {
    id: 'alphaMax',
    on: 'lora',
    settings: () => ({ ...brief(30, 10), alpha: 256 }),
    seen: leaves,
  },
  {
    id: 'certain',
    on: 'reward',
    settings: (value) => ({ ...brief(30, 5), lr: Math.min(10, 100 * value('lr')) }),
    seen(t) {
      const last = heldOut(t).at(-1)
      const right = measured(t, 'pair_accuracy').at(-1)
      if (!last || !right || last.value < 1.1 * Math.LN2) return undefined
      return { loss: last.value, coin: Math.LN2, right: Math.round(100 * right.value) }
    },
  },
  {
    id: 'betaZero',
    on: 'ppo',
    needsReward: true,
    settings: () => ({ ...brief(96, 24), beta: 0, epochs: 4 }),
    seen: flattery,
  },
  {
    id: 'tinyLr',
    on: 'dpo',
    settings: () => ({ ...brief(24, 12), lr: 1e-7 }),
    seen(t) {
      const last = t.metrics.at(-1)
      if (!last || last.step < 12) return undefined
      const off = Math.max(...t.metrics.map((m) => Math.abs(m.train_loss - Math.LN2)))
      return off < 0.01
        ? { loss: last.train_loss, steps: last.step, norm: last.grad_norm }
        : undefined
    },
  },
  {
    id: 'coin',
    on: 'cdpo',
    settings: (value) => ({ ...brief(24, 12), epsilon: 0.5, lr: Math.min(10, 10 * value('lr')) }),
    seen(t) {
      const margin = measured(t, 'heldout_margin').at(-1)
      const last = t.metrics.at(-1)
      if (!last || !margin || last.step < 24) return undefined
      // However large the steps, both directions pull the margin back to 0.
      return last.train_loss > Math.LN2 - 1e-4 && Math.abs(margin.value) < 1
        ? { loss: last.train_loss, margin: margin.value, steps: last.step }
        : undefined
    },
  },
  {
    id: 'farMargin',
    on: 'ipo',
    settings: (value) => ({ ...brief(40, 10), tau: 1e-3, lr: Math.min(10, 10 * value('lr')) }),
    seen(t) {
      const margin = measured(t, 'heldout_margin').at(-1)
      const chosen = measured(t, 'heldout_chosen').at(-1)
      if (!margin || !chosen || margin.value < 10) return undefined
      return { margin: margin.value, chosen: chosen.value }
    },
  },
  {
    id: 'biased',
    on: 'judge',
    settings: () => ({ ...brief(40, 10), first_place: 1 }),
    seen(t) {
      const bias = measured(t, 'position_bias').at(-1)
      const agree = measured(t, 'agreement').at(-1)
      // In its first steps a judge of fair lessons leans to a place as well.
      if (!t.over || !bias || !agree || bias.value < 0.4) return undefined
      return { bias: 50 + Math.round(100 * bias.value), agree: Math.round(100 * agree.value) }
    },
  },
  {
    id: 'cold',
    on: 'grpo',
    settings: () => ({ ...brief(8, 8), temperature: 0.1 }),
    seen(t) {
      const groups = iterations(t, 'unequal_groups')
      if (groups.length < 2) return undefined
      const equal = 1 - mean(groups)
      return equal < 0.25 ? undefined : { equal: Math.round(100 * equal), n: groups.length }
    },
  },
  {
    id: 'repeat',
    on: 'simpo',
    settings: (value) => ({ ...brief(40, 10), lr: Math.min(10, 30 * value('lr')) }),
    seen(t) {
      const said = measured(t, 'heldout_chosen')
      const right = measured(t, 'exact_match_combos')
      const [first, last] = [measured(t, 'chosen')[0], said.at(-1)]
      if (!first || !last || last.value > first.value - 1) return undefined
      return {
        from: first.value,
        to: last.value,
        right: Math.round(100 * (right.at(-1)?.value ?? 0)),
      }
    },
  },
  {
    id: 'sharp',
    on: 'distill',
    settings: () => ({ ...brief(150, 50), temperature: 0.1 }),
    seen(t) {
      const apart = measured(t, 'teacher_kl').at(-1)
      const habits = measured(t, 'habit_kl').at(-1)
      const master = measured(t, 'teacher_habit_kl').at(-1)
      if (!t.over || !apart || !habits || !master || habits.value < 3 * master.value)
        return undefined
      return { apart: apart.value, habits: habits.value, master: master.value }
    },
  },
  {
    id: 'stale',
    on: 'dr_grpo',
    settings: (value) => ({
      ...brief(50, 50),
      prompts: 4,
      epochs: 16,
      clip_low: 0.99,
      clip_high: 10,
      target_kl: 0,
      lr: Math.min(10, 10 * value('lr')),
    }),
    seen(t) {
      const right = fallen(t)
      const kl = Math.max(...measured(t, 'approx_kl').map((p) => p.value))
      return right && kl > 0.5 ? { ...right, kl } : undefined
    },
  },
  {
    id: 'nobodyBetter',
    on: 'dapo',
    settings: () => ({ ...brief(6, 6), temperature: 0.1, overlong: 0 }),
    seen(t) {
      const groups = iterations(t, 'unequal_groups')
      if (groups.length < 2) return undefined
      const equal = 1 - mean(groups)
      return equal < 0.4 ? undefined : { equal: Math.round(100 * equal), n: groups.length }
    },
  },
  {
    id: 'unpriced',
    on: 'spo',
    settings: (value) => ({
      ...brief(28, 28),
      prompts: 32,
      epochs: 4,
      first_samples: 1,
      target_kl: 0,
      lr: Math.min(10, 30 * value('lr')),
    }),
    seen(t) {
      const right = fallen(t)
      const kl = iterations(t, 'kl').at(-1)
      return right && kl && kl.value > 10 ? { ...right, kl: kl.value } : undefined
    },
  },
  {
    id: 'raving',
    on: 'distill_sequence',
    settings: () => ({ ...brief(80, 40), temperature: 4, texts: 128, replay: 0 }),
    seen(t) {
      const [answers, last] = [heldOut(t).at(-1), t.metrics.at(-1)]
      if (!t.over || !answers || !last || answers.value < 0.8 * t.lnV) return undefined
      return { train: last.train_loss, answers: answers.value, lnV: t.lnV }
    },
  },
  {
    id: 'ownWords',
    on: 'gkd',
    settings: () => ({ ...brief(60, 30), on_policy: 1, head_start: 0, replay: 0 }),
    seen(t) {
      const [answers, own] = [heldOut(t).at(-1), measured(t, 'own_jsd').at(-1)]
      if (!t.over || !answers || !own || own.value < 0.5 || answers.value < 0.75 * t.lnV)
        return undefined
      // The most that two distributions can differ by, at the usual β of one half.
      return { jsd: own.value, most: Math.LN2, answers: answers.value, lnV: t.lnV }
    },
  },
]

/** What goes wrong on a page. */
export const breaksOn = (page: string): readonly Break[] => breaks.filter((b) => b.on === page)

/** The settings of an experiment that the stage has and that fit their ranges. */
export function settingsOf(b: Break, params: readonly Param[]): Record<string, number> {
  const given = b.settings((key) => params.find((p) => p.key === key)?.default ?? NaN)
  return Object.fromEntries(
    params.flatMap((p) => {
      const value = given[p.key]
      return value === undefined ? [] : [[p.key, Math.min(p.max, Math.max(p.min, value))]]
    }),
  )
}

/** Those of them that are not the stage's own. */
export function changedBy(b: Break, params: readonly Param[]): Record<string, number> {
  const set = settingsOf(b, params)
  return Object.fromEntries(
    params.flatMap((p) => {
      const value = set[p.key]
      return value === undefined || value === p.default ? [] : [[p.key, value]]
    }),
  )
}

/** How an experiment stands. */
export type Verdict = { kind: 'waiting' | 'unseen' } | { kind: 'seen' | 'overflow'; values: Values }

export function verdict(b: Break, t: Trace): Verdict {
  if (t.diverged) return { kind: 'overflow', values: { step: t.metrics.at(-1)?.step ?? 0 } }
  const values = b.seen(t)
  if (values) return { kind: 'seen', values }
  return { kind: t.over ? 'unseen' : 'waiting' }
}
