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
      { part: 'sft', minutes: 8, address: '#/sft?seed=1' },
      { part: 'dpo', minutes: 8, address: '#/dpo?seed=1' },
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
      { part: 'sft', minutes: 10, address: '#/sft?seed=1' },
      { part: 'lora', minutes: 8, address: '#/lora?seed=1' },
      { part: 'feedback', minutes: 12, address: '#/ppo?seed=1&beta=0&steps=240' },
      { part: 'dpo', minutes: 8, address: '#/dpo?seed=1' },
      { part: 'tutor', minutes: 10, address: '#/grpo?seed=1' },
      { part: 'distil', minutes: 7, address: '#/distill?seed=1' },
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
