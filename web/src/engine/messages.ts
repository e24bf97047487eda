import type { Problem, Protocol } from './protocol.gen'

export type * from './protocol.gen'

export type CommandName = keyof Protocol['commands']
export type EventName = keyof Protocol['events']
export type CommandOf<K extends CommandName> = Protocol['commands'][K]['command']
export type ResultOf<K extends CommandName> = Protocol['commands'][K]['result']
export type EventOf<K extends EventName> = Protocol['events'][K]

/** What the engine says: one reply per command, events at any time. */
export type Reply =
  { type: 'ok'; id: number; result?: unknown } | { type: 'error'; id: number; problem: Problem }
export type EngineEvent = { [K in EventName]: { type: K } & EventOf<K> }[EventName]
export type Message = Reply | EngineEvent | { type: 'started' }

/** A command failed; the problem says why in words that the page translates. */
export class EngineError extends Error {
  constructor(readonly problem: Problem) {
    super(problem.text)
    this.name = 'EngineError'
  }
}
