import type { CheckpointInfo } from '../engine/messages'
import { engine } from './engine.svelte'
import { optimiser, run } from './run.svelte'
import type { Setup } from './setup.svelte'

/** A stage's run that has failed, and what it takes to go on. */
export interface Stranded {
  checkpoint: CheckpointInfo
  /** Its settings; undefined: the checkpoint's, which are still to be read. */
  params: Readonly<Record<string, number>> | undefined
  /** With the same settings it would end in the same place. */
  diverged: boolean
}

/** The run of a stage that failed just now, or one that diverged before a reload. */
export function stranded(stage: string): Stranded | undefined {
  if (run.phaseOf(stage) === 'failed' && run.info) {
    const checkpoint = run.saved.findLast((c) => c.resumable)
    const diverged = run.problem?.code === 'training_diverged'
    return checkpoint && { checkpoint, params: run.info.params, diverged }
  }
  const before = engine.offer?.checkpoint
  if (run.active || !before?.diverged || before.stage !== stage) return undefined
  return { checkpoint: before, params: undefined, diverged: true }
}

/** The settings of the optimiser that are no longer those that a run was made with. */
export function changed(
  setup: Pick<Setup, 'params' | 'value'>,
  was: Readonly<Record<string, number>>,
): Record<string, number> {
  const all = setup.params().map((p): [string, number] => [p.key, setup.value(p)])
  return Object.fromEntries(
    all.filter(([key, v]) => optimiser.includes(key) && key in was && v !== was[key]),
  )
}
