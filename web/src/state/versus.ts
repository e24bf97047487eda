import type { Candidate, Label } from '../engine/messages'

/** A model that judges: a checkpoint by its id, since two may have one name, any other by its name. */
export interface Judge {
  id?: string | undefined
  name: string
}

/** Whether a label is a judge's own; those of before ids were kept go by the name alone. */
const says = (l: Label, judge: Judge): boolean =>
  l.who === 'judge' && (l.judge_id ? l.judge_id === judge.id : (l.judge ?? '') === judge.name)

/** A pair that a judge has labelled, beside what the learner says of it. */
export interface Row {
  /** The judge's label. */
  label: Label
  /** Probability that A is better, by the learner's last click; undefined where there is none. */
  you: number | undefined
  kind: 'differ' | 'agree' | 'alone'
}

const order = ['differ', 'agree', 'alone']

/** What is compared, whichever answer came first; flipped says that it was the later one. */
export function comparison(c: Candidate): { key: string; flipped: boolean } {
  const flipped = c.a > c.b
  const answers = flipped ? [c.b, c.a] : [c.a, c.b]
  return { key: JSON.stringify([c.before ?? [], c.question, ...answers]), flipped }
}

/** The last click on each comparison. */
function clicks(labels: readonly Label[]): Map<string, { label: Label; flipped: boolean }> {
  const last = new Map<string, { label: Label; flipped: boolean }>()
  for (const label of labels) {
    if (label.who !== 'click' || label.p === 0.5) continue
    const { key, flipped } = comparison(label)
    last.set(key, { label, flipped })
  }
  return last
}

/** What a judge has labelled: first where you differ, then where you agree, then what you have not compared. */
export function versus(labels: readonly Label[], judge: Judge): Row[] {
  const mine = clicks(labels)
  const rows = labels
    .filter((l) => says(l, judge))
    .map((label): Row => {
      const { key, flipped } = comparison(label)
      const click = mine.get(key)
      if (!click || label.p === 0.5) return { label, you: you(click, flipped), kind: 'alone' }
      const p = you(click, flipped) ?? 0
      return { label, you: p, kind: p > 0.5 === label.p > 0.5 ? 'agree' : 'differ' }
    })
  return rows.sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind))
}

const you = (click: { label: Label; flipped: boolean } | undefined, flipped: boolean) =>
  click && (click.flipped === flipped ? click.label.p : 1 - click.label.p)

/**
 * Clicked pairs on which a judge has not spoken under these principles, last those that it was
 * asked about and said nothing clear: it would say the same, and the others would never have a turn.
 */
export function unheard(
  labels: readonly Label[],
  judge: Judge,
  principles: string[],
  passed: ReadonlySet<string> = new Set(),
): Candidate[] {
  const rules = JSON.stringify(principles)
  const heard = new Set(
    labels
      .filter((l) => says(l, judge))
      .filter((l) => JSON.stringify(l.principles ?? []) === rules)
      .map((l) => comparison(l).key),
  )
  const left = [...clicks(labels)].filter(([key]) => !heard.has(key))
  left.sort(([a], [b]) => Number(passed.has(a)) - Number(passed.has(b)))
  return left.map(([, { label }]) => label)
}

const side = (p: number) => Math.sign(p - 0.5)

/**
 * What became of pairs that a judge has judged once more under other principles:
 * how many of them there are, and in how many another answer is the better one now.
 */
export function switched(
  before: ReadonlyMap<string, Label>,
  labels: readonly Label[],
  judge: Judge,
): { changed: number; of: number } {
  const again = labels.flatMap((l) => {
    const was = before.get(l.id)
    const other = was && JSON.stringify(was.principles) !== JSON.stringify(l.principles)
    return says(l, judge) && other && was.time !== l.time ? [[was, l] as const] : []
  })
  return {
    changed: again.filter(([was, l]) => side(was.p) !== side(l.p)).length,
    of: again.length,
  }
}
