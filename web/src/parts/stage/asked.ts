import type { TranslationFunctions } from '../../i18n/i18n-types'
import { short, whole } from '../../state/format'
import type { QuestionName } from '../../stages/asked'
import type { Values } from '../../stages/trace'

export const spoken = (values: Values): Record<string, string> =>
  Object.fromEntries(
    Object.entries(values).map(([key, v]) => [
      key,
      typeof v === 'string' ? v : Number.isInteger(v) ? whole(v) : short(v),
    ]),
  )

/** A question with its general answer. */
export function answerWords(t: TranslationFunctions, id: QuestionName): { q: string; a: string } {
  const words = t.asked[id]
  return { q: words.q(), a: words.a() }
}

/** What the run at hand shows of a question. */
export function hereWords(t: TranslationFunctions, id: QuestionName, values: Values): string {
  const words = t.asked[id]
  if (!('here' in words)) return ''
  return (words.here as unknown as (v: Record<string, string>) => string)(spoken(values))
}
