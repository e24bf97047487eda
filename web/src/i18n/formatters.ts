import type { FormattersInitializer } from 'typesafe-i18n'
import type { Formatters, Locales } from './i18n-types'
import { bytesIn, numberIn } from './numbers'

/** Used in sentences as {size|bytes}; a value that the engine did not give shows as a question mark. */
export const initFormatters: FormattersInitializer<Locales, Formatters> = (locale: Locales) => ({
  bytes: (value: unknown) => (typeof value === 'number' ? bytesIn(locale, value) : '?'),
  number: (value: unknown) => (typeof value === 'number' ? numberIn(locale, value) : '?'),
})
