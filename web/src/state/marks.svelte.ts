// The marks of samples: each is asked for once, one at a time.
import { SvelteMap } from 'svelte/reactivity'
import { engine } from './engine.svelte'
import { markOf, type Mark } from './marks'

interface Claim {
  dataset: string
  question: string
  answer: string
}
const keyOf = (c: Claim): string => JSON.stringify([c.dataset, c.question, c.answer])

class Marks {
  /** Undefined: on its way. */
  readonly #known = new SvelteMap<string, Mark | undefined>()
  #waiting: Claim[] = []
  #busy = false

  of(claim: Claim): Mark | undefined {
    return this.#known.get(keyOf(claim))
  }

  want(claims: readonly Claim[]): void {
    for (const claim of claims) {
      const key = keyOf(claim)
      if (this.#known.has(key)) continue
      this.#known.set(key, undefined)
      this.#waiting.push(claim)
    }
    void this.#work()
  }

  /** No lines are looked for: a run in progress waits for nothing. */
  async #work(): Promise<void> {
    if (this.#busy) return
    this.#busy = true
    for (let claim = this.#waiting.shift(); claim; claim = this.#waiting.shift()) {
      const key = keyOf(claim)
      try {
        const { facts } = await engine.client.call('attribute', { ...claim, lines: -1 })
        this.#known.set(key, markOf(facts))
      } catch {
        // A mark is no reason for a message; the next sample tries again.
        this.#known.delete(key)
        for (const other of this.#waiting) this.#known.delete(keyOf(other))
        this.#waiting = []
      }
    }
    this.#busy = false
  }
}

export const marks = new Marks()
