import type { CheckpointInfo } from '../engine/messages'
import { fitting, isStage, rewarders, teachers } from '../stages/list'
import { nextReady, parseIndex, type ReadyIndex } from '../stages/ready'
import { checkpoints } from './checkpoints.svelte'
import { engine, toProblem } from './engine.svelte'
import { stageSetup } from './setup.svelte'

/** What became of the last wish to catch up. */
export type Outcome =
  | { kind: 'loaded'; models: CheckpointInfo[] }
  | { kind: 'nothing' } // all is there
  | { kind: 'none' } // the site has no ready-made models

/** What was loaded for a run to begin with is what it begins with. */
function choose(page: string, models: readonly CheckpointInfo[]): void {
  if (!isStage(page)) return
  const setup = stageSetup(page)
  const given = models.filter((m) => m.stage !== page)
  setup.parent = fitting(page, given)[0]?.id ?? setup.parent
  setup.teacher = teachers(given)[0]?.id ?? setup.teacher
  setup.reward = rewarders(given)[0]?.id ?? setup.reward
}

/** Models that were made for a class: fetched only when somebody asks for them. */
class Ready {
  busy = $state(false)
  outcome = $state.raw<Outcome>()
  #index: ReadyIndex | undefined

  /** Loads what a learner on this page needs to go on. */
  async catchUp(page: string): Promise<void> {
    if (this.busy) return
    this.busy = true
    this.outcome = undefined
    try {
      await engine.started
      this.#index ??= await this.#read()
      if (!this.#index) {
        this.outcome = { kind: 'none' }
        return
      }
      const wanted = nextReady(page, this.#index.models, await checkpoints.reload())
      const models: CheckpointInfo[] = []
      for (const m of wanted) {
        const response = await fetch(`./ready/${m.file}`)
        if (!response.ok) throw new Error(`${response.status} ready/${m.file}`)
        models.push(await checkpoints.import(m.file, new Uint8Array(await response.arrayBuffer())))
      }
      choose(page, models)
      this.outcome = models.length > 0 ? { kind: 'loaded', models } : { kind: 'nothing' }
    } catch (error) {
      engine.report(toProblem(error))
    } finally {
      this.busy = false
    }
  }

  async #read(): Promise<ReadyIndex | undefined> {
    const response = await fetch('./ready/index.json').catch(() => undefined)
    return response?.ok ? parseIndex(await response.text()) : undefined
  }
}

export const ready = new Ready()
