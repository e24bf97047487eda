// The lesson plans: which part takes how long, and what is asked on the sheet.

export type Part =
  | 'opening'
  | 'tokens'
  | 'pretrain'
  | 'sft'
  | 'lora'
  | 'clicks'
  | 'feedback'
  | 'dpo'
  | 'tutor'
  | 'distil'
  | 'close'

export type Question =
  | 'tokens'
  | 'lnV'
  | 'order'
  | 'manners'
  | 'mask'
  | 'half'
  | 'share'
  | 'clicks'
  | 'hacking'
  | 'group'
  | 'soft'

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

/** An address of a plan for paper, where nobody can press it: whole. */
export const wholeAddress = (address: string, here: string): string => {
  const url = new URL(address, here)
  url.search = ''
  return url.href
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
      { part: 'tokens', minutes: 6, address: '#/tokenizer' },
      { part: 'pretrain', minutes: 14, address: '#/pretrain?preset=sprout&seed=1' },
      { part: 'sft', minutes: 9, address: '#/sft' },
      { part: 'lora', minutes: 6, address: '#/lora' },
      { part: 'clicks', minutes: 10, address: '#/label' },
      { part: 'feedback', minutes: 11, address: '#/ppo?beta=0&steps=240' },
      { part: 'dpo', minutes: 7, address: '#/dpo' },
      { part: 'tutor', minutes: 9, address: '#/grpo' },
      { part: 'distil', minutes: 6, address: '#/distill' },
      { part: 'close', minutes: 7, address: '#/class' },
    ],
    questions: [
      'tokens',
      'lnV',
      'order',
      'manners',
      'mask',
      'share',
      'clicks',
      'hacking',
      'half',
      'group',
      'soft',
    ],
  },
]
