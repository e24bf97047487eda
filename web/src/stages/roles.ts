// Which role a checkpoint of a stage plays, and with it its colour everywhere.
export type Role = 'base' | 'sft' | 'adapter' | 'policy' | 'reward' | 'judge' | 'student'

const roles: Record<string, Role> = {
  sft: 'sft',
  lora: 'adapter',
  reward: 'reward',
  judge: 'judge',
  ppo: 'policy',
  dpo: 'policy',
  cdpo: 'policy',
  ipo: 'policy',
  grpo: 'policy',
  dr_grpo: 'policy',
  dapo: 'policy',
  simpo: 'policy',
  spo: 'policy',
  distill: 'student',
  distill_sequence: 'student',
  gkd: 'student',
}

export const roleOf = (stage: string): Role => roles[stage] ?? 'base'

/** The custom property with its colour. */
export const colourOf = (stage: string): string => `var(--${roleOf(stage)})`
