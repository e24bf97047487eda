import type { Locales } from './i18n-types'

export const tag = (locale: Locales): string => (locale === 'zh' ? 'zh-CN' : 'en')

const cache = new Map<string, Intl.NumberFormat>()

/** Formats a number; formats are made once, since making one is slow. */
export function formatIn(locale: Locales, x: number, options: Intl.NumberFormatOptions): string {
  const key = locale + JSON.stringify(options)
  let format = cache.get(key)
  if (!format) cache.set(key, (format = new Intl.NumberFormat(tag(locale), options)))
  return format.format(x)
}

const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const

/** Bytes in the unit that suits them. */
export function bytesIn(locale: Locales, x: number): string {
  let i = 0
  while (x >= 1000 && i < units.length - 1) {
    x /= 1000
    i++
  }
  const unit = units[i] ?? 'byte'
  return formatIn(locale, x, {
    style: 'unit',
    unit,
    unitDisplay: i === 0 ? 'long' : 'short',
    maximumFractionDigits: x < 10 && i > 1 ? 1 : 0,
  })
}

/** A number as it stands in a sentence: whole ones in full, others to four digits. */
export function numberIn(locale: Locales, x: number): string {
  return formatIn(locale, x, Number.isInteger(x) ? {} : { maximumSignificantDigits: 4 })
}
