// @vitest-environment node
// Every sign of every formula leads to what it says: a name, a setting of the
// stage, and code in the lines that are shown.
import { readFileSync } from 'node:fs'
import katex from 'katex'
import { describe, expect, test } from 'vitest'
import settings from '../src/engine/settings.gen.json'
import en from '../src/i18n/en'
import { formulaOf, formulas, marked, piecesIn } from '../src/stages/formulas'
import { regions, type FormulaPage, type StageFormula } from '../src/stages/formulas/kinds'
import { tokenizerSymbols } from '../src/stages/formulas/tokenizer'
import { places } from '../src/stages/places'
import { markedLines, sourceOf } from './stage-code.js'

const names: Record<string, string> = en.terms.names
const settingsOf: Record<string, Record<string, string>> = {
  ...settings,
  tokenizer: tokenizerSymbols,
}
const symbolsOf = (stage: string) => settingsOf[stage] ?? {}
const shown = (region: string) =>
  markedLines(readFileSync(new URL(`../../${sourceOf(region)}`, import.meta.url), 'utf8')).code

/** TeX in single signs: a letter or command, with its index and what it is set in. */
const signs = (tex: string): string[] =>
  tex.match(
    /(?:\\(?:mathrm|text|mathbb)\{[^}]*\}|\\[A-Za-z]+|[A-Za-z])(?:_(?:\{(?:[^{}]|\{[^{}]*\})*\}|\\?\w))?/g,
  ) ?? []
/** A sign without its index, unless the index is part of its name. */
const plain = (sign: string) => sign.replace(/_(?:[a-z]|\{[a-z<>+\d\\ ]+\}|\\theta)$/, '')

const all = Object.entries(formulas).flatMap(([stage, list]) =>
  list.map((formula, i) => ({ stage: stage as FormulaPage, formula, name: `${stage} ${i}` })),
)

test('signs are told apart', () => {
  expect(signs(String.raw`-\ln\sigma(\beta\,x_t) + \beta_1 \mathrm{KL}\varepsilon_{low}`)).toEqual([
    String.raw`\ln`,
    String.raw`\sigma`,
    String.raw`\beta`,
    'x_t',
    String.raw`\beta_1`,
    String.raw`\mathrm{KL}`,
    String.raw`\varepsilon_{low}`,
  ])
})

test('every stage has its formula, and every formula is reached by its settings', () => {
  expect(Object.keys(formulas).sort()).toEqual(Object.keys(settingsOf).sort())
  for (const { stage, formula } of all) {
    const value = (key: string) => (formula.when?.setting === key ? formula.when.is : 0.5)
    expect(formulaOf(stage, value)).toBe(formula)
    if (formula.when) expect(symbolsOf(stage)).toHaveProperty(formula.when.setting)
  }
})

test('every name is used, and all lines that a page can show are used', () => {
  const used = new Set(all.flatMap(({ formula }) => formula.terms.map((x) => x.id)))
  expect([...used].sort()).toEqual(Object.keys(names).sort())
  const lines = new Set(all.flatMap(({ formula }) => formula.shown))
  expect([...lines].sort()).toEqual(Object.keys(regions).sort())
})

/** The same thing looks the same on all pages. */
test('a term has one colour', () => {
  const roles = new Map<string, string | undefined>()
  for (const { formula } of all)
    for (const x of formula.terms) {
      if (roles.has(x.id)) expect(x.role, x.id).toBe(roles.get(x.id))
      roles.set(x.id, x.role)
    }
})

describe.each(all)('$name', ({ stage, formula }) => {
  const ids = formula.terms.map((x) => x.id)

  test('is TeX, and marks each of its terms', () => {
    const html = katex.renderToString(marked(formula), {
      throwOnError: true,
      trust: true,
      strict: (code: string) => (code === 'htmlExtension' ? 'ignore' : 'error'),
    })
    expect(new Set(ids).size).toBe(ids.length)
    for (const id of ids) expect(html, id).toContain(`data-term="${id}"`)
  })

  test.each(formula.terms)('$id leads to its setting and its code', (term) => {
    const symbols = symbolsOf(stage)
    for (const key of term.settings ?? []) expect(Object.keys(symbols)).toContain(key)
    const found = formula.shown.flatMap((region) =>
      piecesIn(formula, term, region).map((piece) => {
        expect(places(shown(region), piece).length, `${piece} in ${region}`).toBeGreaterThan(0)
        return piece
      }),
    )
    expect(found.length, 'pieces of code').toBeGreaterThan(0)
    if (!Array.isArray(term.code))
      for (const region of Object.keys(term.code)) expect(formula.shown).toContain(region)
  })

  test('no sign of a setting is left unlinked', () => {
    const { loose, astray } = unlinked(stage, formula)
    expect(loose, 'signs of settings that are no terms').toEqual([])
    expect(astray, 'terms that look like a setting and are not it').toEqual([])
  })
})

/** What looks like a setting's symbol and does not lead to it. */
function unlinked(stage: FormulaPage, formula: StageFormula) {
  const keys = new Map(Object.entries(symbolsOf(stage)).map(([key, symbol]) => [symbol, key]))
  const rest = signs(formula.tex.replace(/\\(?:term|begin|end)\{\w+\}/g, ' '))
  const loose = rest.filter((sign) => keys.has(sign) || keys.has(plain(sign)))
  const astray = formula.terms.filter((x) =>
    signs(x.symbol).some((sign) => {
      // With its index it may be a setting's own: c_v is not c.
      const key = keys.get(sign) ?? keys.get(plain(sign))
      return key !== undefined && !x.settings?.includes(key)
    }),
  )
  return { loose, astray: astray.map((x) => x.id) }
}

test('settings that belong to a loss alone are in its formula', () => {
  const lit = (stage: FormulaPage) =>
    formulas[stage].flatMap((f) => f.terms.flatMap((x) => x.settings ?? []))
  expect(lit('ppo')).toEqual(
    expect.arrayContaining(['value_coef', 'value_clip', 'entropy_coef', 'kl_target']),
  )
  expect(lit('dapo')).toContain('overlong')
})

test('a loose sign and a wrong one are found', () => {
  const formula = (tex: string, symbol: string): StageFormula => ({
    tex,
    terms: [{ id: 'a', symbol, code: [] }],
    shown: ['dpo'],
  })
  expect(unlinked('dpo', formula(String.raw`\beta \term{a}`, 'h')).loose).toEqual([
    String.raw`\beta`,
  ])
  expect(unlinked('sft', formula(String.raw`\term{a}`, 'm_n')).astray).toEqual(['a'])
})
