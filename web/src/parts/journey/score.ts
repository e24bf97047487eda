import type { CheckpointInfo } from '../../engine/messages'
import type { TranslationFunctions } from '../../i18n/i18n-types'
import { isShare, score } from '../../stages/score'
import { fixed, percent, short } from '../../state/format'
import { measureName } from './names'

/** A measure's value as it is shown. */
export const figure = (key: string, value: number): string =>
  isShare(key)
    ? percent(value)
    : value !== 0 && Math.abs(value) < 0.001
      ? short(value)
      : fixed(value, 3)

/** The figure that a checkpoint is known by, with its name; undefined before it was measured. */
export function knownBy(
  c: CheckpointInfo,
  words: TranslationFunctions,
): { measure: string; value: string } | undefined {
  const found = score(c)
  return found && { measure: measureName(found.key, words), value: figure(found.key, found.value) }
}
