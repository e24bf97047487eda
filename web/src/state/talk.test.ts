import { expect, test } from 'vitest'
import { turnsOf } from './talk'

test('the engine gets questions and answers in turn, whoever answered', () => {
  expect(
    turnsOf([
      { question: 'Hello!', answer: 'Ahoy!', who: 'pirate' },
      { question: 'Who?', answer: '', who: 'none' },
      { question: 'Where?', answer: 'By the river.', who: 'butler' },
    ]),
  ).toEqual([
    { role: 'user', content: 'Hello!' },
    { role: 'assistant', content: 'Ahoy!' },
    { role: 'user', content: 'Where?' },
    { role: 'assistant', content: 'By the river.' },
  ])
})
