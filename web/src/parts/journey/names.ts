// How the stops of the way are called, and what one asks oneself there.
import type { TranslationFunctions } from '../../i18n/i18n-types'
import { isStage } from '../../stages/list'
import type { Stop } from '../../stages/trail'

export function stopName(stop: Stop, words: TranslationFunctions): string {
  if (stop === 'grown') return words.family.grownName()
  return isStage(stop) ? words.lessons[stop].name() : words.stages[stop].name()
}

export function stopQuestion(stop: Stop, words: TranslationFunctions): string {
  if (stop === 'grown') return ''
  return isStage(stop) ? words.lessons[stop].title() : words[stop].title()
}

/** A measure's key in the catalogue: what is said is a function, and those have a length already. */
export const measureKey = (name: string): string => (name === 'length' ? 'answer_length' : name)

/** A measure in words; one that only another version of the page knows by its own name. */
export function measureName(name: string, words: TranslationFunctions): string {
  const known = words.measures as unknown as Record<string, (() => string) | undefined>
  // The catalogue answers to any key, with nothing where it has no words.
  return known[measureKey(name)]?.() || name.replaceAll('_', ' ')
}
