import { EngineClient } from '../engine/client'
import { acquireWriter } from '../engine/lock'
import {
  EngineError,
  type CheckpointInfo,
  type Problem,
  type Ready,
  type StorageInfo,
} from '../engine/messages'
import { workerPort } from '../engine/port'

/** A problem as shown: with its place, until dismissed. */
export interface Shown {
  key: number
  problem: Problem
  stage?: string | undefined
  step?: number | undefined
}

type Offer = { checkpoint: CheckpointInfo; afterLoss: boolean }

/** The engine as the page sees it. */
class Engine {
  status = $state<'starting' | 'ready' | 'dead'>('starting')
  ready = $state.raw<Ready>()
  storage = $state.raw<StorageInfo>()
  /** This tab may save; false while another tab holds the lock. */
  writer = $state(true)
  problems = $state.raw<Shown[]>([])
  /** Seconds for which the engine has not answered, where that is worth asking about. */
  silent = $state<number>()
  /** An unfinished run that can go on. */
  offer = $state.raw<Offer>()

  #nextKey = 1
  #lost = false
  readonly #losses = new Set<() => void>()
  /** Resolves at the first start; for the automation surface. */
  readonly started: Promise<Ready>
  #resolveStarted!: (ready: Ready) => void

  readonly client = new EngineClient({
    spawn: workerPort,
    hello: () => ({ writer: this.writer, base: this.#base() }),
    onSilence: (ms) => (this.silent = ms === undefined ? undefined : ms / 1000),
    onStatus: (status, ready, death) => {
      this.status = status
      if (ready) this.#isReady(ready)
      if (death) {
        this.#lost = death.wasReady
        for (const f of this.#losses) f()
        const code = death.wasReady ? 'engine_lost' : 'engine_not_loaded'
        this.report({ code, args: { why: death.why }, text: `The engine stopped: ${death.why}` })
      }
    },
  })

  constructor() {
    this.started = new Promise((resolve) => (this.#resolveStarted = resolve))
    this.client.on('storage', (info) => (this.storage = info))
    this.client.on('problem', (e) => this.report(e.problem, e.stage, e.step))
  }

  async boot(): Promise<void> {
    this.writer = await acquireWriter(() => void this.#becomeWriter())
    await this.client.start()
  }

  /** Shows a problem; the same one twice in a row is shown once. */
  report(problem: Problem, stage?: string, step?: number): void {
    const same = (s: Shown) => s.problem.code === problem.code && s.problem.text === problem.text
    const others = this.problems.filter((s) => !same(s))
    this.problems = [...others, { key: this.#nextKey++, problem, stage, step }].slice(-4)
  }

  dismiss(key: number): void {
    this.problems = this.problems.filter((s) => s.key !== key)
  }

  /** Runs an action; what it throws becomes a banner. Undefined when it failed. */
  async attempt<T>(action: () => Promise<T>): Promise<T | undefined> {
    try {
      return await action()
    } catch (error) {
      this.report(toProblem(error))
      return undefined
    }
  }

  /** Calls back when an engine has died, so that what it held is forgotten. */
  onLoss(callback: () => void): void {
    this.#losses.add(callback)
  }

  async #becomeWriter(): Promise<void> {
    this.writer = true
    if (this.status !== 'ready') return
    this.#isReady(await this.client.call('hello', { writer: true, base: this.#base() }))
  }

  #base(): string {
    return new URL('.', location.href).href
  }

  #isReady(ready: Ready): void {
    this.ready = ready
    this.storage = ready.storage
    this.offer = ready.resumable
      ? { checkpoint: ready.resumable, afterLoss: this.#lost }
      : undefined
    performance.mark('sprout-ready') // the first of them ends the first visit's wait
    this.#resolveStarted(ready)
  }
}

export function toProblem(error: unknown): Problem {
  if (error instanceof EngineError) return error.problem
  return { code: 'internal', text: error instanceof Error ? error.message : String(error) }
}

export const engine = new Engine()
