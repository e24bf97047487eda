// What a formula is to the page: TeX in which \term{id} stands for the symbol of a
// term, and of every term its name, the settings that it is, and the pieces of the
// shown Go lines that compute it.
import type { Code } from '../list'
import type { LessonPage } from '../sources'

/** What a sign belongs to; its colour is the same on every page. */
export type TermRole =
  'base' | 'sft' | 'adapter' | 'policy' | 'reference' | 'reward' | 'judge' | 'teacher' | 'student'

/** Shown lines of Go by the name of their module, virtual:stage-code/<name>. */
export const regions = {
  bpe: () => import('virtual:stage-code/bpe'),
  pair_best: () => import('virtual:stage-code/pair_best'),
  pair_counts: () => import('virtual:stage-code/pair_counts'),
  pretrain: () => import('virtual:stage-code/pretrain'),
  sft: () => import('virtual:stage-code/sft'),
  lora: () => import('virtual:stage-code/lora'),
  dora: () => import('virtual:stage-code/dora'),
  reward: () => import('virtual:stage-code/reward'),
  soft_reward: () => import('virtual:stage-code/soft_reward'),
  ppo: () => import('virtual:stage-code/ppo'),
  ppo_sum: () => import('virtual:stage-code/ppo_sum'),
  value_loss: () => import('virtual:stage-code/value_loss'),
  entropy_bonus: () => import('virtual:stage-code/entropy_bonus'),
  kl_controller: () => import('virtual:stage-code/kl_controller'),
  gae: () => import('virtual:stage-code/gae'),
  rlhf_reward: () => import('virtual:stage-code/rlhf_reward'),
  dpo: () => import('virtual:stage-code/dpo'),
  soft_dpo: () => import('virtual:stage-code/soft_dpo'),
  cdpo: () => import('virtual:stage-code/cdpo'),
  ipo: () => import('virtual:stage-code/ipo'),
  judge: () => import('virtual:stage-code/judge'),
  rlaif_label: () => import('virtual:stage-code/rlaif_label'),
  grpo: () => import('virtual:stage-code/grpo'),
  group_advantages: () => import('virtual:stage-code/group_advantages'),
  dr_grpo: () => import('virtual:stage-code/dr_grpo'),
  dapo: () => import('virtual:stage-code/dapo'),
  overlong: () => import('virtual:stage-code/overlong'),
  simpo: () => import('virtual:stage-code/simpo'),
  spo: () => import('virtual:stage-code/spo'),
  spo_tracker: () => import('virtual:stage-code/spo_tracker'),
  distill: () => import('virtual:stage-code/distill'),
  distill_sequence: () => import('virtual:stage-code/distill_sequence'),
  gkd: () => import('virtual:stage-code/gkd'),
} as const satisfies Record<string, () => Promise<{ default: Code }>>
export type Region = keyof typeof regions

export interface Term {
  /** Its name in the catalogue `terms.names`: one name has one meaning on every page. */
  id: string
  symbol: string
  settings?: readonly string[]
  role?: TermRole
  /** Pieces of the first shown lines, or of each. See places() for what fits. */
  code: readonly string[] | Partial<Record<Region, readonly string[]>>
}

export interface StageFormula {
  tex: string
  terms: readonly Term[]
  /** The lines shown: those of the formula first, then what they call. */
  shown: readonly [Region, ...Region[]]
  /** Only where a setting has this value; else the stage's last formula. */
  when?: { setting: string; is: number; words: 'dora' | 'certain' | 'certainPairs' }
}

export type FormulaPage = LessonPage

/** Of some stages; of each the first that fits the settings is shown. */
export type Formulas<Page extends FormulaPage = FormulaPage> = Record<
  Page,
  readonly [StageFormula, ...StageFormula[]]
>

/** A formula of several lines. */
export const lines = (...all: string[]): string =>
  String.raw`\begin{gathered} ` + all.join(String.raw` \\ `) + String.raw` \end{gathered}`

export const loss = { id: 'loss', symbol: 'L' }
export const policy = { id: 'policy', symbol: String.raw`\pi_\theta`, role: 'policy' } as const
export const reference = {
  id: 'reference',
  symbol: String.raw`\pi_{\mathrm{ref}}`,
  role: 'reference',
} as const
