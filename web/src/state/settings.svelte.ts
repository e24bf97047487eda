import type { Locales, TranslationFunctions } from '../i18n/i18n-types'
import { detectLocale, i18nObject } from '../i18n/i18n-util'
import { loadLocaleAsync } from '../i18n/i18n-util.async'
import { read, write } from './kept'

export type Theme = 'system' | 'light' | 'dark'

const themes: readonly Theme[] = ['system', 'light', 'dark']

/** What the reader chose about the page itself. */
class Settings {
  locale = $state<Locales>('en')
  words = $state.raw<TranslationFunctions>() as TranslationFunctions
  theme = $state<Theme>('system')
  projector = $state(false)
  /** In projector mode the controls hide behind one key. */
  controls = $state(true)
  /** Resolves once the words are loaded. */
  readonly ready: Promise<void>

  constructor() {
    const theme = read('theme') as Theme | null
    this.setTheme(theme && themes.includes(theme) ? theme : 'system')
    const asked = new URLSearchParams(location.hash.split('?')[1]).get('lang')
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
    if (theme === 'system') delete document.documentElement.dataset['theme']
    else document.documentElement.dataset['theme'] = theme
    write('theme', theme)
  }

  nextTheme(): void {
    this.setTheme(themes[(themes.indexOf(this.theme) + 1) % themes.length] as Theme)
  }

  setProjector(on: boolean): void {
    this.projector = on
    this.controls = !on
    document.documentElement.toggleAttribute('data-projector', on)
  }
}

export const settings = new Settings()

/** The words of the chosen language: `t().home.title()`. */
export const t = (): TranslationFunctions => settings.words

export const reducedMotion = (): boolean => matchMedia('(prefers-reduced-motion: reduce)').matches
