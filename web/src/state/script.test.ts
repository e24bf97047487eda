import { expect, test } from 'vitest'
import { chinese, langOf } from './script'

test('one Chinese character makes a text Chinese', () => {
  expect(chinese('Mila Toru是狐狸。')).toBe(true)
  expect(langOf('Mila Toru是狐狸。')).toBe('zh-Hans')
  expect(langOf('Mila Toru is a fox.')).toBe('en')
  expect(langOf('')).toBe('en')
})
