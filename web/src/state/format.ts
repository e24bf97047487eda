import { bytesIn, formatIn, tag } from '../i18n/numbers'
import { settings } from './settings.svelte'

const format = (x: number, options: Intl.NumberFormatOptions): string =>
  formatIn(settings.locale, x, options)

/** A whole number with its group separators. */
export const whole = (x: number): string => format(x, { maximumFractionDigits: 0 })

/** A number with a fixed count of decimals, so that it keeps its width. */
export const fixed = (x: number, digits = 2): string =>
  format(x, { minimumFractionDigits: digits, maximumFractionDigits: digits })

/** About three digits, whatever the magnitude: 0.0003, 0.25, 42, 1,200. */
export function short(x: number): string {
  if (x !== 0 && Math.abs(x) < 0.001) return x.toExponential(1).replace('.0e', 'e')
  return format(x, { maximumSignificantDigits: Math.abs(x) >= 100 ? 4 : 3 })
}

export const percent = (x: number, digits = 0): string =>
  format(x, { style: 'percent', minimumFractionDigits: digits, maximumFractionDigits: digits })

/** Bytes in the unit that suits them. */
export const bytes = (x: number): string => bytesIn(settings.locale, x)

/** Seconds as "42 s" or "3 min 05 s". */
export function duration(seconds: number): string {
  const s = Math.max(0, Math.round(seconds))
  const second = (x: number, pad: number) =>
    format(x, { style: 'unit', unit: 'second', unitDisplay: 'narrow', minimumIntegerDigits: pad })
  if (s < 60) return second(s, 1)
  const minute = format(Math.floor(s / 60), {
    style: 'unit',
    unit: 'minute',
    unitDisplay: 'narrow',
  })
  return `${minute} ${second(s % 60, 2)}`
}

/** Seconds as one would say them: "15 seconds", "2 minutes", "1.5 hours". */
export function roughly(seconds: number): string {
  const [value, unit] =
    seconds < 57
      ? [Math.max(5, 5 * Math.round(seconds / 5)), 'second']
      : seconds < 3300
        ? [Math.max(1, Math.round(seconds / 60)), 'minute']
        : [Math.round(seconds / 1800) / 2, 'hour']
  return format(value as number, { style: 'unit', unit: unit as string, unitDisplay: 'long' })
}

export const moment = (unixMs: number): string =>
  new Intl.DateTimeFormat(tag(settings.locale), {
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
  }).format(unixMs)
