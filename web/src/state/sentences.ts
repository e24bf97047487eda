import { settings } from './settings.svelte'

/** Sentences one after the other: with a blank between them, of which Chinese has none. */
export const sentences = (...said: (string | false | undefined)[]): string =>
  said.filter(Boolean).join(settings.locale === 'zh' ? '' : ' ')
