import type { ReportCard } from '../engine/messages'
import { checkpoints } from './checkpoints.svelte'
import { engine } from './engine.svelte'

/** In the order in which they are shown; not every card has all. */
export const cardMeasures = [
  'exact_match_residents',
  'exact_match_combos',
  'exact_match_phrasings',
  'honest',
  'false_refusals',
  'score',
  'polite',
  'brief',
  'language',
  'fact_recall',
  'bits_per_byte',
  'kl',
  'kl_per_token',
] as const
export type CardMeasure = (typeof cardMeasures)[number]

/** Measures that are shares; the others have units of their own. */
export const isShare = (m: CardMeasure): boolean =>
  !['score', 'bits_per_byte', 'kl', 'kl_per_token'].includes(m)

/** The scale that all cards share for a measure. */
export function scaleOf(m: CardMeasure, cards: readonly ReportCard[]): [number, number] {
  if (isShare(m)) return [0, 1]
  const all = cards.flatMap((c) => c.measures[m] ?? [])
  return [Math.min(0, ...all.map((e) => e.low)), Math.max(0.01, ...all.map((e) => e.high))]
}

/** Report cards, which the engine keeps with their checkpoints. */
class Cards {
  list = $state.raw<ReportCard[]>([])
  /** The card in the making: whose, and how much of it is done, 0 to 1. */
  making = $state.raw<{ checkpoint: string; done: number }>()

  constructor() {
    engine.client.on('progress', (e) => {
      if (e.what === 'report' && this.making) this.making = { ...this.making, done: e.done }
    })
    engine.onLoss(() => (this.making = undefined))
  }

  async reload(): Promise<void> {
    this.list = (await engine.client.call('report.list', {})).cards
  }

  async make(checkpoint: string, against: string, quick: boolean): Promise<void> {
    this.making = { checkpoint, done: 0 }
    try {
      await engine.client.call('report', {
        checkpoint,
        quick,
        seed: 1,
        ...(against ? { against } : {}),
      })
    } finally {
      this.making = undefined
    }
    await this.reload()
    await checkpoints.reload() // which tell their score
  }

  async stop(): Promise<void> {
    await engine.client.call('report.stop', {})
  }
}

export const cards = new Cards()
