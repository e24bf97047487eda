import type { Param } from '../engine/messages'
import { fixed, short, whole } from '../state/format'
import { settings, t } from '../state/settings.svelte'

const named = (words: unknown, key: string) =>
  (words as Record<string, (() => string) | undefined>)[key]?.()

/** What a setting is called; what a catalogue does not know is an empty text there. */
export const settingName = (param: Param): string =>
  named(t().params, param.key) || named(t().paramNames, param.key) || param.key

/** What the values of a setting are called, from the least on; none where it is an amount. */
export const choices = (param: Param): readonly string[] =>
  (settings.locale === 'zh' ? param.choices_zh : param.choices_en) ?? []

/** A value of a setting: by its name, or with its unit. */
export function amount(param: Param, value: number): string {
  const name = choices(param)[value - param.min]
  if (name) return name
  const number = param.integer ? whole(value) : value >= 1 ? fixed(value, 2) : short(value)
  const unit = named(t().params.units, param.unit ?? '') || param.unit
  return unit ? `${number} ${unit}` : number
}
