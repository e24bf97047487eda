import type { Problem } from '../engine/messages'
import { t } from './settings.svelte'

/** What happened and what to do, in the reader's language. */
export function sentence(problem: Problem): string {
  const words = t().problems as unknown as Record<string, ((args: object) => string) | undefined>
  // An engine newer than the page may know more; its English is better than nothing.
  return words[problem.code]?.(problem.args ?? {}) ?? problem.text
}
