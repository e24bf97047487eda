// Whether what a model has written is true in the town that it read of.
import type { FactSource } from '../engine/messages'

/** "nothing": it states no fact of the town. */
export type Mark = 'right' | 'wrong' | 'nothing'

/** One false statement makes a text false, whatever else it says. */
export function markOf(facts: readonly Pick<FactSource, 'stated' | 'truth'>[]): Mark {
  const stated = facts.filter((f) => f.stated !== '')
  if (stated.length === 0) return 'nothing'
  return stated.every((f) => f.stated === f.truth) ? 'right' : 'wrong'
}

/** What is looked at: a continuation states its fact together with its prompt. */
export const claimOf = (
  stage: string,
  { prompt, text }: { prompt: string; text: string },
): { question: string; answer: string } =>
  stage === 'pretrain'
    ? { question: '', answer: prompt + text }
    : { question: prompt, answer: text }
