import type { Earlier } from './earlier'

/** The last run of each stage before the one that is made now, for as long as the page lives. */
class EarlierRuns {
  /** Whether they are drawn. */
  shown = $state(true)
  #kept = $state.raw<Readonly<Record<string, Earlier>>>({})

  keep(last: Earlier): void {
    this.#kept = { ...this.#kept, [last.info.stage]: last }
  }

  /** The one before a run of a stage. */
  before(stage: string, run: string | undefined): Earlier | undefined {
    const last = this.#kept[stage]
    return run === undefined || last?.info.run === run ? undefined : last
  }
}

export const earlier = new EarlierRuns()
