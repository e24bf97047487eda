import type { Attempt, Metrics } from '../engine/messages'

/** The means of an iteration's answers. */
export interface IterationMeans {
  number: number
  step: number
  reward: number
  /** Of the whole answer to the reference, nats. */
  kl: number
  /** The graders' score; missing where they cannot judge. */
  score: number | undefined
}

/** One row for each iteration: all its steps tell the same of its answers. */
export function iterations(metrics: readonly Metrics[]): IterationMeans[] {
  const out: IterationMeans[] = []
  for (const { step, measures } of metrics) {
    const number = measures?.['iteration']
    const reward = measures?.['reward']
    const kl = measures?.['kl']
    if (number === undefined || reward === undefined || kl === undefined) continue
    if (out.at(-1)?.number === number) continue
    out.push({ number, step, reward, kl, score: measures?.['score'] })
  }
  return out
}

export type Outcome = 'early' | 'hacked' | 'both' | 'rewardOnly' | 'flat'

/**
 * What has become of what the reward model says and of what the graders say,
 * between the first iterations and the last ones. Rewards are in deviations of
 * the first answers, grades between 0 and 1.
 */
export function outcome(all: readonly IterationMeans[]): {
  kind: Outcome
  reward: number
  score: number
} {
  const few = Math.max(1, Math.min(5, Math.floor(all.length / 4)))
  const over = (rows: readonly IterationMeans[], of: (x: IterationMeans) => number) =>
    rows.reduce((sum, x) => sum + of(x), 0) / Math.max(1, rows.length)
  const change = (of: (x: IterationMeans) => number) =>
    over(all.slice(-few), of) - over(all.slice(0, few), of)
  const reward = change((x) => x.reward)
  const score = change((x) => x.score ?? 0)
  let kind: Outcome = 'flat'
  if (all.length < 4) kind = 'early'
  else if (reward > 0.2 && score < -0.02) kind = 'hacked'
  else if (reward > 0.2 && score > 0.02) kind = 'both'
  else if (reward > 0.2) kind = 'rewardOnly'
  return { kind, reward, score }
}

/** At most this is a poor grade, of 1. */
const poor = 0.5

/**
 * The answer that fools the reward model best: of those that the graders find
 * poor the one with the largest reward, where that is more than answers earn on
 * average.
 */
export function flatterer(shown: readonly Attempt[]): (Attempt & { grade: number }) | undefined {
  const mean = shown.reduce((sum, a) => sum + a.reward, 0) / Math.max(1, shown.length)
  let best: (Attempt & { grade: number }) | undefined
  for (const a of shown) {
    if (a.grade === undefined || a.grade > poor || a.text.trim() === '' || a.reward <= mean)
      continue
    if (!best || a.reward > best.reward) best = { ...a, grade: a.grade }
  }
  return best
}
