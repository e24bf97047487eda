import type { CheckpointInfo, RunInfo } from '../engine/messages'
import { demo } from '../stages/list'
import { checkpoints } from './checkpoints.svelte'
import { engine } from './engine.svelte'
import { run } from './run.svelte'

/** A model of a lineage; gone: only its name is known. */
export interface Relative {
  id: string
  name: string
  stage: string
  gone: boolean
}

const shipped = (name: string): Relative => ({ id: demo, name, stage: 'pretrain', gone: false })

/** A checkpoint with its ancestors, the oldest first. */
export function lineage(id: string, shippedName: string): Relative[] {
  if (id === demo) return [shipped(shippedName)]
  const self = checkpoints.list.find((c) => c.id === id)
  if (!self) return []
  const line = (self.ancestors ?? []).map((a): Relative => {
    if (a.id === demo) return shipped(shippedName)
    const now = checkpoints.list.find((c) => c.id === a.id)
    return { id: a.id, name: now?.name ?? a.name, stage: a.stage, gone: !now }
  })
  const all = [{ id, name: self.name, stage: self.stage, gone: false }, ...line]
  return all.filter((r, i) => all.findIndex((o) => o.id === r.id) === i).reverse()
}

/** The run's checkpoints, the newest last; those that nothing replaces before automatic ones. */
const saved = (): CheckpointInfo[] =>
  [...run.saved].sort(
    (a, b) => a.step - b.step || Number(b.kind === 'auto') - Number(a.kind === 'auto'),
  )

/** Who speaks: for the live model the checkpoint that holds it as it is now, where there is one. */
export const speaker = (id: string): string =>
  id === 'live' ? (saved().findLast((c) => c.step === run.step)?.id ?? id) : id

/** Whose lineage stands for a speaker's: for a step that nobody kept, the run's newest checkpoint's. */
export const standIn = (id: string): string =>
  id === 'live'
    ? (saved().findLast((c) => checkpoints.list.some((o) => o.id === c.id))?.id ?? id)
    : id

/** The town's text without some facts, and the facts that an id leaves out. */
export function withheld(dataset: string): number[] {
  const facts = /^town:[^:]+:[^:]+:\d+:([\d.]+)$/.exec(dataset)?.[1]
  return facts ? facts.split('.').map(Number) : []
}

const wholeTown = (dataset: string): string => dataset.split(':').slice(0, 4).join(':')

/** Models that read the same town without a fact, the oldest first. */
export function trainedWithout(dataset: string, fact: number): CheckpointInfo[] {
  const town = wholeTown(dataset)
  return checkpoints.list
    .filter(
      (c) =>
        c.writes &&
        c.kind !== 'auto' &&
        wholeTown(c.dataset_id ?? '') === town &&
        withheld(c.dataset_id ?? '').includes(fact),
    )
    .reverse()
}

/** Stages that a run without the lines repeats; the others need labels, models or files of their own. */
const repeated = ['pretrain', 'sft']

/** The links of a lineage that are trained again, and those that are not. */
export function plan(line: readonly Relative[]): { again: Relative[]; left: Relative[] } {
  // Several checkpoints of one run in a row are one training: the last of them counts.
  const at = line.findIndex((r) => !repeated.includes(r.stage))
  const end = at < 0 ? line.length : at
  return { again: line.slice(0, end), left: line.slice(end) }
}

/** Trainings without the lines of a fact, one after the other. */
class Without {
  /** What is being trained, of which fact; undefined: nothing. */
  now = $state.raw<{ dataset: string; fact: number; n: number; of: number }>()
  /** The last one was stopped or failed. */
  stopped = $state(false)

  /** Trains the links again without a fact. Resolves with the last model's id, or undefined. */
  async train(
    links: readonly Relative[],
    dataset: string,
    fact: number,
  ): Promise<string | undefined> {
    this.stopped = false
    const [, size, lang, seed] = dataset.split(':') as [string, string, string, string]
    const before = withheld(dataset)
    let parent: string | undefined
    try {
      const town = await engine.client.call('town.make', {
        seed: Number(seed),
        size,
        lang,
        without: [...before, fact],
      })
      for (const [i, link] of links.entries()) {
        this.now = { dataset, fact, n: i + 1, of: links.length }
        const info = await this.#again(link, town.id, parent)
        if ((await ended(info)) !== 'done') {
          this.stopped = true
          return undefined
        }
        const list = await checkpoints.reload()
        parent = list.find((c) => c.run === info.run && c.kind === 'final')?.id
        if (!parent) return undefined // nothing can be saved here
      }
      return parent
    } finally {
      this.now = undefined
    }
  }

  async #again(link: Relative, dataset: string, parent: string | undefined): Promise<RunInfo> {
    const details = await engine.client.call('checkpoints.details', { checkpoint: link.id })
    const old = checkpoints.list.find((c) => c.id === link.id)
    return run.startFrom({
      stage: link.stage,
      preset: parent ? '' : (old?.preset ?? 'seed'),
      seed: old?.seed ?? 1,
      dataset,
      tokenizer: `checkpoint:${link.id}`,
      params: details.settings ?? {},
      ...(parent ? { parent } : {}),
    })
  }
}

/** How a run ended. */
function ended(info: RunInfo): Promise<string> {
  return new Promise((resolve) => {
    const look = () => {
      if (run.active && run.info?.run === info.run) return
      off()
      resolve(run.info?.run === info.run ? run.phase : 'stopped')
    }
    const off = run.onPhase(look)
    look()
  })
}

export const without = new Without()
