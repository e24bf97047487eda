// The lines beside the curves of the stages after pretraining: what the loss is
// where nothing has been learned, as far as that can be said exactly.
import type { Metrics } from '../engine/messages'
import { firstLoss } from './asked'
import { isStage, stagePages } from './list'

export interface Mark {
  /** Its words. */
  id:
    | 'equal'
    | 'sameScore'
    | 'unmoved'
    | 'likely'
    | 'letters'
    | 'lnV'
    | 'lnVHeldOut'
    | 'before'
    | 'firstAnswers'
    | 'reference'
  at: number
  /** Need not be in the picture. */
  aside?: boolean
}

interface Known {
  stage: string
  params: Readonly<Record<string, number>>
  /** nats; not known before a run */
  lnV?: number | undefined
  /** The first step that there is. */
  first?: Pick<Metrics, 'step' | 'train_loss'> | undefined
}

/** The lines of a stage's loss. */
export function lossMarks({ stage, params, lnV, first }: Known): Mark[] {
  const begins = firstLoss({ stage, params })
  const out: Mark[] = []
  switch (stage) {
    case 'dpo':
    case 'cdpo':
      return [{ id: 'equal', at: begins ?? Math.LN2 }]
    case 'reward':
      return [{ id: 'sameScore', at: begins ?? Math.LN2 }]
    case 'ipo':
      // Of sums and of means alike: at the start there is no difference to sum up.
      return begins !== undefined && Number.isFinite(begins) ? [{ id: 'unmoved', at: begins }] : []
    case 'simpo': {
      const gamma = params['gamma']
      return gamma === undefined ? [] : [{ id: 'likely', at: Math.log1p(Math.exp(gamma)) }]
    }
    case 'judge':
      // Only the held-out loss is of one letter against the other.
      return [{ id: 'letters', at: Math.LN2 }]
    case 'sft':
    case 'lora':
      if (lnV !== undefined) out.push({ id: 'lnV', at: lnV, aside: true })
      // The loss of a step is taken before its update, so that of the first is the parent's.
      if (first?.step === 1) out.push({ id: 'before', at: first.train_loss })
      return out
    case 'distill':
    case 'distill_sequence':
    case 'gkd': {
      // What GKD minimises with a teacher is a divergence, which knows no ln V.
      const id = stage === 'gkd' && params['teacher'] !== 0 ? 'lnVHeldOut' : 'lnV'
      return lnV === undefined ? [] : [{ id, at: lnV }]
    }
    default:
      return []
  }
}

/** Whether a stage learns from answers of its own: its loss tells nothing, and its reward leads. */
export const rewarded = (stage: string): boolean =>
  isStage(stage) && stagePages[stage].reward === true

/** What is shown in the place of such a loss, chart by chart. */
export const leading = [
  ['reward', 'heldout_reward'],
  ['kl', 'heldout_kl'],
] as const

/** The line of the first of these charts: a reward model's scores are shifted once, graders' are not. */
export const rewardMarks = (params: Readonly<Record<string, number>>): Mark[] =>
  params['reward'] === 0 ? [{ id: 'firstAnswers', at: 0 }] : []

/** That of the second. */
export const klMarks: readonly Mark[] = [{ id: 'reference', at: 0 }]
