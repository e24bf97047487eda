import { expect, test } from 'vitest'
import told from '../engine/measures.gen.json'
import codes from '../engine/problems.gen.json'
import { measureKey, measureName } from '../parts/journey/names'
import en from './en'
import { i18nObject, locales } from './i18n-util'
import { loadAllLocales } from './i18n-util.sync'
import zh from './zh'

type Tree = { [key: string]: string | Tree }

function flat(tree: Tree, at = ''): Map<string, string> {
  const out = new Map<string, string>()
  for (const [key, value] of Object.entries(tree)) {
    if (typeof value === 'string') out.set(at + key, value)
    else for (const [k, v] of flat(value, `${at}${key}.`)) out.set(k, v)
  }
  return out
}
const placeholders = (text: string) => [...text.matchAll(/\{(\w+)[^}]*\}/g)].map((m) => m[1] as string).sort()

const english = flat(en as unknown as Tree)
const chinese = flat(zh as unknown as Tree)

/** The page's own problems, which no engine reports. */
const ofThePage = ['engine_lost', 'engine_not_loaded', 'ready_missing', 'ready_unreachable']

test('both languages have the same sentences with the same values', () => {
  expect([...chinese.keys()].sort()).toEqual([...english.keys()].sort())
  for (const [key, text] of english) {
    expect(placeholders(chinese.get(key) ?? ''), key).toEqual(placeholders(text))
  }
})

test('nothing is empty or left in the other language', () => {
  // The same in both: names, and what has no words.
  const alike = new Set(['engine.simd', 'stages.lora.name', 'lessons.dr_grpo.name'])
  for (const [key, text] of english) {
    expect(text.trim(), key).not.toBe('')
    expect(chinese.get(key)?.trim(), key).not.toBe('')
    if (!alike.has(key)) expect(chinese.get(key)?.replace(/\{.*?\}/g, ''), key).toMatch(/\p{Script=Han}|^[^a-z]*$/u)
  }
})

test('every problem of the engine has its sentence, and no sentence is left over', () => {
  const known = [...Object.keys(codes), ...ofThePage].sort()
  expect(Object.keys(en.problems).sort()).toEqual(known)
  expect(Object.keys(zh.problems).sort()).toEqual(known)
})

test('every measure of a stage has its words, and no words are left over', () => {
  const keys = Object.keys(told).map(measureKey).sort()
  expect(Object.keys(en.measures).sort()).toEqual(keys)
  expect(Object.keys(zh.measures).sort()).toEqual(keys)
})

test('every sentence can be asked for, and every measure be said', () => {
  loadAllLocales()
  for (const locale of locales) {
    const words = i18nObject(locale)
    const visit = (tree: Tree, at: unknown): void => {
      for (const [key, value] of Object.entries(tree)) {
        const there = (at as Record<string, unknown>)[key]
        if (typeof value !== 'string') visit(value, there)
        else expect(typeof there, key).toBe('function')
      }
    }
    visit(en as unknown as Tree, words)
    const catalogue: Record<string, string> = (locale === 'zh' ? zh : en).measures
    for (const name of Object.keys(told)) expect(measureName(name, words)).toBe(catalogue[measureKey(name)])
  }
})

test('a sentence names only values that the problem gives', () => {
  for (const [code, { args, doc }] of Object.entries(codes)) {
    // Where a problem is made in several ways the description lists its values.
    const given = new Set([...args, ...(doc.match(/\w+/g) ?? [])])
    const text = en.problems[code as keyof typeof en.problems]
    for (const name of placeholders(text)) expect([...given], `${code}: {${name}}`).toContain(name)
  }
})
