import type { Locales, TranslationFunctions } from '../i18n/i18n-types'
import { detectLocale, i18nObject } from '../i18n/i18n-util'
import { loadLocaleAsync } from '../i18n/i18n-util.async'
import { afterPaint } from './afterPaint'
import { read, write } from './kept'

export type Theme = 'system' | 'light' | 'dark'

const themes: readonly Theme[] = ['system', 'light', 'dark']

/** What the reader chose about the page itself. */
class Settings {
  locale = $state<Locales>('en')
  words = $state.raw<TranslationFunctions>() as TranslationFunctions
  /** What is chosen, as the buttons say. */
  theme = $state<Theme>('system')
  projector = $state(false)
  /**
   * What the page looks like. It follows the choice by a frame: the whole page takes
   * as long to style as a reader takes to wonder whether the press was noticed.
   */
  look = $state.raw<{ theme: Theme; projector: boolean }>({ theme: 'system', projector: false })
  /** In projector mode the controls hide behind one key. */
  controls = $state(true)
  /** Keys that are pressed alone mean something: see singleKey. */
  keys = $state(read('keys') !== '0')
  /** Resolves once the words are loaded. */
  readonly ready: Promise<void>

  constructor() {
    const theme = read('theme') as Theme | null
    if (theme && themes.includes(theme)) this.theme = theme
    const address = new URLSearchParams(location.hash.split('?')[1])
    this.projector = (address.get('projector') ?? read('projector')) === '1'
    this.#change()
    const asked = address.get('lang')
    this.ready = this.setLocale(
      detectLocale(
        () => [asked ?? ''],
        () => [read('locale') ?? ''],
        () => navigator.languages.map((l) => l.slice(0, 2)),
      ),
    )
  }

  async setLocale(locale: Locales): Promise<void> {
    await loadLocaleAsync(locale)
    this.words = i18nObject(locale)
    this.locale = locale
    document.documentElement.lang = locale === 'zh' ? 'zh-Hans' : locale
    write('locale', locale)
  }

  setTheme(theme: Theme): void {
    this.theme = theme
    write('theme', theme)
    this.#soon()
  }

  nextTheme(): void {
    this.setTheme(themes[(themes.indexOf(this.theme) + 1) % themes.length] as Theme)
  }

  setProjector(on: boolean): void {
    write('projector', on ? '1' : '0')
    this.showProjector(on)
  }

  /** As an address asks for it, which is not the reader's choice for later visits. */
  showProjector(on: boolean): void {
    this.projector = on
    this.#soon()
  }

  setKeys(on: boolean): void {
    this.keys = on
    write('keys', on ? '1' : '0')
  }

  /** Takes back the change that waits for a frame. */
  #waiting: (() => void) | undefined
  #soon(): void {
    this.#waiting?.()
    this.#waiting = afterPaint(() => this.#change())
  }

  #change(): void {
    const { theme, projector } = this
    if (projector !== this.look.projector) this.controls = !projector
    this.look = { theme, projector }
    const root = document.documentElement
    if (theme === 'system') delete root.dataset['theme']
    else root.dataset['theme'] = theme
    root.toggleAttribute('data-projector', projector)
  }
}

export const settings = new Settings()

/** The words of the chosen language: `t().home.title()`. */
export const t = (): TranslationFunctions => settings.words

export const reducedMotion = (): boolean => matchMedia('(prefers-reduced-motion: reduce)').matches
