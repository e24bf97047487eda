// The formula of every stage, with all its signs.
import { language } from './formulas/language'
import type { FormulaPage, Formulas, Region, StageFormula, Term } from './formulas/kinds'
import { practice } from './formulas/practice'
import { preferences } from './formulas/preferences'
import { students } from './formulas/students'
import { tokenizer } from './formulas/tokenizer'

export const formulas: Formulas = {
  ...tokenizer,
  ...language,
  ...preferences,
  ...practice,
  ...students,
}

/** The formula that belongs to a stage's settings. */
export function formulaOf(
  stage: FormulaPage,
  value: (setting: string) => number | undefined,
): StageFormula {
  const all = formulas[stage]
  const last = all.at(-1) ?? all[0]
  return all.find((f) => f.when && value(f.when.setting) === f.when.is) ?? last
}

/** The pieces of a term in some of the shown lines. */
export function piecesIn(formula: StageFormula, term: Term, region: Region): readonly string[] {
  if (!Array.isArray(term.code))
    return (term.code as Partial<Record<Region, string[]>>)[region] ?? []
  return region === formula.shown[0] ? term.code : []
}

/** The formula as KaTeX sets it, each sign marked with the term that it is. */
export function marked(formula: StageFormula): string {
  const terms = new Map(formula.terms.map((x) => [x.id, x]))
  return formula.tex.replace(/\\term\{(\w+)\}/g, (_, id: string) => {
    const term = terms.get(id)
    if (!term) throw new Error(`no term ${id}`)
    const role = term.role ? `, role=${term.role}` : ''
    return String.raw`\htmlData{term=${id}${role}}{${term.symbol}}`
  })
}
