import type { MeasuredEvent, Metrics, PairGain, ToldPair } from '../engine/messages'

export type Course = 'wait' | 'stuck' | 'fallen' | 'risen' | 'losing'

/** Steps after which a loss that has not moved is worth a word. */
const patience = 20

/**
 * What has become of the better and of the worse answers on pairs that are held
 * out, as the last measurement has it. Gains are relative to where the run began.
 */
export function course(
  metrics: readonly Metrics[],
  byItself: boolean,
): { kind: Course; chosen: number; rejected: number; margin: number } {
  const measured = metrics.filter((m) => m.measures?.['heldout_chosen'] !== undefined)
  const last = measured.at(-1)?.measures
  const first = byItself ? measured[0]?.measures : undefined
  const of = (name: string) => (last?.[name] ?? 0) - (first?.[name] ?? 0)
  const chosen = of('heldout_chosen')
  const rejected = of('heldout_rejected')
  const margin = chosen - rejected
  const loss = metrics.at(-1)?.train_loss ?? 0
  let kind: Course = 'wait'
  if (last && !(byItself && measured.length < 2)) {
    if (!byItself && metrics.length >= patience && Math.abs(loss - Math.LN2) < 0.003) kind = 'stuck'
    else if (margin <= 0) kind = 'losing'
    else kind = chosen < 0 ? 'fallen' : 'risen'
  }
  return { kind, chosen, rejected, margin }
}

/** Share of pairs whose better answer is ahead; ties count half. */
export const ahead = (pairs: readonly PairGain[]): number =>
  pairs.reduce((n, p) => n + (p.chosen > p.rejected ? 1 : p.chosen === p.rejected ? 0.5 : 0), 0) /
  Math.max(1, pairs.length)

export type Moves = 'both_up' | 'both_down' | 'chosen_down' | 'rejected_down'

/** A held-out pair in words, and what has become of its answers. */
export interface Told {
  pair: ToldPair
  /** How far the better answer is ahead, in the unit of the stage. */
  margin: number
  wrong: boolean
  /** What the answers have gained since the run began, as far as that means anything. */
  moved: PairGain | undefined
  moves: Moves | undefined
}

/**
 * The pairs that a measurement tells of in words. Where nothing is compared with
 * a reference, what they gained is held against the first measurement, if that is
 * another one; rewards have no origin, so they neither rise nor fall.
 */
export function told(
  now: MeasuredEvent | undefined,
  first: MeasuredEvent | undefined,
  rewards: boolean,
): Told[] {
  return (now?.told ?? []).flatMap((pair) => {
    const gain = now?.pairs?.[pair.at]
    if (!gain) return []
    const before = pair.reference
      ? { chosen: 0, rejected: 0 }
      : rewards || first?.step === now?.step
        ? undefined
        : first?.pairs?.[pair.at]
    const moved = before && {
      chosen: gain.chosen - before.chosen,
      rejected: gain.rejected - before.rejected,
    }
    const margin = gain.chosen - gain.rejected
    return [{ pair, margin, wrong: margin < 0, moved, moves: moved && moves(moved) }]
  })
}

function moves({ chosen, rejected }: PairGain): Moves | undefined {
  if (chosen < 0) return rejected < 0 ? 'both_down' : 'chosen_down'
  if (rejected < 0) return 'rejected_down'
  return chosen > 0 || rejected > 0 ? 'both_up' : undefined
}
