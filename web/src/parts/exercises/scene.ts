import { data } from '../../state/data.svelte'
import { engine } from '../../state/engine.svelte'
import { fixed, percent, short, whole } from '../../state/format'
import { run } from '../../state/run.svelte'
import { setup, stageSetup } from '../../state/setup.svelte'
import { isStage } from '../../stages/list'
import type { ExerciseStage, Format, Scene, Values } from '../../stages/exercises/kinds'

/** What an exercise of a stage can be judged by, at this moment. */
export function sceneOf(stage: ExerciseStage, round: number): Scene {
  const mine = run.info?.stage === stage
  const chosen = isStage(stage) ? stageSetup(stage) : stage === 'pretrain' ? setup : undefined
  const params: Record<string, number> = {}
  for (const p of chosen?.params() ?? []) params[p.key] = chosen?.value(p) ?? p.default
  const later = isStage(stage) ? stageSetup(stage) : undefined
  return {
    info: mine ? run.info : undefined,
    metrics: mine ? run.metrics : [],
    over: mine && (run.phase === 'done' || run.phase === 'stopped'),
    stopped: mine && run.phase === 'stopped',
    merges: data.learned,
    tokenizer: data.tokenizer,
    text: (data.dataset?.preview ?? []).join('\n'),
    parent: later?.parent ?? '',
    params,
    lessons: later?.lessonsId,
    seed: chosen?.seed ?? 1,
    round,
    call: (type, command) => engine.client.call(type, command),
  }
}

const formats: Record<Format, (x: number) => string> = {
  whole,
  fixed2: (x) => fixed(x, 2),
  fixed3: (x) => fixed(x, 3),
  percent: (x) => percent(x),
}

/** Values as a sentence shows them. */
export function inWords(
  values: Values,
  show: Record<string, Format> | undefined,
): Record<string, string> {
  const out: Record<string, string> = {}
  for (const [key, value] of Object.entries(values)) {
    const format = show?.[key]
    out[key] = typeof value === 'string' ? value : format ? formats[format](value) : short(value)
  }
  return out
}
