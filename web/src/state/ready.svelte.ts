import { EngineError, type CheckpointInfo } from '../engine/messages'
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

const trouble = (code: 'ready_unreachable' | 'ready_missing', file: string) =>
  new EngineError({ code, args: { file }, text: `${code}: ready/${file}` })

/** A file beside the page; undefined where the site has none of this name. */
async function fetched(file: string): Promise<Uint8Array | undefined> {
  try {
    const response = await fetch(`./ready/${file}`)
    if (response.ok) return new Uint8Array(await response.arrayBuffer())
    if (response.status < 500) return undefined
  } catch {
    // No network, or it was lost on the way.
  }
  throw trouble('ready_unreachable', file)
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
        const file = await fetched(m.file)
        if (!file) throw trouble('ready_missing', m.file)
        models.push(await checkpoints.import(m.file, file))
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
    const file = await fetched('index.json')
    return file && parseIndex(new TextDecoder().decode(file))
  }
}

export const ready = new Ready()
