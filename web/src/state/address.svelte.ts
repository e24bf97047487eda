import { route } from './route.svelte'
import { townOf, type Town } from './town'

/** What an address asks for and does not get. */
export type Refusal = { key: string; given: string } & (
  | { kind: 'range'; min: number; max: number; whole: boolean; used: number }
  | { kind: 'choice'; choices: readonly string[]; used: string }
  | { kind: 'town'; used: string }
  /** A checkpoint that this browser does not have. */
  | { kind: 'gone' }
)

export interface Range {
  min: number
  max: number
  integer?: boolean
}

/** The reading of an address: what can be is taken, what cannot is noted. */
export class Asked {
  #refusals: Refusal[] = []

  constructor(readonly query: URLSearchParams) {}

  /** A number in its range; undefined where none is given, or another. */
  number(key: string, { min, max, integer = false }: Range, used: number): number | undefined {
    const given = this.query.get(key)
    if (given === null) return undefined
    const x = given.trim() === '' ? NaN : Number(given)
    if (x >= min && x <= max && (!integer || Number.isInteger(x))) return x
    this.#refuse({ kind: 'range', key, given, min, max, whole: integer, used })
    return undefined
  }

  /** One of a few words. */
  choice<T extends string>(key: string, choices: readonly T[], used: T): T | undefined {
    const given = this.query.get(key)
    if (given === null) return undefined
    const found = choices.find((c) => c === given)
    if (found === undefined) this.#refuse({ kind: 'choice', key, given, choices, used })
    return found
  }

  /** A town by its name, such as quick:zh:3. */
  town(key: string, used: string): Town | undefined {
    const given = this.query.get(key)
    if (given === null) return undefined
    const town = townOf(given)
    if (!town) this.#refuse({ kind: 'town', key, given, used })
    return town
  }

  /** A checkpoint, where it is here. */
  checkpoint(key: string, here: (id: string) => boolean): string | undefined {
    const given = this.query.get(key)
    if (given === null || here(given)) return given ?? undefined
    this.#refuse({ kind: 'gone', key, given })
    return undefined
  }

  #refuse(refusal: Refusal): void {
    this.#refusals.push(refusal)
  }

  /** Has the page say what it did not take; nothing where all was taken. */
  tell(): void {
    refused.show(this.#refusals)
  }
}

/** What the open page did not take from its address. */
class Refused {
  #page = $state('')
  #list = $state.raw<Refusal[]>([])

  get list(): Refusal[] {
    return this.#page === route.page ? this.#list : []
  }

  show(list: Refusal[]): void {
    this.#page = route.page
    this.#list = list
  }
}

export const refused = new Refused()
