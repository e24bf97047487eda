import { flushSync } from 'svelte'
import { beforeEach, expect, test } from 'vitest'
import type { Param } from '../engine/messages'
import { lights, listens } from './lights.svelte'
import { Linked } from './linked.svelte'
import { Setup } from './setup.svelte'

const param = (key: string): Param => ({
  key,
  symbol: '',
  default: 0,
  min: 0,
  max: 1,
  log: false,
  integer: true,
  doc_en: '',
  doc_zh: '',
})
class Chosen extends Setup {
  override params(): Param[] {
    return ['alpha', 'dora'].map(param)
  }
}

let links: Linked
let root: HTMLElement
let end: () => void
const lit = () => {
  flushSync()
  return [...root.querySelectorAll('.lit')].map((x) => x.id)
}
const at = (id: string) => root.querySelector<HTMLElement>('#' + id) ?? root
const point = (id: string, pointerType = 'mouse') =>
  at(id).dispatchEvent(new PointerEvent('pointerover', { bubbles: true, pointerType }))
const click = (id: string) => at(id).dispatchEvent(new MouseEvent('click', { bubbles: true }))

beforeEach(() => {
  end?.()
  document.body.innerHTML = `<div id="root">
    <b id="sign" data-term="alphaLora">α</b><b id="rank" data-term="rank">r</b>
    <mark id="code" data-term="alphaLora rank">scale</mark><i id="other">x</i>
    <button id="go" data-goes>1</button></div>`
  root = document.getElementById('root') as HTMLElement
  links = new Linked('lora', new Chosen('lora'))
  end = $effect.root(() => {
    lights(links)(root)
    listens(links)(root)
  })
})

test('pointing lights the sign and its code, and only as long', () => {
  point('sign')
  expect(lit()).toEqual(['sign', 'code'])
  expect(links.settingLit('alpha')).toBe(true)
  expect(links.settingLit('dora')).toBe(false)
  point('other')
  expect(lit()).toEqual([])
})

test('code of two signs lights both', () => {
  point('code')
  expect(lit()).toEqual(['sign', 'rank', 'code'])
})

test('a setting lights its signs', () => {
  links.focus(links.of('alpha'))
  expect(lit()).toEqual(['sign', 'code'])
})

test('a tap keeps it lit, the next one ends it, and pointing goes first', () => {
  point('sign', 'touch')
  expect(lit()).toEqual([])
  click('sign')
  expect(lit()).toEqual(['sign', 'code'])
  expect(links.isKept('alphaLora')).toBe(true)
  point('rank')
  expect(lit()).toEqual(['rank', 'code'])
  point('other')
  expect(lit()).toEqual(['sign', 'code'])
  click('go')
  click('sign')
  expect(lit()).toEqual([])
})

test('the formula is that of the settings', () => {
  expect(links.formula.shown).toEqual(['lora'])
  links.setup.changed = { dora: 1 }
  expect(links.formula.shown).toEqual(['dora'])
  expect(links.of('dora')).toEqual(['magnitude'])
})
