import { comingUp, type QuestionName } from '../stages/asked'
import type { Values } from '../stages/trace'
import { run } from './run.svelte'
import { traceOf } from './trace'

export interface Noticing {
  id: QuestionName
  values: Values
}

const pause = 1000 // ms between two looks at a long run

/** The questions that the run in progress raises. */
class Noticed {
  /** The newest first. */
  found = $state.raw<readonly Noticing[]>([])

  #seen = ''
  #at = 0

  /** Looks again where there may be something new. */
  look(stage: string): void {
    const seen = `${stage} ${run.info?.run} ${run.phase}`
    const now = performance.now()
    if (seen === this.#seen && now - this.#at < pause) return
    this.#seen = seen
    this.#at = now
    const trace = traceOf(stage)
    const there = trace ? comingUp(trace) : []
    const order = this.found.map((f) => f.id)
    this.found = [
      ...there.filter((f) => !order.includes(f.id)),
      ...order.flatMap((id) => there.filter((f) => f.id === id)),
    ]
  }
}

export const noticed = new Noticed()
