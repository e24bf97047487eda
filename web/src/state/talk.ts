// A conversation: what was said, and who answered with which adapter.
import type { Turn } from '../engine/messages'

export interface Exchange {
  question: string
  answer: string
  /** Who answered. */
  who: string
}

/** As the engine takes it: an answer that says nothing is none, and its question was not put. */
export const turnsOf = (said: readonly Exchange[]): Turn[] =>
  said
    .filter((x) => x.answer !== '')
    .flatMap((x) => [
      { role: 'user', content: x.question },
      { role: 'assistant', content: x.answer },
    ])
