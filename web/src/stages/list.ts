// What the page knows of each stage beside the engine's own description: where
// it stands on the path, and what it goes on from.
import type { CheckpointInfo } from '../engine/messages'
import type { TranslationFunctions } from '../i18n/i18n-types'

export interface Code {
  file: string
  first: number
  code: string
  html: string
}

export type Chapter = '2' | '3' | '4a' | '4b' | '5' | '6'

export interface StagePage {
  chapter: Chapter
  /** Checkpoints of these stages fit as a parent, the best first; none: it needs no parent. */
  after: readonly (StageName | 'pretrain')[]
  lessons: 'conversations' | 'pairs' | 'prompts' | 'none'
  /** A reward model may score the answers. */
  reward?: boolean
  /** A teacher is imitated. */
  teacher?: boolean
}

export const stageNames = [
  'sft',
  'lora',
  'reward',
  'ppo',
  'dpo',
  'cdpo',
  'ipo',
  'judge',
  'grpo',
  'dr_grpo',
  'dapo',
  'simpo',
  'spo',
  'distill',
  'distill_sequence',
  'gkd',
] as const
export type StageName = (typeof stageNames)[number]

export const isStage = (name: string): name is StageName =>
  (stageNames as readonly string[]).includes(name)

/** The page of a stage. */
export const pageOf = (stage: string): StageName | 'pretrain' =>
  isStage(stage) ? stage : 'pretrain'

/** Models that answer. */
const talkers = [
  'sft',
  'dpo',
  'ppo',
  'grpo',
  'lora',
  'cdpo',
  'ipo',
  'simpo',
  'dr_grpo',
  'dapo',
  'spo',
  'distill',
  'distill_sequence',
  'gkd',
] as const satisfies StageName[]

const pairs = { after: talkers, lessons: 'pairs' } as const
const rollouts = { after: talkers, lessons: 'prompts', reward: true } as const
const student = { after: [], lessons: 'conversations', teacher: true } as const

export const stagePages: Record<StageName, StagePage> = {
  sft: {
    chapter: '2',
    after: ['pretrain', ...talkers],
    lessons: 'conversations',
  },
  lora: {
    chapter: '3',
    after: [...talkers, 'pretrain'],
    lessons: 'conversations',
  },
  reward: {
    chapter: '4a',
    ...pairs,
  },
  ppo: {
    chapter: '4a',
    ...rollouts,
  },
  dpo: {
    chapter: '4b',
    ...pairs,
  },
  cdpo: {
    chapter: '4b',
    ...pairs,
  },
  ipo: {
    chapter: '4b',
    ...pairs,
  },
  judge: {
    chapter: '5',
    after: ['sft', 'pretrain'],
    lessons: 'none',
  },
  grpo: {
    chapter: '5',
    ...rollouts,
  },
  dr_grpo: {
    chapter: '5',
    ...rollouts,
  },
  dapo: {
    chapter: '5',
    ...rollouts,
  },
  simpo: {
    chapter: '5',
    ...pairs,
  },
  spo: {
    chapter: '5',
    ...rollouts,
  },
  distill: {
    chapter: '6',
    ...student,
  },
  distill_sequence: {
    chapter: '6',
    ...student,
  },
  gkd: {
    chapter: '6',
    ...student,
  },
}

/** The path: each chapter with its stages, the main one first. */
export const chapters = [
  { number: '2', key: 'sft', stages: ['sft'] },
  { number: '3', key: 'lora', stages: ['lora'] },
  { number: '4a', key: 'feedback', stages: ['reward', 'ppo'] },
  { number: '4b', key: 'feedbackDirect', stages: ['dpo', 'cdpo', 'ipo'] },
  { number: '5', key: 'tutor', stages: ['judge', 'grpo', 'dr_grpo', 'dapo', 'simpo', 'spo'] },
  { number: '6', key: 'distil', stages: ['distill', 'distill_sequence', 'gkd'] },
] as const satisfies { number: Chapter; key: string; stages: StageName[] }[]

const whole = (c: CheckpointInfo): boolean => c.writes && !c.adapter && c.kind !== 'damaged'

/** The checkpoints that a stage can go on from, the best first. */
export function fitting(stage: StageName, list: readonly CheckpointInfo[]): CheckpointInfo[] {
  const order = stagePages[stage].after as readonly string[]
  return list
    .filter(
      (c) => whole(c) && (order.includes(c.stage) || (c.kind === 'imported' && !isStage(c.stage))),
    )
    .sort((a, b) => rank(order, a) - rank(order, b) || b.created - a.created)
}

const rank = (order: readonly string[], c: CheckpointInfo): number => {
  const at = order.indexOf(c.stage)
  return (at < 0 ? order.length : at) * 2 + (c.kind === 'auto' ? 1 : 0)
}

/** Models that can be a teacher. */
export const teachers = (list: readonly CheckpointInfo[]): CheckpointInfo[] =>
  list
    .filter((c) => whole(c) && (talkers as readonly string[]).includes(c.stage))
    .sort((a, b) => rank(talkers, a) - rank(talkers, b) || b.created - a.created)

/** Models that score answers. */
export const rewarders = (list: readonly CheckpointInfo[]): CheckpointInfo[] =>
  list.filter((c) => c.stage === 'reward' && c.kind !== 'damaged')

/** The model that ships with the page. */
export const demo = 'demo'

/** How a stage is called in a list. */
export function stageName(name: string, words: TranslationFunctions): string {
  if (isStage(name)) return words.lessons[name].name()
  return name === 'pretrain' ? words.stages.pretrain.name() : name
}
