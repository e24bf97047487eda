import { getContext, setContext } from 'svelte'
import { formulaOf } from '../stages/formulas'
import type { FormulaPage, StageFormula } from '../stages/formulas/kinds'
import type { Setup } from './setup.svelte'
import { reducedMotion } from './settings.svelte'

/** Which signs of a stage's formula are lit, in formula, code and settings alike. */
export class Linked {
  #pointed = $state.raw<readonly string[]>([])
  #focused = $state.raw<readonly string[]>([])
  #kept = $state.raw<readonly string[]>([])

  constructor(
    readonly stage: FormulaPage,
    readonly setup: Setup,
  ) {}

  /** The formula of the settings as they are. */
  readonly formula: StageFormula = $derived.by(() => {
    const params = this.setup.params()
    return formulaOf(this.stage, (key) => {
      const param = params.find((p) => p.key === key)
      return param && this.setup.value(param)
    })
  })

  /** What the pointer is on counts, else what has the focus, else what was tapped. */
  readonly lit: readonly string[] = $derived(
    [this.#pointed, this.#focused, this.#kept].find((ids) => ids.length > 0) ?? [],
  )

  isLit(id: string): boolean {
    return this.lit.includes(id)
  }

  isKept(id: string): boolean {
    return this.#kept.includes(id)
  }

  point(ids: readonly string[]): void {
    if (ids.join() !== this.#pointed.join()) this.#pointed = ids
  }

  focus(ids: readonly string[]): void {
    this.#focused = ids
  }

  /** Lights these until they, others or nothing is chosen. */
  toggle(ids: readonly string[]): void {
    this.#kept = ids.join() === this.#kept.join() ? [] : ids
  }

  drop(): void {
    this.#kept = []
  }

  /** The terms that are a setting. */
  of(setting: string): string[] {
    return this.formula.terms.filter((x) => x.settings?.includes(setting)).map((x) => x.id)
  }

  settingLit(setting: string): boolean {
    return this.lit.length > 0 && this.of(setting).some((id) => this.isLit(id))
  }

  /** Shows what sets a setting and gives it the focus. */
  goTo(setting: string): void {
    const input = document.querySelector<HTMLElement>(
      `[data-setting="${setting}"] :is(input, select)`,
    )
    const folded = input?.closest('details')
    if (folded) folded.open = true
    input?.focus({ preventScroll: true })
    input?.scrollIntoView({ block: 'center', behavior: reducedMotion() ? 'auto' : 'smooth' })
  }
}

const key = Symbol('linked')

/** For everything on the page of a stage. */
export function link(stage: FormulaPage, setup: Setup): Linked {
  return setContext(key, new Linked(stage, setup))
}

/** That of the page, where it has one. */
export const linked = (): Linked | undefined => getContext<Linked | undefined>(key)
