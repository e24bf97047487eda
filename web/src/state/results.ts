import {
  curvesOf,
  drawing,
  format,
  version,
  type AnswerResult,
  type Results,
  type RunResult,
} from '../classroom/results'
import type { CheckpointInfo } from '../engine/messages'
import { checkpoints } from './checkpoints.svelte'
import { engine } from './engine.svelte'
import { exercises } from '../stages/exercises'
import { records, type ExerciseStage } from '../stages/exercises/kinds'
import { answers, type Given } from './exercises.svelte'
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

/** The curve that each quantity is drawn over. */
const drawnOver = { heldOut: 'held_out_loss', score: 'score' } as const

function answered(stage: ExerciseStage, id: string, given: Given): AnswerResult['given'] {
  if (given.kind === 'choice' || given.kind === 'number') return { ...given }
  if (given.kind === 'challenge') return { kind: given.kind }
  const exercise = exercises[stage].find((e) => e.id === id)
  return exercise?.kind === 'curve'
    ? { kind: 'curve', measure: drawnOver[exercise.quantity], curve: drawing(given.points) }
    : { kind: 'curve' }
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
      given: answered(stage, exercise, given),
      ...(late ? { late } : {}),
      ...(shown && !records.includes(exercise)
        ? { shown: { right: shown.right, truth: shown.truth } }
        : {}),
    })),
  }
}

/** Hands the learner their file. */
export async function download(name: string): Promise<Results> {
  const results = await gather(name)
  const bytes = new TextEncoder().encode(JSON.stringify(results) + '\n')
  // A whole class may save in one minute, and name nothing.
  const now = new Date(results.made).toISOString().replace(/\W/g, '-')
  saveFile(bytes, `sprout-${results.name || now}.json`)
  return results
}
