import { outcomeOf, type Exercise } from '../../stages/exercises/kinds'
import { t } from '../../state/settings.svelte'

type Say = ((values?: Record<string, string>) => string) | undefined

/** The sentences of an exercise, by its id. */
export interface Words {
  title: Say
  task: Say
  answer: Say
  /** In place of `answer`, where one sentence is not true of every outcome. */
  outcomes: Record<string, Say>
  options: Record<string, Say>
}

export function wordsOf(id: string): Words {
  const all = t().exercises.of as unknown as Record<string, Partial<Words> | undefined>
  const w = all[id]
  return {
    title: w?.title,
    task: w?.task,
    answer: w?.answer,
    outcomes: w?.outcomes ?? {},
    options: w?.options ?? {},
  }
}

/**
 * The sentence behind a truth: that of its own outcome where the catalogue has
 * one. It answers to any key, with nothing where it has no words.
 */
export function explained(
  exercise: Exercise,
  truth: string | number,
  values: Record<string, string>,
): string {
  const words = wordsOf(exercise.id)
  return words.outcomes[outcomeOf(exercise, truth)]?.(values) || words.answer?.(values) || ''
}
