import { expect, test } from 'vitest'
import { claimOf, markOf } from './marks'

test('a text is true where all that it states is', () => {
  expect(markOf([])).toBe('nothing')
  expect(markOf([{ stated: '', truth: 'fox' }])).toBe('nothing')
  expect(markOf([{ stated: 'fox', truth: 'fox' }])).toBe('right')
  expect(
    markOf([
      { stated: 'fox', truth: 'fox' },
      { stated: 'red', truth: 'blue' },
    ]),
  ).toBe('wrong')
  expect(
    markOf([
      { stated: 'fox', truth: 'fox' },
      { stated: '', truth: 'blue' },
    ]),
  ).toBe('right')
})

test('a continuation is read with its prompt, an answer beside its question', () => {
  const sample = { prompt: 'Mila Toru is', text: ' a fox.' }
  expect(claimOf('pretrain', sample)).toEqual({ question: '', answer: 'Mila Toru is a fox.' })
  expect(claimOf('sft', sample)).toEqual({ question: 'Mila Toru is', answer: ' a fox.' })
})
