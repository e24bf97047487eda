// The lesson plans: which part takes how long, and what is asked on the sheet.

export type Part =
  | 'opening'
  | 'tokens'
  | 'pretrain'
  | 'sft'
  | 'lora'
  | 'feedback'
  | 'dpo'
  | 'tutor'
  | 'distil'
  | 'close'

export type Question =
  'tokens' | 'lnV' | 'order' | 'manners' | 'mask' | 'half' | 'share' | 'hacking' | 'group' | 'soft'

export interface Plan {
  minutes: 45 | 90
  /**
   * All grow the same base, so only pretraining has a seed in its address. From
   * SFT on the number of a learner's seat is it: thirty runs of one seed would be
   * one curve, and say nothing of how far chance moves it.
   */
  parts: { part: Part; minutes: number; address: string }[]
  questions: Question[]
}

export const plans: Plan[] = [
  {
    minutes: 45,
    parts: [
      { part: 'opening', minutes: 5, address: '#/' },
      { part: 'tokens', minutes: 5, address: '#/tokenizer' },
      { part: 'pretrain', minutes: 12, address: '#/pretrain?preset=sprout&seed=1' },
      { part: 'sft', minutes: 8, address: '#/sft' },
      { part: 'dpo', minutes: 8, address: '#/dpo' },
      { part: 'close', minutes: 7, address: '#/class' },
    ],
    questions: ['tokens', 'lnV', 'order', 'manners', 'mask', 'half'],
  },
  {
    minutes: 90,
    parts: [
      { part: 'opening', minutes: 5, address: '#/' },
      { part: 'tokens', minutes: 8, address: '#/tokenizer' },
      { part: 'pretrain', minutes: 15, address: '#/pretrain?preset=sprout&seed=1' },
      { part: 'sft', minutes: 10, address: '#/sft' },
      { part: 'lora', minutes: 8, address: '#/lora' },
      { part: 'feedback', minutes: 12, address: '#/ppo?beta=0&steps=240' },
      { part: 'dpo', minutes: 8, address: '#/dpo' },
      { part: 'tutor', minutes: 10, address: '#/grpo' },
      { part: 'distil', minutes: 7, address: '#/distill' },
      { part: 'close', minutes: 7, address: '#/class' },
    ],
    questions: [
      'tokens',
      'lnV',
      'order',
      'manners',
      'mask',
      'share',
      'hacking',
      'half',
      'group',
      'soft',
    ],
  },
]
