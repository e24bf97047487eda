import type { Param } from '../engine/messages'
import { fixed, short, whole } from '../state/format'
import { t } from '../state/settings.svelte'

const named = (words: unknown, key: string) =>
  (words as Record<string, (() => string) | undefined>)[key]?.()

/** What a setting is called; what a catalogue does not know is an empty text there. */
export const settingName = (param: Param): string =>
  named(t().params, param.key) || named(t().paramNames, param.key) || param.key

/** A value of a setting, with its unit. */
export function amount(param: Param, value: number): string {
  const number = param.integer ? whole(value) : value >= 1 ? fixed(value, 2) : short(value)
  const unit = named(t().params.units, param.unit ?? '') || param.unit
  return unit ? `${number} ${unit}` : number
}
