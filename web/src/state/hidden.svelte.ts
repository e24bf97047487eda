import { route } from './route.svelte'
import { settings } from './settings.svelte'

/** What an address can take off the pages: `hide=settings,breaks`. */
export const hideable = [
  'settings',
  'data',
  'formula',
  'breaks',
  'exercises',
  'questions',
  'checkpoints',
  'catchup',
  'stages',
  'rooms',
  'outside',
  'automation',
] as const
export type Hideable = (typeof hideable)[number]

const isHideable = (name: string): name is Hideable =>
  (hideable as readonly string[]).includes(name)

/** What the address hides. It is gone from the page, not only out of sight. */
class Hidden {
  readonly #asked = $derived(
    (route.query.get('hide') ?? '')
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== ''),
  )

  /** Names that hide nothing, since no part is called so. */
  readonly unknown = $derived([...new Set(this.#asked.filter((name) => !isHideable(name)))])

  has(name: Hideable): boolean {
    return this.#asked.includes(name)
  }

  /** Whether sliders and choices are on the page. */
  get adjustable(): boolean {
    return settings.controls && !this.has('settings')
  }
}

export const hidden = new Hidden()
