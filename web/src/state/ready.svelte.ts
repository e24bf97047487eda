import { EngineError, type CheckpointInfo } from '../engine/messages'
import { fitting, isStage, rewarders, teachers } from '../stages/list'
import { nextReady, parseIndex, type ReadyIndex } from '../stages/ready'
import { checkpoints } from './checkpoints.svelte'
import { engine, toProblem } from './engine.svelte'
import { isKept, keptFile, readyFile } from './readyFiles'
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
async function fetched(file: string, id?: string): Promise<Uint8Array | undefined> {
  const found = await readyFile(file, id)
  if (found === 'unreachable') throw trouble('ready_unreachable', file)
  return found === 'missing' ? undefined : found
}

/** How many of the site's models this browser has kept for the time without a network. */
export interface Kept {
  have: number
  of: number
  bytes: number // of all
}

/** Models that were made for a class: fetched only when somebody asks for them. */
class Ready {
  busy = $state(false)
  outcome = $state.raw<Outcome>()
  /** Undefined: not looked yet; null: the site has none. */
  kept = $state.raw<Kept | null>()
  keeping = $state(false)
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
        const file = await fetched(m.file, m.id)
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

  /** Looks what lies here, by the list that was fetched last; the site is not asked. */
  async look(): Promise<void> {
    const list = await keptFile('index.json')
    if (list) await this.#count(parseIndex(new TextDecoder().decode(list)))
  }

  /** Fetches every model of the site once, so that catching up needs no network. */
  async keepAll(): Promise<void> {
    if (this.keeping) return
    this.keeping = true
    try {
      const index = await this.#read()
      await this.#count(index)
      for (const m of index?.models ?? []) {
        if (await isKept(m.file, m.id)) continue
        if (!(await fetched(m.file, m.id))) throw trouble('ready_missing', m.file)
        await this.#count(index)
      }
    } catch (error) {
      engine.report(toProblem(error))
    } finally {
      this.keeping = false
    }
  }

  async #count(index: ReadyIndex | undefined): Promise<void> {
    const models = index?.models ?? []
    const here = await Promise.all(models.map((m) => isKept(m.file, m.id)))
    this.kept = index
      ? {
          have: here.filter(Boolean).length,
          of: models.length,
          bytes: models.reduce((sum, m) => sum + (Number(m.bytes) || 0), 0),
        }
      : null
  }

  async #read(): Promise<ReadyIndex | undefined> {
    const file = await fetched('index.json')
    return file && parseIndex(new TextDecoder().decode(file))
  }
}

export const ready = new Ready()
