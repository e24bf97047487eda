import { beforeEach, expect, test, vi } from 'vitest'
import { singleKey } from './keys'
import { settings } from './settings.svelte'

/** What a key means that is pressed on an element. */
function pressed(html: string, key: string, init: KeyboardEventInit = {}): string | undefined {
  document.body.innerHTML = html
  let meant: string | undefined
  const hear = (event: KeyboardEvent) => (meant = singleKey(event))
  window.addEventListener('keydown', hear, { once: true })
  document.body.firstElementChild?.dispatchEvent(
    new KeyboardEvent('keydown', { key, bubbles: true, ...init }),
  )
  return meant
}

/** The setting as the next visit finds it. */
async function ofNextVisit(): Promise<boolean> {
  vi.resetModules()
  return (await import('./settings.svelte')).settings.keys
}

beforeEach(() => settings.setKeys(true))

test('a key pressed alone means something, unless somebody writes or chooses', () => {
  expect(pressed('<p></p>', 't')).toBe('t')
  expect(pressed('<input type="range">', '1')).toBe('1')
  expect(pressed('<input type="text">', 't')).toBeUndefined()
  expect(pressed('<textarea></textarea>', 't')).toBeUndefined()
  expect(pressed('<select></select>', 't')).toBeUndefined()
  expect(pressed('<p></p>', 't', { ctrlKey: true })).toBeUndefined()
  expect(pressed('<p></p>', 't', { repeat: true })).toBeUndefined()
})

test('space presses what can be pressed', () => {
  expect(pressed('<p></p>', ' ')).toBe(' ')
  for (const html of ['<button></button>', '<summary></summary>', '<input type="checkbox">'])
    expect(pressed(html, ' '), html).toBeUndefined()
})

test('switched off, no key means anything, and that is remembered', async () => {
  settings.setKeys(false)
  for (const key of ['t', 'p', 'c', 'n', '1', '0', 'z', ' '])
    expect(pressed('<p></p>', key), key).toBeUndefined()
  expect(await ofNextVisit()).toBe(false)
  settings.setKeys(true)
  expect(pressed('<p></p>', 't')).toBe('t')
  expect(await ofNextVisit()).toBe(true)
})

// Whoever hears the keys of the whole page hears them through singleKey, or Escape alone.
const sources = import.meta.glob<string>('../**/*.svelte', {
  query: '?raw',
  import: 'default',
  eager: true,
})
test('no page hears single keys by itself', () => {
  const hearing = Object.entries(sources).filter(([, s]) => /<svelte:window[^>]*keydown/.test(s))
  expect(hearing.length).toBeGreaterThanOrEqual(4)
  for (const [file, source] of hearing)
    expect(source.replaceAll("e.key === 'Escape'", ''), file).not.toMatch(/\b(e|event)\.key\b/)
})
