import { stageNames, type StageName } from '../stages/list'

/** Pages beside those of the stages. */
const single = [
  'home',
  'tokenizer',
  'pretrain',
  'label',
  'inside',
  'arena',
  'class',
  'grown',
] as const
export type Page = (typeof single)[number] | StageName

const pages: readonly string[] = [...single, ...stageNames]

/** The page and its settings as the address says: #/pretrain?preset=seed&seed=7 */
class Route {
  page = $state<Page>('home')
  query = $state.raw(new URLSearchParams())
  /** The settings as somebody gave them: what the page keeps in the address does not count. */
  asked = $state.raw(this.query)
  /** What the last address hides: links lead on without it, and it stays. */
  #hide = ''
  /** The address as it was read or written last. */
  #known = ''

  constructor() {
    this.#read()
    addEventListener('hashchange', () => this.#read())
  }

  #read(): void {
    this.#known = location.hash
    const [path = '', query] = location.hash.replace(/^#\/?/, '').split('?')
    this.page = pages.includes(path) ? (path as Page) : 'home'
    this.query = this.asked = new URLSearchParams(query)
    const hide = this.query.get('hide')
    if (hide === null && this.#hide) this.keep({ hide: this.#hide })
    else this.#hide = hide ?? ''
  }

  /** Changes the settings in the address without a step in the history. */
  keep(values: Record<string, string | number | undefined>): void {
    // Replaced as a whole, so it need not be reactive inside.
    // eslint-disable-next-line svelte/prefer-svelte-reactivity
    const query = new URLSearchParams(this.query)
    for (const [key, value] of Object.entries(values)) {
      if (value === undefined) query.delete(key)
      else query.set(key, String(value))
    }
    // Another address is about to be read: it is not to be written over.
    if (location.hash !== this.#known) return
    this.query = query
    const text = query.toString()
    history.replaceState(
      null,
      '',
      `#/${this.page === 'home' ? '' : this.page}${text ? '?' + text : ''}`,
    )
    this.#known = location.hash
  }
}

export const route = new Route()
export { pages }
