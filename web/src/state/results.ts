import { curvesOf, format, version, type Results, type RunResult } from '../classroom/results'
import type { CheckpointInfo } from '../engine/messages'
import { checkpoints } from './checkpoints.svelte'
import { engine } from './engine.svelte'
import { answers } from './exercises.svelte'
import { saveFile } from './files'

/** What was not grown in this browser is nobody's result. */
const grown = (c: CheckpointInfo) => ['auto', 'manual', 'final'].includes(c.kind)

/** The last checkpoint of every run made here, the oldest run first. */
function lastOfRuns(list: readonly CheckpointInfo[]): CheckpointInfo[] {
  const last = new Map<string, CheckpointInfo>()
  for (const c of list.filter(grown)) {
    const other = last.get(c.run ?? c.id)
    if (!other || c.step > other.step) last.set(c.run ?? c.id, c)
  }
  return [...last.values()].sort((a, b) => a.created - b.created)
}

/** Gathers what the learner's checkpoints remember of their runs. */
export async function gather(name: string): Promise<Results> {
  const runs: RunResult[] = []
  for (const c of lastOfRuns(await checkpoints.reload())) {
    const { metrics } = await engine.client.call('checkpoints.history', { checkpoint: c.id })
    const { settings, seconds } = await engine.client.call('checkpoints.details', {
      checkpoint: c.id,
    })
    const { stage, preset, seed, step, steps } = c
    runs.push({
      run: c.run ?? c.id,
      stage,
      preset,
      seed,
      settings,
      step,
      steps,
      seconds: Math.round(seconds),
      curves: curvesOf(metrics),
    })
  }
  return {
    format,
    version,
    name: name.trim(),
    made: Date.now(),
    runs,
    answers: answers().map(({ exercise, stage, given, late, shown }) => ({
      exercise,
      stage,
      given:
        given.kind === 'choice' || given.kind === 'number' ? { ...given } : { kind: given.kind },
      ...(late ? { late } : {}),
      ...(shown ? { shown: { right: shown.right, truth: shown.truth } } : {}),
    })),
  }
}

/** Hands the learner their file. */
export async function download(name: string): Promise<Results> {
  const results = await gather(name)
  const bytes = new TextEncoder().encode(JSON.stringify(results) + '\n')

  const now = new Date().toISOString().slice(0, 16)
  saveFile(bytes, `sprout-${results.name || now}.json`)
  return results
}
