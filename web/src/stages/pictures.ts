// Which pictures a stage's own run shows, beside the curves.
import type { StageName } from './list'

export type Picture = 'policy' | 'groups' | 'answers' | 'trackers' | 'pairs' | 'orders' | 'student'

export const stagePictures: Record<StageName, readonly Picture[]> = {
  sft: [],
  lora: [],
  reward: ['pairs'],
  ppo: ['policy', 'answers'],
  dpo: ['pairs'],
  cdpo: ['pairs'],
  ipo: ['pairs'],
  judge: ['orders'],
  grpo: ['policy', 'groups'],
  dr_grpo: ['policy', 'groups'],
  dapo: ['policy', 'groups'],
  simpo: ['pairs'],
  spo: ['policy', 'trackers'],
  distill: ['student'],
  distill_sequence: ['student'],
  gkd: ['student'],
}
