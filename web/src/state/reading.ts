import type { Metrics, NGram } from '../engine/messages'

/** What the curve says so far; the page has a sentence for each kind. */
export type Reading =
  | { kind: 'nothing' }
  | { kind: 'start'; loss: number; lnV: number }
  | { kind: 'worse'; loss: number; lnV: number }
  | { kind: 'rising'; steps: number; from: number; to: number }
  | {
      kind: 'aboveUnigram' | 'aboveBigram' | 'aboveTrigram' | 'belowAll'
      loss: number
      line: number
    }
  | { kind: 'falling'; loss: number }

/**
 * Reads a curve against its lines. Every claim is checked on the run's own
 * numbers: a rise counts when the last three measurements lie above the lowest.
 */
export function read(metrics: readonly Metrics[], lnV: number, ngrams: readonly NGram[]): Reading {
  const last = metrics.at(-1)
  if (!last) return { kind: 'nothing' }
  const measured = metrics.filter((m) => m.held_out_loss !== undefined) as (Metrics & {
    held_out_loss: number
  })[]
  const heldOut = measured.at(-1)
  const loss = heldOut?.held_out_loss ?? last.train_loss
  if (last.train_loss > lnV + 0.5 && last.step > 3)
    return { kind: 'worse', loss: last.train_loss, lnV }
  if (last.step <= 3 || (loss > lnV - 0.05 && last.step < 20)) {
    return { kind: 'start', loss: metrics[0]?.train_loss ?? loss, lnV }
  }

  let best = measured[0]
  for (const m of measured) if (best && m.held_out_loss < best.held_out_loss) best = m
  const since = best ? measured.filter((m) => m.step > best.step) : []
  if (best && heldOut && since.length >= 3 && heldOut.held_out_loss > best.held_out_loss * 1.01) {
    return {
      kind: 'rising',
      steps: heldOut.step - best.step,
      from: best.held_out_loss,
      to: heldOut.held_out_loss,
    }
  }

  const line = (order: number) => ngrams.find((n) => n.order === order)?.loss
  const [uni, bi, tri] = [line(1), line(2), line(3)]
  if (!heldOut || uni === undefined || bi === undefined || tri === undefined)
    return { kind: 'falling', loss }
  if (loss > uni) return { kind: 'aboveUnigram', loss, line: uni }
  if (loss > bi) return { kind: 'aboveBigram', loss, line: bi }
  if (loss > tri) return { kind: 'aboveTrigram', loss, line: tri }
  return { kind: 'belowAll', loss, line: tri }
}
