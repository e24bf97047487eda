// The journey that goes through all stages by itself.
import { EngineError, type JourneyEvent } from '../engine/messages'
import { checkpoints } from './checkpoints.svelte'
import { engine } from './engine.svelte'
import { run } from './run.svelte'

export type WalkPreset = 'tiny' | 'quick'

/** What the page reads of the report that the engine writes at the end. */
interface Report {
  runs: { stages: { key: string; error?: string }[] }[]
}

class Walk {
  phase = $state<'none' | 'walking' | 'stopping' | 'done' | 'stopped'>('none')
  event = $state.raw<JourneyEvent>()
  /** Seconds since it began, until its end. */
  seconds = $state(0)
  /** Keys of all steps, and of those that could not be made. */
  steps = $state.raw<string[]>([])
  failed = $state.raw<string[]>([])

  constructor() {
    engine.client.on('journey', (e) => (this.event = e))
    engine.onLoss(() => {
      if (this.active) this.phase = 'stopped'
    })
  }

  get active(): boolean {
    return this.phase === 'walking' || this.phase === 'stopping'
  }

  async start(preset: WalkPreset): Promise<void> {
    const began = performance.now()
    const clock = setInterval(() => (this.seconds = (performance.now() - began) / 1000), 1000)
    this.phase = 'walking'
    this.event = undefined
    this.seconds = 0
    try {
      const { bytes } = await engine.client.callForBytes('journey', {
        preset,
        seed: 1,
        seeds: 1,
        only: [],
        set: {},
        workers: 0,
        compute: run.on,
      })
      const report = JSON.parse(new TextDecoder().decode(bytes)) as Report
      const made = report.runs.flatMap((r) => r.stages)
      this.steps = made.map((s) => s.key)
      this.failed = made.filter((s) => s.error).map((s) => s.key)
      this.phase = 'done'
    } catch (error) {
      this.phase = 'stopped'
      if (!(error instanceof EngineError && error.problem.code === 'journey_stopped')) throw error
    } finally {
      clearInterval(clock)
      this.seconds = (performance.now() - began) / 1000
      await checkpoints.reload().catch(() => [])
    }
  }

  async stop(): Promise<void> {
    this.phase = 'stopping'
    await engine.client.call('journey.stop', {})
  }
}

export const walk = new Walk()
