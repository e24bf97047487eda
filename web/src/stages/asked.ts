// The questions that learners ask, and where each comes up: what must be true of
// a run before the page says that it is.
import type { StageName } from './list'
import {
  change,
  heldOut,
  iterations,
  mean,
  measured,
  repeated,
  risen,
  type Trace,
  type Values,
} from './trace'

export type AskedOn = 'pretrain' | StageName

export interface Asked {
  id: QuestionName
  on: readonly AskedOn[]
  /** The run's own figures where the question comes up in it; without: it is only in the list. */
  seen?: (t: Trace) => Values | undefined
}

const pairwise = ['dpo', 'cdpo', 'ipo', 'simpo'] as const
const rollouts = ['ppo', 'grpo', 'dr_grpo', 'dapo', 'spo'] as const
const grouped = ['grpo', 'dr_grpo', 'dapo'] as const
const students = ['distill', 'distill_sequence', 'gkd'] as const
const schools = ['sft', 'lora', ...students] as const
const writers = [...schools, ...pairwise, ...rollouts] as const
const all = ['pretrain', ...writers, 'reward', 'judge'] as const

/** The loss at which a stage must begin, where it is known beforehand. */
export function firstLoss(t: Pick<Trace, 'stage' | 'params'>): number | undefined {
  switch (t.stage) {
    case 'dpo':
    case 'cdpo':
    case 'reward':
      return Math.LN2
    case 'ipo':
      return (1 / (2 * (t.params['tau'] ?? NaN))) ** 2
    default:
      return undefined
  }
}

export const questionNames = [
  'normal',
  'normalPolicy',
  'zeroAtFirst',
  'begins',
  'stuck',
  'chosenFalls',
  'equalGroups',
  'flatReward',
  'hacking',
  'klNegative',
  'klStaysNegative',
  'klLarge',
  'heldOutRises',
  'forgets',
  'repeats',
  'cut',
  'collapse',
  'nan',
  'slow',
  'resume',
  'own',
  'ownJudge',
] as const
export type QuestionName = (typeof questionNames)[number]

export const asked: readonly Asked[] = [
  {
    id: 'normal',
    on: ['sft', 'lora', 'judge', ...students],
    seen(t) {
      const [start, last] = [t.metrics[0], heldOut(t).at(-1)]
      if (!start || !last) return undefined
      return { start: start.train_loss, now: last.value, lnV: t.lnV }
    },
  },
  {
    id: 'normalPolicy',
    on: ['ppo'],
    seen(t) {
      const [critic, rewards] = [measured(t, 'value_loss'), iterations(t, 'reward')]
      const [last, from, to] = [t.metrics.at(-1), rewards[0], rewards.at(-1)]
      const wrong = critic.at(-1)
      if (!last || !wrong || !from || !to || from.step === to.step) return undefined
      return { loss: last.train_loss, wrong: wrong.value, from: from.value, to: to.value }
    },
  },
  {
    id: 'zeroAtFirst',
    on: [...grouped, 'spo'],
    seen(t) {
      const first = t.metrics[0]
      if (first?.step !== 1 || Math.abs(first.train_loss) > 5e-3 || first.grad_norm === 0)
        return undefined
      return { loss: first.train_loss, norm: first.grad_norm }
    },
  },
  {
    id: 'begins',
    on: ['dpo', 'cdpo', 'ipo', 'reward'],
    seen(t) {
      const [first, want] = [t.metrics[0], firstLoss(t)]
      if (first?.step !== 1 || want === undefined) return undefined
      if (Math.abs(first.train_loss - want) > 0.02 * want) return undefined
      return { loss: first.train_loss, want }
    },
  },
  {
    id: 'stuck',
    on: ['dpo', 'cdpo', 'reward'],
    seen(t) {
      const last = t.metrics.at(-1)
      if (!last || last.step < 10) return undefined
      if (t.metrics.slice(-10).some((m) => Math.abs(m.train_loss - Math.LN2) > 0.01))
        return undefined
      return { loss: last.train_loss, steps: last.step, lr: t.params['lr'] ?? last.lr }
    },
  },
  {
    id: 'chosenFalls',
    on: pairwise,
    seen(t) {
      const [chosen, margin] = [measured(t, 'heldout_chosen'), measured(t, 'heldout_margin')]
      const [last, won] = [chosen.at(-1), margin.at(-1)]
      if (!last || !won) return undefined
      // SimPO has no reference, so its answers are compared with the first measurement.
      const from = t.stage === 'simpo' ? chosen[0] : { step: 0, value: 0 }
      const before = t.stage === 'simpo' ? (margin[0]?.value ?? 0) : 0
      if (!from || from.step === last.step) return undefined
      const fallen = from.value - last.value
      if (fallen <= (t.stage === 'simpo' ? 0.05 : 0.5) || won.value <= before) return undefined
      return { fallen, margin: won.value, step: last.step }
    },
  },
  {
    id: 'equalGroups',
    on: grouped,
    seen(t) {
      const groups = iterations(t, 'unequal_groups').slice(-8)
      if (groups.length === 0) return undefined
      const equal = 1 - mean(groups)
      return equal < 0.1 ? undefined : { equal: Math.round(100 * equal), n: groups.length }
    },
  },
  {
    id: 'flatReward',
    on: rollouts,
    seen(t) {
      const rewards = iterations(t, 'reward')
      const c = change(rewards)
      if (!c || rewards.length < 12 || Math.abs(c.to - c.from) > 2 * c.error) return undefined
      return { from: c.from, to: c.to, noise: 2 * c.error, n: rewards.length }
    },
  },
  {
    id: 'hacking',
    on: rollouts,
    seen: flattery,
  },
  {
    id: 'klNegative',
    on: rollouts,
    seen(t) {
      const kl = iterations(t, 'kl')
      const last = kl.at(-1)
      if (!last || last.value >= 0 || staysNegative(t)) return undefined
      return { kl: last.value, step: last.step }
    },
  },
  { id: 'klStaysNegative', on: rollouts, seen: staysNegative },
  {
    id: 'klLarge',
    on: rollouts,
    seen(t) {
      const kl = iterations(t, 'kl').slice(-3)
      if (kl.length < 3 || mean(kl) < 15) return undefined
      return { kl: mean(kl) }
    },
  },
  { id: 'heldOutRises', on: all, seen: (t) => risen(heldOut(t)) },
  {
    id: 'forgets',
    on: writers,
    seen: (t) => risen(measured(t, 'text_bits_per_byte'), 0.1),
  },
  {
    id: 'repeats',
    on: ['pretrain', ...writers],
    seen(t) {
      const last = t.samples.at(-1)
      const words = last && repeated(last.text)
      return words ? { words, step: last.step } : undefined
    },
  },
  {
    id: 'cut',
    on: rollouts,
    seen(t) {
      const cut = iterations(t, 'truncated').at(-1)
      if (!cut || cut.value < 0.25) return undefined
      return { share: Math.round(100 * cut.value), limit: t.params['max_tokens'] ?? 0 }
    },
  },
  {
    id: 'collapse',
    on: ['simpo'],
    seen(t) {
      const [said, right] = [measured(t, 'heldout_chosen'), measured(t, 'exact_match_combos')]
      const [a, b, r0, r1] = [said[0], said.at(-1), right[0], right.at(-1)]
      if (!a || !b || !r0 || !r1 || b.value > a.value - 1 || r1.value > r0.value / 2)
        return undefined
      return {
        from: a.value,
        to: b.value,
        right: Math.round(100 * r0.value),
        now: Math.round(100 * r1.value),
      }
    },
  },
  {
    id: 'nan',
    on: all,
    seen(t) {
      const last = t.metrics.at(-1)
      return t.diverged && last ? { step: last.step, lr: t.params['lr'] ?? last.lr } : undefined
    },
  },
  {
    id: 'slow',
    on: all,
    seen(t) {
      const last = t.metrics.at(-1)
      if (!last || t.over || last.step < 5 || last.seconds_left < 300) return undefined
      return { minutes: Math.round(last.seconds_left / 60), speed: Math.round(last.tokens_per_s) }
    },
  },
  { id: 'resume', on: all },
  { id: 'own', on: [...schools, 'reward', ...pairwise, ...rollouts] },
  { id: 'ownJudge', on: ['judge'] },
]

/** The reward rises and what the graders say falls, both by more than their noise. */
export function flattery(t: Trace): Values | undefined {
  if (!t.rewarded) return undefined
  const [reward, score] = [change(iterations(t, 'reward')), change(iterations(t, 'score'))]
  if (!reward || !score) return undefined
  if (reward.to - reward.from <= 2 * reward.error || score.from - score.to <= 2 * score.error)
    return undefined
  return { from: reward.from, to: reward.to, good: score.from, now: score.to }
}

function staysNegative(t: Trace): Values | undefined {
  const kl = iterations(t, 'kl')
  const late = kl.slice(-8)
  if (late.length < 8) return undefined
  const m = mean(late)
  const deviation = Math.sqrt(late.reduce((sum, p) => sum + (p.value - m) ** 2, 0) / 7)
  return m < (-2 * deviation) / Math.sqrt(8) ? { kl: m, n: late.length } : undefined
}

/** The questions that belong on a page. */
export const askedOn = (page: string): readonly Asked[] =>
  asked.filter((q) => (q.on as readonly string[]).includes(page))

/** Those that come up in a run, with its figures. */
export const comingUp = (t: Trace): { id: QuestionName; values: Values }[] =>
  askedOn(t.stage).flatMap(({ id, seen }) => {
    const values = seen?.(t)
    return values ? [{ id, values }] : []
  })
