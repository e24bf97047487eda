import { breaks, verdict, type Break, type BreakName, type Verdict } from '../stages/breaks'
import { checkpoints } from './checkpoints.svelte'
import { engine } from './engine.svelte'
import { run } from './run.svelte'
import type { Setup } from './setup.svelte'
import { traceOf } from './trace'

interface Trial {
  id: BreakName
  run: string
  verdict: Verdict
}

/** The experiment that goes wrong on purpose, and what was found in those before it. */
class Broken {
  trials = $state.raw<readonly Trial[]>([])
  /** What the reader had set before the first of them, by stage. */
  before = $state.raw<Readonly<Record<string, Record<string, number>>>>({})

  constructor() {
    run.onPhase(() => {
      if (run.phase === 'done' || run.phase === 'stopped' || run.phase === 'failed')
        void engine.attempt(() => this.#sweep())
    })
  }

  of(id: BreakName): Trial | undefined {
    return this.trials.find((x) => x.id === id)
  }

  /** Puts the settings of an experiment in place of the reader's own. */
  set(setup: Setup, settings: Record<string, number>): void {
    if (!(setup.stage in this.before))
      this.before = { ...this.before, [setup.stage]: setup.changed }
    setup.changed = {}
    for (const p of setup.params()) {
      const value = settings[p.key]
      if (value !== undefined) setup.set(p, value)
    }
  }

  /** Gives the reader's settings back. */
  restore(setup: Setup): void {
    const { [setup.stage]: own, ...others } = this.before
    this.before = others
    if (own) setup.changed = own
  }

  /** The run that has just begun is this experiment. */
  began(b: Break): void {
    const id = run.info?.run
    if (!id) return
    this.trials = [
      ...this.trials.filter((x) => x.id !== b.id),
      { id: b.id, run: id, verdict: { kind: 'waiting' } },
    ]
  }

  /** Holds the run against what the experiment is to show. What was seen stays. */
  look(): void {
    const trial = this.trials.find((x) => x.run === run.info?.run)
    const b = breaks.find((x) => x.id === trial?.id)
    const trace = b && traceOf(b.on)
    if (!trial || !b || !trace) return
    const now = verdict(b, trace)
    if (now.kind === 'waiting' || (now.kind === 'unseen' && trial.verdict.kind !== 'waiting'))
      return
    this.trials = this.trials.map((x) => (x === trial ? { ...x, verdict: now } : x))
  }

  /** What a broken run has saved would else be the next stage's beginning. */
  async #sweep(): Promise<void> {
    this.look()
    if (!this.trials.some((x) => x.run === run.info?.run)) return
    const saved = run.saved
    for (const c of saved) await engine.client.call('checkpoints.delete', { checkpoint: c.id })
    if (saved.length > 0) await checkpoints.reload()
  }
}

export const broken = new Broken()
