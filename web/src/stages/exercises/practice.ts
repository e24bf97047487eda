// Exercises of the judge and of the stages that learn from their own answers.
import {
  ends,
  first,
  last,
  measured,
  lossCurve,
  scoreCurve,
  shareAtEnd,
  trend,
  type Exercise,
} from './kinds'

/** Policy and sampler are one at the first step. */
const firstRatio: Exercise = {
  id: 'firstRatio',
  kind: 'choice',
  when: 'first',
  options: ['zero', 'one', 'spread'],
  truth: (s) => {
    const m = first(s)?.measures
    const ratio = m?.['ratio']
    if (ratio === undefined) return undefined
    return {
      value: Math.abs(ratio - 1) < 0.01 ? 'one' : Math.abs(ratio) < 0.01 ? 'zero' : 'spread',
      found: { ratio, clipped: m?.['clip_fraction'] ?? 0 },
    }
  },
  show: { ratio: 'fixed3', clipped: 'percent' },
}

/** The loss of a group is a difference of advantages, and those sum to nothing. */
const zeroLoss: Exercise = {
  id: 'zeroLoss',
  kind: 'choice',
  when: 'first',
  options: ['lnV', 'zero', 'reward'],
  truth: (s) => {
    const m = first(s)
    if (!m) return undefined
    const loss = m.train_loss
    return {
      value: Math.abs(loss) < 0.15 ? 'zero' : loss > 0 ? 'lnV' : 'reward',
      found: { loss, grad: m.grad_norm, reward: m.measures?.['reward'] ?? 0 },
    }
  },
  show: { loss: 'fixed3', grad: 'fixed3', reward: 'fixed2' },
}

/** Groups in which all answers score alike, in the first iteration. */
const idleGroups: Exercise = {
  id: 'idleGroups',
  kind: 'number',
  when: 'first',
  unit: 'percent',
  range: () => ({ min: 0, max: 100, step: 1 }),
  truth: (s) => {
    const unequal = first(s)?.measures?.['unequal_groups']
    if (unequal === undefined) return undefined
    return { value: 100 * (1 - unequal), found: { idle: 1 - unequal } }
  },
  near: (guess, truth) => Math.abs(guess - truth) <= 15,
  show: { idle: 'percent' },
}

const klTrend = trend('klTrend', 'kl', 0.02, 'fixed3')
const entropyTrend = trend('entropyTrend', 'entropy', 0.01, 'fixed3')

export const ppo: Exercise[] = [
  scoreCurve('curve'),
  firstRatio,
  klTrend,
  {
    id: 'bestBeta',
    kind: 'challenge',
    when: 'end',
    weighed: true,
    attempt: async (s) => {
      const parent = s.info?.parent
      if (!parent || !s.info) return undefined
      const { match } = await s.call('report', {
        checkpoint: 'live',
        against: parent,
        quick: true,
        prompts: 48,
        temperature: 1,
        seed: 1,
      })
      if (!match) return undefined
      const wins = match.win_rate
      return {
        found: {
          beta: s.info.params['beta'] ?? 0,
          wins: wins.value,
          low: wins.low,
          high: wins.high,
          kl: match.kl?.value ?? ends(s, 'kl')?.to ?? 0,
        },
        merit: wins.value,
        // The interval says more than the value: better than a coin, not by chance.
        reached: wins.low > 0.5,
      }
    },
    show: { wins: 'percent', low: 'percent', high: 'percent', kl: 'fixed2' },
  },
]

export const grpo: Exercise[] = [scoreCurve('curve'), zeroLoss, idleGroups, klTrend]

export const drGrpo: Exercise[] = [
  scoreCurve('curve'),
  zeroLoss,
  trend('lengthTrend', 'length', 0.5, 'fixed2'),
]

export const dapo: Exercise[] = [
  scoreCurve('curve'),
  trend('unequalTrend', 'unequal_groups', 0.05, 'percent'),
  entropyTrend,
]

export const spo: Exercise[] = [scoreCurve('curve'), firstRatio, entropyTrend]

const principles = ['true', 'honest', 'brief', 'friendly', 'same_language'] as const

export const judge: Exercise[] = [
  lossCurve('curve', () => 1.2),
  shareAtEnd('agreement', 'agreement', 7),
  {
    id: 'hardest',
    kind: 'choice',
    when: 'end',
    options: principles,
    truth: (s) => {
      const shares = principles.flatMap((key) => {
        const share = last(s, `agreement_${key}`)
        return share === undefined ? [] : [{ key, share }]
      })
      const worst = shares.reduce(
        (a, b) => (b.share < a.share ? b : a),
        shares[0] ?? { key: '', share: 2 },
      )
      const best = shares.reduce(
        (a, b) => (b.share > a.share ? b : a),
        shares[0] ?? { key: '', share: -1 },
      )
      if (shares.length < 2) return undefined
      return {
        value: worst.key,
        found: { worst: worst.share, best: best.share, bestKey: best.key, worstKey: worst.key },
      }
    },
    show: { worst: 'percent', best: 'percent' },
  },
  {
    id: 'place',
    kind: 'choice',
    when: 'end',
    options: ['first', 'neither', 'second'],
    truth: (s) => {
      const all = measured(s, 'position_bias')
      const bias = all.at(-1)?.value
      if (bias === undefined) return undefined
      return { value: bias > 0.02 ? 'first' : bias < -0.02 ? 'second' : 'neither', found: { bias } }
    },
    show: { bias: 'fixed3' },
  },
  {
    id: 'switched',
    kind: 'challenge',
    when: 'end',
    // Labels tell it, not the run: state/labels.svelte.ts counts verdicts that changed.
    room: 'label',
    attempt: () => undefined,
    show: { changed: 'whole', of: 'whole', principles: 'whole' },
  },
]
