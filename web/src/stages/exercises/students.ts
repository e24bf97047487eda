// Exercises of distillation.
import { coin, last, lossCurve, measured, shareAtEnd, type Exercise, type Scene } from './kinds'

const curve = lossCurve('curve', (s) => (s.info?.ln_v ?? 7.2) * 1.05)
const recovered = shareAtEnd('recovered', 'recovered', 10)

/** The smallest student that keeps nine tenths. */
const smallest: Exercise = {
  id: 'smallest',
  kind: 'challenge',
  when: 'end',
  attempt: (s) => {
    const [kept, share] = [last(s, 'recovered'), last(s, 'parameter_share')]
    if (kept === undefined || share === undefined || !s.info) return undefined
    return {
      found: {
        layers: s.info.params['layers'] ?? 0,
        width: s.info.params['width'] ?? 0,
        share,
        kept,
      },
      merit: -share,
      reached: kept >= 0.9 && share < 1,
    }
  },
  show: { share: 'percent', kept: 'percent', layers: 'whole', width: 'whole' },
}

export const distill: Exercise[] = [
  curve,
  recovered,
  {
    id: 'textOrAnswers',
    kind: 'choice',
    when: 'end',
    options: ['text', 'answers', 'alike'],
    truth: (s) => {
      const [text, answers] = [last(s, 'teacher_kl'), last(s, 'teacher_kl_answers')]
      if (text === undefined || answers === undefined) return undefined
      const gap = Math.abs(text - answers) / Math.max(text, answers, 1e-9)
      return {
        value: gap < 0.1 ? 'alike' : text > answers ? 'text' : 'answers',
        found: { text, answers },
      }
    },
    show: { text: 'fixed3', answers: 'fixed3' },
  },
  smallest,
]

export const distillSequence: Exercise[] = [curve, recovered, smallest]

export const gkd: Exercise[] = [
  curve,
  {
    id: 'jsdBound',
    kind: 'choice',
    when: 'end',
    given: (s) => ({ beta: beta(s), entropy: coin(beta(s)) }),
    options: ['entropy', 'one', 'endless'],
    truth: (s) => {
      const largest = Math.max(...measured(s, 'own_jsd').map((x) => x.value))
      if (!Number.isFinite(largest)) return undefined
      const bound = coin(beta(s))
      return {
        value: largest <= bound + 1e-4 ? 'entropy' : largest <= 1 ? 'one' : 'endless',
        found: { largest, bound },
      }
    },
    show: { largest: 'fixed3', bound: 'fixed3', entropy: 'fixed3' },
  },
  recovered,
]

const beta = (s: Scene): number => s.info?.params['beta'] ?? s.params['beta'] ?? 0.5
