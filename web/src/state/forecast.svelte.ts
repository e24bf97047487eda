import type { Forecast, ForecastRun } from '../engine/messages'
import { engine } from './engine.svelte'
import { run } from './run.svelte'

/** How long nothing must have been changed before it is measured, ms. */
const patience = 700

/** When the browser has nothing better to do. */
const idle = (then: () => void): (() => void) => {
  if (!('requestIdleCallback' in globalThis)) {
    const timer = setTimeout(then, 200)
    return () => clearTimeout(timer)
  }
  const handle = requestIdleCallback(then, { timeout: 3000 })
  return () => cancelIdleCallback(handle)
}

/**
 * About how long a run would take, measured again whenever it would be another
 * one. `choice` is what it would be started with, undefined where it cannot be.
 * To be called while a component is made.
 */
export class Forecasting {
  /** Undefined: not known, and nobody is finding out. */
  now = $state.raw<Forecast | 'measuring'>()
  /** Of what is chosen, and of what the engine was asked last. */
  #wanted = ''
  #asked = ''

  constructor(choice: () => Omit<ForecastRun, 'workers' | 'compute'> | undefined) {
    $effect(() => {
      const chosen = choice()
      const quiet = engine.status === 'ready' && !run.active
      const command = chosen && { ...chosen, workers: run.wanted, compute: run.on }
      const key = JSON.stringify(command)
      if (!command || !quiet) {
        if (!command) this.#forget()
        return
      }
      this.#wanted = key
      if (key === this.#asked) return
      this.now = 'measuring'
      let cancel = () => {}
      const timer = setTimeout(() => {
        cancel = idle(() => void this.#ask(command, key))
      }, patience)
      return () => {
        clearTimeout(timer)
        cancel()
      }
    })
    // A run of this shape has told more than any measurement.
    $effect(() => {
      if (run.active) this.#asked = ''
    })
  }

  #forget(): void {
    this.#wanted = this.#asked = ''
    this.now = undefined
  }

  async #ask(command: ForecastRun, key: string): Promise<void> {
    if (document.hidden) {
      this.now = undefined // asked again with the next change
      return
    }
    this.#asked = key
    // An engine that was replaced is told by its banner.
    const found = await engine.client.call('run.forecast', command).catch(() => undefined)
    if (!found && this.#asked === key) this.#asked = ''
    if (this.#wanted === key) this.now = (found?.seconds ?? 0) > 0 ? found : undefined
  }
}
