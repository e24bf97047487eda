// Ready-made models that `make bake` writes beside the page, and which of them
// somebody needs who wants to go on.
import type { CheckpointInfo } from '../engine/messages'
import { fitting, isStage, rewarders, stagePages, teachers } from './list'

export interface ReadyModel {
  /** Its step of the journey; unlike the stage, it occurs once. */
  key: string
  stage: string
  file: string
  id: string
  bytes: number
  /** Keys of the models that it was made from. */
  needs?: string[]
  adapter?: boolean
}

export interface ReadyIndex {
  version: number
  models: ReadyModel[]
}

/** Reads the index; anything else than one is none. */
export function parseIndex(text: string): ReadyIndex | undefined {
  try {
    const x = JSON.parse(text) as Partial<ReadyIndex> | null
    const whole =
      x?.version === 1 &&
      Array.isArray(x.models) &&
      x.models.every(
        (m) =>
          [m.key, m.stage, m.file, m.id].every((s) => typeof s === 'string') &&
          /^[\w-]+\.safetensors$/.test(m.file),
      )
    return whole ? (x as ReadyIndex) : undefined
  } catch {
    return undefined // a host that answers everything with a page of its own
  }
}

/**
 * The models to load next, in the order in which they were made. On a stage's
 * page first what the stage begins with and the learner lacks, then what the
 * stage would come to; elsewhere the first of the journey that the learner has
 * nothing of. Empty when there is nothing to catch up with.
 */
export function nextReady(
  page: string,
  models: readonly ReadyModel[],
  list: readonly CheckpointInfo[],
): ReadyModel[] {
  const there = (m: ReadyModel) => list.some((c) => c.id === m.id)
  const result = isStage(page)
    ? models.find((m) => m.stage === page)
    : models.find((m) => m.key !== 'rlaif_reward' && !list.some((c) => c.stage === m.stage))
  const wanted = new Set<string>()
  if (isStage(page)) {
    const { after, teacher, reward } = stagePages[page]
    // A stage of the laboratory begins where its chapter's main one does.
    const like =
      result ??
      models.find(
        (m) => isStage(m.stage) && stagePages[m.stage].chapter === stagePages[page].chapter,
      )
    const needed = models.filter((m) => like?.needs?.includes(m.key))
    const scores = (m: ReadyModel) => m.stage === 'reward'
    if (
      (after.length > 0 && fitting(page, list).length === 0) ||
      (teacher && teachers(list).length === 0)
    )
      for (const m of needed) if (!scores(m) && m.stage !== 'judge') wanted.add(m.key)
    if (reward && rewarders(list).length === 0)
      for (const m of needed) if (scores(m)) wanted.add(m.key)
  }
  if (wanted.size === 0 && result && !there(result)) {
    wanted.add(result.key)
    // An adapter is nothing without the very model it was made on.
    if (result.adapter) for (const key of result.needs ?? []) wanted.add(key)
  }
  return models.filter((m) => wanted.has(m.key) && !there(m))
}
