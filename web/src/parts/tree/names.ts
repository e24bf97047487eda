import type { TranslationFunctions } from '../../i18n/i18n-types'

/** A setting in words; one that the page has no words for by its own name. */
export const settingName = (key: string, words: TranslationFunctions): string =>
  (words.params as unknown as Record<string, (() => string) | undefined>)[key]?.() ||
  key.replaceAll('_', ' ')
