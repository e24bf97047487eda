import { expect, test } from 'vitest'
import { conversation, pair, prompt, templates, withLine } from './ownData'

test('every template is JSON, line by line, in both languages', () => {
  for (const { name, lines } of Object.values(templates)) {
    expect(name).toMatch(/\.jsonl$/)
    for (const zh of [true, false]) {
      expect(lines(zh).length).toBeGreaterThan(1)
      for (const line of lines(zh)) expect(JSON.parse(line)).toBeTypeOf('object')
    }
    expect(lines(true)).not.toEqual(lines(false))
  }
})

test('what is typed becomes a line, whatever is in it', () => {
  expect(JSON.parse(conversation('a "b"\nc', 'd'))).toEqual({
    conversations: [
      { role: 'user', content: 'a "b"\nc' },
      { role: 'assistant', content: 'd' },
    ],
  })
  expect(JSON.parse(pair('q', 'x', 'y'))).toEqual({ prompt: 'q', chosen: 'x', rejected: 'y' })
  expect(conversation('a\nb', 'c')).not.toContain('\n')
  expect(withLine('', prompt('q')).split('\n')).toHaveLength(2)
  expect(withLine('x\n\n', 'y')).toBe('x\ny\n')
})
