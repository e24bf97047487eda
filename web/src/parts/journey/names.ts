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

/** A measure in words; one that the page has no words for by its own name. */
export function measureName(key: string, words: TranslationFunctions): string {
  if (key === 'held_out_loss') return words.stage.heldOutLoss()
  if (key === 'bits_per_byte') return words.journey.bits()
  if (key === 'fact_recall') return words.journey.facts()
  const known = words.measures as unknown as Record<string, (() => string) | undefined>
  // The catalogue answers to any key, with nothing where it has no words.
  const own = known[key]?.()
  if (own) return own
  if (key.startsWith('heldout_'))
    return words.journey.heldOut({ measure: measureName(key.slice('heldout_'.length), words) })
  return key.replaceAll('_', ' ')
}
