// The one figure that a checkpoint is known by: what its stage is about.
import type { CheckpointInfo } from '../engine/messages'

export interface Score {
  /** Name of the measure, 'bits_per_byte' or 'held_out_loss'. */
  key: string
  value: number
  /** A share of 1 is shown in percent. */
  share: boolean
}

const answers = ['exact_match_combos', 'exact_match_phrasings']
const policy = ['heldout_score', 'heldout_reward', 'score', 'reward']
const pairs = ['pair_accuracy']

/** The measures of each stage, the telling one first. */
const telling: Record<string, readonly string[]> = {
  sft: answers,
  lora: ['style_on', ...answers],
  reward: pairs,
  judge: ['agreement'],
  ppo: policy,
  grpo: policy,
  dr_grpo: policy,
  dapo: policy,
  spo: policy,
  dpo: pairs,
  cdpo: pairs,
  ipo: pairs,
  simpo: pairs,
  distill: ['recovered', ...answers],
  distill_sequence: ['recovered', ...answers],
  gkd: ['recovered', ...answers],
}

const shares =
  /^((heldout_|teacher_)?(exact_match|truncated)|pair_accuracy|agreement|noted|style|recovered|honest|false_refusals|unequal_groups|own_share|(fact_)?recall$|polite|brief|language)/

/** What is known best of a checkpoint; undefined before anything was measured. */
export function score(c: CheckpointInfo): Score | undefined {
  for (const key of telling[c.stage] ?? []) {
    const value = c.measures?.[key]
    if (value !== undefined) return { key, value, share: isShare(key) }
  }
  if (c.bits_per_byte > 0) return { key: 'bits_per_byte', value: c.bits_per_byte, share: false }
  if (c.held_out_loss > 0) return { key: 'held_out_loss', value: c.held_out_loss, share: false }
  return undefined
}

export const isShare = (key: string): boolean => shares.test(key)
