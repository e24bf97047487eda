import type {
  CheckpointInfo,
  Compute,
  Control,
  Metrics,
  Preset,
  Problem,
  RunInfo,
  SampleEvent,
  Stage,
  StartRun,
  Workers,
} from '../engine/messages'
import { data } from './data.svelte'
import { remember } from './earlier'
import { earlier } from './earlier.svelte'
import { engine } from './engine.svelte'

export type RunPhase = 'none' | 'preparing' | 'running' | 'paused' | 'stopped' | 'done' | 'failed'

// Drawing may take a fortieth of the time: where all cores are training, a page
// that draws more would slow the run down. Between these bounds, in ms.
const share = 40
const drawAtLeast = 500
const drawAtMost = 100

/** What may be asked to compute. */
export const computing = ['auto', 'workers', 'gpu'] as const
export type Computing = (typeof computing)[number]

/**
 * The settings of the optimiser, with which a run may go on otherwise than it began.
 * The others say what it learns from and what it makes: with them it is another run.
 */
export const optimiser: readonly string[] = [
  'lr',
  'warmup',
  'weight_decay',
  'clip',
  'beta1',
  'beta2',
]

type Choice = Omit<StartRun, 'dataset' | 'tokenizer' | 'workers' | 'compute'>

/** The run in progress, or the last one. */
class Run {
  stages = $state.raw<Stage[]>([])
  presets = $state.raw<Preset[]>([])
  info = $state.raw<RunInfo>()
  /** Who computes the run's steps. */
  workers = $state.raw<Workers>()
  /** How many cores a person wants to compute; 0: as many as are fastest. */
  wanted = $state(0)
  /** What computes the run's steps, and why. */
  compute = $state.raw<Compute>()
  /** What a person wants to compute. */
  on = $state<Computing>('auto')
  phase = $state<RunPhase>('none')
  /** Why it failed, if it did. */
  problem = $state.raw<Problem>()
  step = $state(0)
  samples = $state.raw<SampleEvent[]>([])
  saved = $state.raw<CheckpointInfo[]>([])
  /** All steps so far. Not reactive: read it when `drawn` changes. */
  readonly metrics: Metrics[] = []
  /** Grows when there is something new to draw, ten times a second at most. */
  drawn = $state(0)
  /** The step as it was drawn last. */
  shownStep = $state(0)

  #drawAt = 0
  #drawPending = false
  #pause = drawAtMost
  readonly #watchers = new Set<() => void>()

  constructor() {
    const { client } = engine
    client.on('metrics', (e) => {
      if (e.run !== this.info?.run) return
      this.metrics.push(...e.metrics)
      this.step = e.metrics.at(-1)?.step ?? this.step
      this.#draw()
    })
    client.on('workers', (e) => {
      if (e.run === this.info?.run) this.workers = e.workers
    })
    client.on('compute', (e) => {
      if (e.run !== this.info?.run) return
      this.compute = e.compute
      this.workers = e.workers
      // Later steps are made again.
      const kept = this.metrics.findLastIndex((m) => m.step <= e.step) + 1
      this.metrics.length = kept
      this.samples = this.samples.filter((s) => s.step <= e.step)
      this.step = e.step
      this.#draw()
    })
    client.on('sampled', (e) => (this.samples = [...this.samples, e]))
    client.on('saved', (e) => {
      if (this.active) this.saved = [...this.saved, e.checkpoint]
    })
    client.on('state', (e) => {
      if (e.run !== this.info?.run) return
      this.step = e.step // before it is shown
      this.#enter(e.state as RunPhase)
      this.problem = e.problem
      if (e.problem) engine.report(e.problem, this.info.stage, e.step)
    })
    engine.onLoss(() => {
      if (this.active) this.#enter('stopped')
    })
    // A hidden tab may never come back, nor a frozen one.
    const keep = () => {
      if (!document.hidden || !engine.writer) return
      if (this.phase === 'running' || this.phase === 'paused') {
        void client.call('run.control', { action: 'keep' }).catch(() => {})
      }
    }
    document.addEventListener('visibilitychange', keep)
    document.addEventListener('freeze', keep)
  }

  get active(): boolean {
    return this.phase === 'running' || this.phase === 'paused' || this.phase === 'preparing'
  }

  get last(): Metrics | undefined {
    return this.metrics.at(-1)
  }

  /** The phase of a stage's own run: one of another stage is not its business. */
  phaseOf(stage: string): RunPhase {
    return this.info && this.info.stage !== stage ? 'none' : this.phase
  }

  /** The newest step at which the held-out loss was measured. */
  get lastHeldOut(): Metrics | undefined {
    return this.metrics.findLast((m) => m.held_out_loss !== undefined)
  }

  async loadStages(): Promise<void> {
    const { stages, presets } = await engine.client.call('stages.list', {})
    this.stages = stages
    this.presets = presets
  }

  /** Starts on the chosen text and tokenizer, made first where needed. */
  async start(choice: Choice): Promise<RunInfo> {
    return this.#begin(async () => {
      const dataset = await data.ensureDataset()
      const tokenizer = await data.ensureTokenizer()
      return { ...choice, dataset: dataset.id, tokenizer: tokenizer.id }
    })
  }

  /** Starts on checkpoints, which bring their text and tokenizer. */
  async startFrom(
    choice: Choice & Partial<Pick<StartRun, 'dataset' | 'tokenizer'>>,
  ): Promise<RunInfo> {
    return this.#begin(() => Promise.resolve({ dataset: '', tokenizer: '', ...choice }))
  }

  /**
   * Goes on from a checkpoint, which brings its own settings; those that are given
   * replace them, and then it is no longer what it would have come to by itself.
   */
  async resumeFrom(
    checkpoint: CheckpointInfo,
    { paused, params }: Pick<StartRun, 'paused' | 'params'> = {},
  ): Promise<RunInfo> {
    const { stage, preset, id } = checkpoint
    engine.offer = undefined
    const command: StartRun = { stage, preset, seed: 0, dataset: '', tokenizer: '', resume: id }
    if (paused) command.paused = true
    if (params) command.params = params
    return this.#begin(() => Promise.resolve(command))
  }

  async control(action: Control['action']): Promise<void> {
    const state = await engine.client.call('run.control', { action })
    this.step = state.step
    this.#enter(state.state as RunPhase)
  }

  /** Chooses how many cores compute, in the run in progress too. */
  async setWorkers(count: number): Promise<void> {
    this.wanted = count
    if (this.phase === 'running' || this.phase === 'paused')
      await engine.client.call('run.control', { action: 'workers', workers: count })
  }

  /** Chooses what computes, in the run in progress too. */
  async setCompute(on: Computing): Promise<void> {
    this.on = on
    if (this.phase === 'running' || this.phase === 'paused')
      await engine.client.call('run.control', { action: 'compute', compute: on })
  }

  /** Calls back at every change of phase. */
  onPhase(callback: () => void): () => void {
    this.#watchers.add(callback)
    return () => this.#watchers.delete(callback)
  }

  async #begin(prepare: () => Promise<StartRun>): Promise<RunInfo> {
    this.#enter('preparing')
    const { info: last } = this
    this.info = undefined
    this.problem = undefined
    try {
      const command = { ...(await prepare()), workers: this.wanted, compute: this.on }
      const info = await engine.client.call('run.start', command)
      const before = last && last.run !== info.run ? remember(last, this.metrics) : undefined
      if (before) earlier.keep(before)
      this.metrics.length = 0
      this.metrics.push(...(info.history ?? []))
      this.samples = info.samples ?? []
      this.saved = []
      this.step = info.step
      this.info = info
      this.workers = info.workers
      this.compute = info.compute
      const { requested, backend, why } = info.compute
      if (requested === 'gpu' && backend !== 'webgpu' && why) engine.report(why, info.stage)
      data.adopt(info.dataset, info.tokenizer)
      this.#show()
      return info
    } catch (error) {
      this.#enter('none')
      throw error
    } finally {
      data.progress = undefined
    }
  }

  #enter(phase: RunPhase): void {
    if (phase === this.phase) return
    this.phase = phase
    this.#show()
    for (const f of this.#watchers) f()
  }

  #show(): void {
    this.shownStep = this.step
    this.drawn++
  }

  #draw(): void {
    if (this.#drawPending) return
    this.#drawPending = true
    const wait = Math.max(0, this.#drawAt + this.#pause - performance.now())
    setTimeout(() => {
      requestAnimationFrame(() => {
        this.#drawPending = false
        const began = (this.#drawAt = performance.now())
        this.#show()
        // Comes after layout and paint.
        setTimeout(() => {
          const cost = performance.now() - began
          this.#pause = Math.min(drawAtLeast, Math.max(drawAtMost, share * cost))
        })
      })
    }, wait)
  }
}

export const run = new Run()
