import type { Iteration, MeasuredEvent, PartEvent } from '../engine/messages'
import { engine } from './engine.svelte'
import { run } from './run.svelte'

/** Pictures made of many shapes are drawn at most so often, ms apart. */
const pause = 250

/** What the run in progress shows beside its curves. */
class Watch {
  /** Work before the next step; nothing while steps are made. */
  part = $state.raw<PartEvent>()
  #iteration = $state.raw<Iteration>()
  #measured = $state.raw<MeasuredEvent>()
  #first = $state.raw<MeasuredEvent>()
  #of = $state.raw<string>()
  #waiting: Iteration | undefined

  constructor() {
    const { client } = engine
    client.on('part', (e) => {
      if (e.run === run.info?.run) this.part = e
    })
    client.on('metrics', () => (this.part = undefined))
    client.on('state', () => (this.part = undefined))
    client.on('iteration', (e) => {
      if (e.run !== run.info?.run) return
      const shown = this.#waiting !== undefined
      this.#waiting = e
      if (shown) return
      setTimeout(() => {
        if (this.#waiting && e.run === run.info?.run) {
          this.#of = e.run
          this.#iteration = this.#waiting
        }
        this.#waiting = undefined
      }, pause)
    })
    client.on('measured', (e) => {
      if (e.run !== run.info?.run) return
      if (this.#first?.run !== e.run) this.#first = e
      this.#measured = e
    })
  }

  /** What the policy of a stage's run has answered last. */
  iterationOf(stage: string): Iteration | undefined {
    if (run.info?.stage !== stage) return undefined
    return this.#of === run.info.run ? this.#iteration : run.info.iteration
  }

  /** The newest measurement of a stage's run. */
  measuredOf(stage: string): MeasuredEvent | undefined {
    return run.info?.stage === stage && this.#measured?.run === run.info.run
      ? this.#measured
      : undefined
  }

  /** The first one that was heard of that run. */
  firstOf(stage: string): MeasuredEvent | undefined {
    return this.measuredOf(stage) && this.#first
  }
}

export const watch = new Watch()
