import { settings } from './settings.svelte'

/** Where keys write or choose something themselves. */
const taking = 'input:not([type=radio], [type=checkbox], [type=range]), textarea, select, dialog'

/**
 * The key pressed, where it may mean something to the whole page: it is pressed
 * alone and once, nobody writes, and the reader has not switched such keys off.
 * Who speaks to a computer needs that: a word said by chance is a row of them.
 */
export function singleKey(event: KeyboardEvent): string | undefined {
  if (!settings.keys || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return
  const target = event.target as Element
  if (target.closest(taking)) return
  // Space on what can be pressed presses it.
  if (event.key === ' ' && target.closest('button, a, label, summary, input')) return
  return event.key
}
