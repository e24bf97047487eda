import type { Metrics, RunInfo } from '../engine/messages'
import { thin, type Columns } from './thin'

/** What is kept of a run when another one begins. */
export interface Earlier {
  info: Pick<RunInfo, 'run' | 'stage' | 'preset' | 'seed' | 'params' | 'parent'> & {
    dataset: Named
    lessons: Named | undefined
  }
  /** Of the held-out loss where it was measured often enough, else of training. */
  heldOut: boolean
  loss: Columns
  reward: Columns
  kl: Columns
}
interface Named {
  id: string
  name: string
}

// Rows to either side of a bucket's spikes: it lies behind and is not read closely.
const buckets = 200

/** A run's curves, thinned for good; nothing of one that has hardly begun. */
export function remember(info: RunInfo, metrics: readonly Metrics[]): Earlier | undefined {
  if (metrics.length < 2) return undefined
  const curve = (of: (m: Metrics) => number | undefined): Columns => {
    const rows = metrics.flatMap((m) => {
      const v = of(m)
      return v === undefined || !Number.isFinite(v) ? [] : [[m.step, v] as const]
    })
    return thin([rows.map((r) => r[0]), rows.map((r) => r[1])], buckets)
  }
  const heldOut = metrics.filter((m) => m.held_out_loss !== undefined).length > 1
  const { run, stage, preset, seed, params, parent, dataset, lessons } = info
  return {
    info: {
      run,
      stage,
      preset,
      seed,
      params,
      ...(parent === undefined ? {} : { parent }),
      dataset: { id: dataset.id, name: dataset.name },
      lessons: lessons && { id: lessons.id, name: lessons.name },
    },
    heldOut,
    loss: curve((m) => (heldOut ? m.held_out_loss : m.train_loss)),
    reward: curve((m) => m.measures?.['reward']),
    kl: curve((m) => m.measures?.['kl']),
  }
}

/** A curve up to a step; nothing where there would be no line. */
export function upTo(columns: Columns, end: number): Columns | undefined {
  const [steps = [], values = []] = columns
  const n = steps.filter((s) => (s ?? 0) <= end).length
  return n < 2 ? undefined : [steps.slice(0, n), values.slice(0, n)]
}

type Compared = Pick<RunInfo, 'preset' | 'seed' | 'params' | 'parent'> & {
  dataset: Pick<Named, 'id'>
  lessons?: Pick<Named, 'id'> | undefined
}

/** In what a run differed from another: settings that only tell how often it is looked at do not count. */
export function differing(then: Compared, now: Compared): string[] {
  const out: string[] = []
  if (then.preset !== now.preset) out.push('preset')
  if (then.parent !== now.parent) out.push('parent')
  if (then.dataset.id !== now.dataset.id) out.push('dataset')
  if (then.lessons?.id !== now.lessons?.id) out.push('lessons')
  const keys = new Set([...Object.keys(then.params), ...Object.keys(now.params)])
  for (const key of [...keys].sort())
    if (!/_every$/.test(key) && then.params[key] !== now.params[key]) out.push(key)
  if (then.seed !== now.seed) out.push('seed')
  return out
}
