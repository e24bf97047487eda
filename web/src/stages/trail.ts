// The way through all stages that the obvious buttons take, and from which
// checkpoints each of its stops goes on.
import type { CheckpointInfo } from '../engine/messages'
import { chapters, demo, fitting, isStage, rewarders, stagePages, teachers } from './list'
import type { StageName } from './list'
import type { Kin } from '../state/family'

export type Stop = 'tokenizer' | 'pretrain' | StageName | 'grown'

/** One variant per stage; the others of a chapter are a click away on its page. */
export const trail = [
  'tokenizer',
  'pretrain',
  'sft',
  'lora',
  'reward',
  'ppo',
  'dpo',
  'judge',
  'grpo',
  'simpo',
  'spo',
  'distill',
  'grown',
] as const satisfies readonly Stop[]

/** Where the way goes on after a stage, also after one beside the way. */
export function after(stage: string): Stop {
  const at = (trail as readonly string[]).indexOf(stage)
  if (at >= 0) return trail[at + 1] ?? 'grown'
  // A variant stands beside its chapter's stop; DAPO and the like beside GRPO.
  if (stage === 'dr_grpo' || stage === 'dapo') return after('grpo')
  const chapter = chapters.find((c) => (c.stages as readonly string[]).includes(stage))
  const last = chapter?.stages.findLast((s) => (trail as readonly string[]).includes(s))
  return last ? after(last) : 'pretrain'
}

const alive = (list: readonly CheckpointInfo[]) => list.filter((c) => c.kind !== 'damaged')

/** Stages of which there is a checkpoint. A tokenizer may be there before: one is made on the way to any model. */
export function reached(list: readonly CheckpointInfo[], tokenizer = false): Set<string> {
  const out = new Set(alive(list).map((c) => c.stage))
  if (out.size > 0 || tokenizer) out.add('tokenizer')
  return out
}

/** The first stop that has not been reached; 'grown' once all have. */
export function nextStop(list: readonly CheckpointInfo[], tokenizer = false): Stop {
  const there = reached(list, tokenizer)
  return trail.find((stop) => stop !== 'grown' && !there.has(stop)) ?? 'grown'
}

/** A checkpoint with all its ancestors, by id. */
const line = (c: CheckpointInfo | undefined): Set<string> =>
  new Set(
    [c?.id, c?.parent, ...(c?.ancestors ?? []).map((a) => a.id)].filter((id) => id !== undefined),
  )

/** How far a model is from another: 0 in its line, 1 in its family, 2 beyond. */
function distance(c: CheckpointInfo, from: CheckpointInfo | undefined): 0 | 1 | 2 {
  const kin = line(c)
  if (from && kin.has(from.id)) return 0
  return [...line(from)].some((id) => kin.has(id)) ? 1 : 2
}

/** Whether two models have an ancestor in common: then they know the same tokens and similar answers. */
export const related = (a: CheckpointInfo, b: CheckpointInfo | undefined): boolean =>
  distance(a, b) < 2

/** Reward models that may score a model's answers: the nearest and then the newest first. */
export const scorers = (
  model: CheckpointInfo | undefined,
  list: readonly CheckpointInfo[],
): CheckpointInfo[] =>
  rewarders(list)
    .filter((c) => !c.vocab || !model?.vocab || c.vocab === model.vocab)
    .sort((a, b) => distance(a, model) - distance(b, model) || b.created - a.created)

export interface Beginning {
  parent?: string
  teacher?: string
  reward?: string
}

/**
 * What a stage begins with when it follows on a checkpoint: of the models that
 * fit best those in its own line, so that siblings grow from one parent.
 */
export function beginning(
  stage: StageName,
  from: CheckpointInfo | undefined,
  list: readonly CheckpointInfo[],
): Beginning {
  const page = stagePages[stage]
  const kin = line(from)
  const near = (found: CheckpointInfo[]) => found.find((c) => kin.has(c.id)) ?? found[0]
  const out: Beginning = {}
  if (page.after.length > 0) {
    const parent = near(fitting(stage, list))?.id ?? (page.after.includes('pretrain') ? demo : '')
    if (parent) out.parent = parent
  }
  if (page.teacher) {
    const teacher = near(teachers(list))?.id
    if (teacher) out.teacher = teacher
  }
  if (page.reward) {
    const parent = list.find((c) => c.id === out.parent)
    const judge = scorers(parent, list)[0]
    if (judge && related(judge, parent)) out.reward = judge.id
  }
  return out
}

/** The address of a stop, with what it begins with: with `very` itself, where it is given. */
export function address(
  stop: Stop,
  from: CheckpointInfo | undefined,
  list: readonly CheckpointInfo[],
  very?: CheckpointInfo,
): string {
  if (!isStage(stop)) return `#/${stop}`
  const begin = beginning(stop, from, list)
  if (very?.stage === 'reward') begin.reward = very.id
  else if (very && stagePages[stop].teacher) begin.teacher = very.id
  else if (very) begin.parent = very.id
  const query = new URLSearchParams({ ...begin }).toString()
  return `#/${stop}${query ? '?' + query : ''}`
}

/** The newest checkpoint that the way goes on from, of one stage where it is named. */
export const newest = (
  list: readonly CheckpointInfo[],
  stage?: string,
): CheckpointInfo | undefined =>
  alive(list)
    .filter((c) => stage === undefined || c.stage === stage)
    .sort((a, b) => b.created - a.created)[0]

/** What a stage has made of a model and a seed, last; where there is nothing of this seed, of any. */
export function lastOf(
  stage: StageName,
  from: string,
  seed: number,
  list: readonly CheckpointInfo[],
): CheckpointInfo | undefined {
  const own = list.filter((c) => c.parent === from)
  const same = own.filter((c) => c.seed === seed)
  return newest(same, stage) ?? newest(own, stage)
}

/** The stages that a checkpoint can be the beginning of, in the order of the way. */
export function waysOn(c: CheckpointInfo): StageName[] {
  const fits = (stage: StageName) =>
    stagePages[stage].teacher
      ? teachers([c]).length > 0
      : stagePages[stage].reward && c.stage === 'reward'
        ? rewarders([c]).length > 0
        : fitting(stage, [c]).length > 0
  return chapters.flatMap((chapter) => chapter.stages as readonly StageName[]).filter(fits)
}

/** The members of a family to show at the end: the newest of each stage, in the order in which they were made. */
export function album(root: Kin): CheckpointInfo[] {
  const best: Record<string, CheckpointInfo> = {}
  const visit = ({ checkpoint: c, children }: Kin) => {
    const old = best[c.stage]
    const auto = (x: CheckpointInfo) => Number(x.kind === 'auto')
    if (c.kind !== 'damaged')
      if (!old || auto(c) - auto(old) < 0 || (auto(c) === auto(old) && c.created > old.created))
        best[c.stage] = c
    children.forEach(visit)
  }
  visit(root)
  return Object.values(best).sort((a, b) => a.created - b.created)
}
