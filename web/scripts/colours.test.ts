// @vitest-environment node
import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import told from '../src/engine/measures.gen.json'
import { measureColour } from '../src/stages/measures'

const css = readFileSync(new URL('../src/app.css', import.meta.url), 'utf8')
/** By custom property: by day and by night. */
const colours = new Map(
  [...css.matchAll(/(--[\w-]+): light-dark\((#\w{6}), (#\w{6})\);/g)].map(
    ([, name, day, night]) => [name as string, [day as string, night as string]] as const,
  ),
)
const src = new URL('../src/', import.meta.url)
const parts = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.svelte'))
  .map((file) => [file, readFileSync(new URL(file, src), 'utf8')] as const)
const names = [...colours.keys()]
const roles = names.slice(names.indexOf('--base'), names.indexOf('--lit'))

test('one colour has one meaning', () => {
  expect(roles.length).toBeGreaterThanOrEqual(14)
  const all = ['--ink', '--ink-soft', ...roles].flatMap((name) => colours.get(name) ?? [])
  expect(new Set(all).size).toBe(all.length)
})

test('every measure that is a curve has the colour of a role', () => {
  for (const name of Object.keys(told)) {
    if (name !== 'iteration') expect(roles, name).toContain(measureColour(name))
  }
})

test('the colour of what is held out is that of nothing else', () => {
  const using = parts.filter(([, text]) => text.includes('--held-out'))
  expect(using.map(([file]) => file).sort()).toEqual([
    'parts/grown/Curve.svelte',
    'parts/pictures/PairPictures.svelte', // calibration on held-out pairs
    'parts/pictures/ReadTokens.svelte', // the loss on a text that no model has learned
    'parts/pretrain/Curves.svelte',
    'parts/pretrain/Reading.svelte',
    'parts/stage/Examination.svelte',
  ])
})

/** WCAG's relative luminance. */
function luminance(colour: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const c = Number.parseInt(colour.slice(at, at + 2), 16) / 255
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4
  }) as [number, number, number]
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

test('every role and the accent can be read on paper, by day and by night', () => {
  for (const name of ['--accent', ...roles])
    for (const paper of ['--paper', '--paper-raised'])
      for (const theme of [0, 1]) {
        const [a, b] = [name, paper].map((x) => luminance(colours.get(x)?.[theme] ?? '')) as [
          number,
          number,
        ]
        const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)
        expect(contrast, `${name} on ${paper}`).toBeGreaterThanOrEqual(4.5)
      }
})
