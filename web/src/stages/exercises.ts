// The exercises of every stage, in the order in which they are shown.
import type { Exercise, ExerciseStage } from './exercises/kinds'
import { lora, pretrain, sft, tokenizer } from './exercises/language'
import { dapo, drGrpo, grpo, judge, ppo, spo } from './exercises/practice'
import { cdpo, dpo, ipo, reward, simpo } from './exercises/preferences'
import { distill, distillSequence, gkd } from './exercises/students'

export const exercises: Record<ExerciseStage, readonly Exercise[]> = {
  tokenizer,
  pretrain,
  sft,
  lora,
  reward,
  ppo,
  dpo,
  cdpo,
  ipo,
  judge,
  grpo,
  dr_grpo: drGrpo,
  dapo,
  simpo,
  spo,
  distill,
  distill_sequence: distillSequence,
  gkd,
}
