// Exercises of the stages that learn from pairs.
import {
  coin,
  direction,
  ends,
  first,
  last,
  lossCurve,
  measured,
  shareAtEnd,
  type Exercise,
  type Prediction,
  type Scene,
} from './kinds'

/** The loss before anything was learned, to be predicted. */
const beginning = (
  id: string,
  tolerance: number,
  max: number,
  found: (s: Scene) => Record<string, number>,
): Prediction => ({
  id,
  kind: 'number',
  when: 'first',
  unit: 'nats',
  range: () => ({ min: 0, max, step: 0.001 }),
  truth: (s) => {
    const loss = first(s)?.train_loss
    return loss === undefined ? undefined : { value: loss, found: { loss, ...found(s) } }
  },
  near: (guess, truth) => Math.abs(guess - truth) <= tolerance * Math.max(1, truth),
  show: { loss: 'fixed3', expected: 'fixed3' },
})

const lnTwo = beginning('lnTwo', 0.02, 5, () => ({ expected: Math.LN2 }))

/** What becomes of both answers: the exercise that DPO is known for. */
const bothWays: Exercise = {
  id: 'bothWays',
  kind: 'choice',
  when: 'end',
  options: ['apart', 'both_up', 'both_down'],
  truth: (s) => {
    const [w, l] = [ends(s, 'heldout_chosen'), ends(s, 'heldout_rejected')]
    if (!w || !l) return undefined
    // Against the reference both begin at 0.
    const [chosen, rejected] = [w.to, l.to]
    return {
      value:
        chosen >= 0 && rejected >= 0
          ? 'both_up'
          : chosen < 0 && rejected < 0
            ? 'both_down'
            : 'apart',
      found: { chosen, rejected, margin: chosen - rejected },
    }
  },
  show: { chosen: 'fixed2', rejected: 'fixed2', margin: 'fixed2' },
}

export const reward: Exercise[] = [
  lossCurve('curve', () => 1.2),
  { ...lnTwo, id: 'rewardStart' },
  shareAtEnd('pairAccuracy', 'pair_accuracy', 5),
  {
    id: 'scoresApart',
    kind: 'choice',
    when: 'end',
    options: ['both_up', 'apart', 'both_down'],
    truth: (s) => {
      const [w, l] = [ends(s, 'heldout_chosen'), ends(s, 'heldout_rejected')]
      if (!w || !l) return undefined
      const ways = [direction(w.from, w.to, 0), direction(l.from, l.to, 0)]
      return {
        value: ways[0] === ways[1] ? (ways[0] === 'rises' ? 'both_up' : 'both_down') : 'apart',
        found: { chosen: w.to, rejected: l.to, margin: w.to - l.to },
      }
    },
    show: { chosen: 'fixed2', rejected: 'fixed2', margin: 'fixed2' },
  },
]

export const dpo: Exercise[] = [
  lossCurve('curve', () => 1.2),
  lnTwo,
  bothWays,
  shareAtEnd('pairAccuracy', 'pair_accuracy', 5),
]

export const cdpo: Exercise[] = [
  lossCurve('curve', () => 1.2),
  lnTwo,
  {
    id: 'doubtFloor',
    kind: 'choice',
    when: 'end',
    given: (s) => ({ epsilon: epsilon(s), entropy: coin(epsilon(s)) }),
    options: ['zero', 'entropy', 'ln2'],
    truth: (s) => {
      const lowest = Math.min(...s.metrics.map((m) => m.train_loss))
      if (!Number.isFinite(lowest)) return undefined
      const bound = coin(epsilon(s))
      return {
        value: lowest < bound - 1e-4 ? 'zero' : lowest >= Math.LN2 ? 'ln2' : 'entropy',
        found: { lowest, bound, epsilon: epsilon(s) },
      }
    },
    show: { lowest: 'fixed3', bound: 'fixed3', entropy: 'fixed3' },
  },
]

const epsilon = (s: Scene): number => s.info?.params['epsilon'] ?? s.params['epsilon'] ?? 0.1
const tau = (s: Scene): number => s.info?.params['tau'] ?? s.params['tau'] ?? 0.1

export const ipo: Exercise[] = [
  lossCurve('curve', (s) => 1.3 / (4 * tau(s) ** 2)),
  {
    ...beginning('ipoStart', 0.03, 1000, (s) => ({ tau: tau(s), goal: 1 / (2 * tau(s)) })),
    given: (s) => ({ tau: tau(s) }),
    show: { loss: 'fixed2' },
  },
  {
    id: 'ipoGoal',
    kind: 'choice',
    when: 'end',
    given: (s) => ({ goal: 1 / (2 * tau(s)) }),
    options: ['below', 'at', 'beyond'],
    truth: (s) => {
      const margin = last(s, 'heldout_margin')
      if (margin === undefined) return undefined
      const goal = 1 / (2 * tau(s))
      return {
        value: margin < 0.8 * goal ? 'below' : margin > 1.2 * goal ? 'beyond' : 'at',
        found: { margin, goal },
      }
    },
    show: { margin: 'fixed2', goal: 'fixed2' },
  },
]

export const simpo: Exercise[] = [
  lossCurve('curve', () => 4),
  {
    id: 'simpoStart',
    kind: 'choice',
    when: 'first',
    given: (s) => ({ gamma: gamma(s), even: Math.log1p(Math.exp(gamma(s))) }),
    options: ['below', 'at', 'above'],
    truth: (s) => {
      const loss = first(s)?.train_loss
      if (loss === undefined) return undefined
      const even = Math.log1p(Math.exp(gamma(s)))
      return {
        value: loss < 0.9 * even ? 'below' : loss > 1.1 * even ? 'above' : 'at',
        found: { loss, even },
      }
    },
    show: { loss: 'fixed3', even: 'fixed3' },
  },
  {
    id: 'simpoChosen',
    kind: 'choice',
    when: 'end',
    options: ['rises', 'stays', 'falls'],
    truth: (s) => {
      const all = measured(s, 'heldout_chosen')
      const [a, z] = [all[0]?.value, all.at(-1)?.value]
      if (a === undefined || z === undefined || all.length < 2) return undefined
      return {
        value: direction(a, z, 0.02),
        found: { from: a, to: z, margin: last(s, 'heldout_margin') ?? 0 },
      }
    },
    show: { from: 'fixed2', to: 'fixed2', margin: 'fixed2' },
  },
]

const gamma = (s: Scene): number => s.info?.params['gamma'] ?? s.params['gamma'] ?? 1
