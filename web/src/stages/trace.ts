// What can be read off a run: its own numbers, and nothing that is not in them.
import type { Metrics, SampleEvent } from '../engine/messages'

export interface Trace {
  stage: string
  /** All settings of the run. */
  params: Readonly<Record<string, number>>
  /** nats: the loss of knowing nothing */
  lnV: number
  metrics: readonly Metrics[]
  samples: readonly SampleEvent[]
  /** It is over and will not go on. */
  over: boolean
  /** It ended because a number overflowed. */
  diverged: boolean
  /** A reward model scores the answers. */
  rewarded: boolean
}

/** What a sentence about a run is filled with. */
export type Values = Readonly<Record<string, number | string>>

export interface Point {
  step: number
  value: number
}

export const heldOut = (t: Trace): Point[] =>
  t.metrics.flatMap((m) =>
    m.held_out_loss === undefined ? [] : [{ step: m.step, value: m.held_out_loss }],
  )

export const recall = (t: Trace): Point[] =>
  t.metrics.flatMap((m) => (m.recall === undefined ? [] : [{ step: m.step, value: m.recall }]))

/** A measure of the stage by its name. */
export const measured = (t: Trace, name: string): Point[] =>
  t.metrics.flatMap((m) => {
    const value = m.measures?.[name]
    return value === undefined ? [] : [{ step: m.step, value }]
  })

/** A measure of sampled answers, once for each iteration: its steps share it. */
export function iterations(t: Trace, name: string): Point[] {
  let seen = 0
  return t.metrics.flatMap((m) => {
    const value = m.measures?.[name]
    const iteration = m.measures?.['iteration'] ?? m.step
    if (value === undefined || iteration === seen) return []
    seen = iteration
    return [{ step: m.step, value }]
  })
}

export const mean = (all: readonly Point[]): number =>
  all.reduce((sum, p) => sum + p.value, 0) / all.length

/** The first and the last third of a series, with the standard error of the difference of their means. */
export function change(
  all: readonly Point[],
): { from: number; to: number; error: number } | undefined {
  const n = Math.floor(all.length / 3)
  if (n < 2) return undefined
  const [early, late] = [all.slice(0, n), all.slice(-n)]
  const variance = (part: readonly Point[]): number => {
    const m = mean(part)
    return part.reduce((sum, p) => sum + (p.value - m) ** 2, 0) / (part.length - 1) / part.length
  }
  return {
    from: mean(early),
    to: mean(late),
    error: Math.sqrt(variance(early) + variance(late)),
  }
}

/** Where a series was lowest, if it has risen since: at two later points or more, and by more than a share. */
export function risen(
  all: readonly Point[],
  share = 0.01,
): { from: number; to: number; steps: number } | undefined {
  let best: Point | undefined
  for (const p of all) if (!best || p.value < best.value) best = p
  const last = all.at(-1)
  if (!best || !last) return undefined
  const since = all.filter((p) => p.step > best.step)
  if (since.length < 2 || since.some((p) => p.value <= best.value)) return undefined
  if (last.value <= best.value * (1 + share)) return undefined
  return { from: best.value, to: last.value, steps: last.step - best.step }
}

/** The words that a text says three times or more in a row, if it does. */
export function repeated(text: string): string | undefined {
  const found = /(\S.{2,}?)\1{2,}/su.exec(text.replace(/\s+/g, ' '))
  return found?.[1]?.trim()
}
