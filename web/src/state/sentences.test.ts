import { expect, test } from 'vitest'
import { sentences } from './sentences'
import { settings } from './settings.svelte'

test('a blank stands between English sentences, and none between Chinese ones', async () => {
  await settings.setLocale('en')
  expect(sentences('One.', false, '', 'Two.', undefined)).toBe('One. Two.')
  await settings.setLocale('zh')
  expect(sentences('一。', false, '', '二。', undefined)).toBe('一。二。')
})
