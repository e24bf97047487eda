// The file that a learner hands in: what was run, how it went, and what was
// predicted. No weights, no text of the learner's own, and no name but the one
// that they choose.
import type { Metrics } from '../engine/messages'
import { isStage, stagePages } from '../stages/list'
import { thin, type Columns } from '../state/thin'
import type { Curve } from './statistics'

export const format = 'sprout-results'
export const version = 1

/** A run of a stage. */
export interface RunResult {
  run: string
  stage: string
  preset: string
  seed: number
  /** All settings that the run had. */
  settings: Record<string, number>
  step: number
  steps: number
  seconds: number
  /** Thinned: train_loss, held_out_loss, and every measure that was taken on the way. */
  curves: Record<string, Curve>
}

/** An answer to an exercise, with what the run then showed. */
export interface AnswerResult {
  exercise: string
  stage: string
  given:
    | { kind: 'choice'; key: string; text?: string }
    | { kind: 'number'; value: number }
    | { kind: 'curve'; measure?: string; curve?: Curve } // as it was drawn, over a curve of the run
    | { kind: 'challenge' }
  /** The truth was on the screen already. */
  late?: boolean
  shown?: { right: boolean; truth: string | number }
}

export interface Results {
  format: typeof format
  version: number
  /** Empty where the learner gave none. */
  name: string
  made: number // Unix ms
  runs: RunResult[]
  answers: AnswerResult[]
}

const round = (x: number) => Number(x.toPrecision(5))
const buckets = 40

/** What was drawn, which has few points. */
export const drawing = (points: readonly { step: number; value: number }[]): Curve => ({
  steps: points.map((p) => p.step),
  values: points.map((p) => round(p.value)),
})

/** A run's curves, thinned to some eighty points each. */
export function curvesOf(metrics: readonly Metrics[]): Record<string, Curve> {
  const out: Record<string, Curve> = {}
  const add = (key: string, value: (m: Metrics) => number | undefined) => {
    const rows = metrics.filter((m) => Number.isFinite(value(m)))
    if (rows.length === 0) return
    const columns: Columns = [rows.map((m) => m.step), rows.map((m) => value(m) as number)]
    const [steps, values] = thin(columns, buckets) as [number[], number[]]
    out[key] = { steps, values: values.map(round) }
  }
  add('train_loss', (m) => m.train_loss)
  add('held_out_loss', (m) => m.held_out_loss)
  add('recall', (m) => m.recall)
  for (const key of new Set(metrics.flatMap((m) => Object.keys(m.measures ?? {}))))
    add(key, (m) => m.measures?.[key])
  return out
}

/** Why a file cannot be used. */
export type Defect = 'notJSON' | 'otherFormat' | 'newer' | 'broken' | 'tooLarge'

/** The largest file that is read; a learner's is some tens of kilobytes. */
export const largest = 8 << 20 // bytes

const object = (x: unknown): x is Record<string, unknown> =>
  typeof x === 'object' && x !== null && !Array.isArray(x)
const number = (x: unknown): x is number => typeof x === 'number' && Number.isFinite(x)
const numbers = (x: unknown): x is number[] => Array.isArray(x) && x.every(number)

function isCurve(x: unknown): x is Curve {
  if (!object(x) || !numbers(x['steps']) || !numbers(x['values'])) return false
  const steps = x['steps']
  return (
    steps.length === x['values'].length && steps.every((s, i) => i === 0 || s > (steps[i - 1] ?? s))
  )
}

const isRun = (x: unknown): x is RunResult =>
  object(x) &&
  ['run', 'stage', 'preset'].every((key) => typeof x[key] === 'string') &&
  ['seed', 'step', 'steps', 'seconds'].every((key) => number(x[key])) &&
  object(x['settings']) &&
  Object.values(x['settings']).every(number) &&
  object(x['curves']) &&
  Object.values(x['curves']).every(isCurve)

function isAnswer(x: unknown): x is AnswerResult {
  if (!object(x) || typeof x['exercise'] !== 'string' || typeof x['stage'] !== 'string')
    return false
  const { given, shown } = x
  if (!object(given)) return false
  const fits =
    given['kind'] === 'choice'
      ? typeof given['key'] === 'string'
      : given['kind'] === 'number'
        ? number(given['value'])
        : given['kind'] === 'curve'
          ? given['curve'] === undefined ||
            (typeof given['measure'] === 'string' && isCurve(given['curve']))
          : given['kind'] === 'challenge'
  return fits && (shown === undefined || (object(shown) && typeof shown['right'] === 'boolean'))
}

/** Reads a file that somebody brought, and believes nothing of it. */
export function parseResults(text: string): Results | Defect {
  let x: unknown
  try {
    x = JSON.parse(text)
  } catch {
    return 'notJSON'
  }
  if (!object(x) || x['format'] !== format) return 'otherFormat'
  if (!number(x['version']) || x['version'] > version) return 'newer'
  const { runs, answers } = x
  const whole =
    Array.isArray(runs) && runs.every(isRun) && Array.isArray(answers) && answers.every(isAnswer)
  if (!whole || !number(x['made'])) return 'broken'
  const name = typeof x['name'] === 'string' ? x['name'].trim().slice(0, 80) : ''
  return { format, version, name, made: x['made'], runs, answers }
}

/** What a learner is called in a list: the name, else the file. */
export interface Learner {
  id: number
  file: string
  results: Results
}

/** Whether a file is another's newer state, or the very same: two learners may use one name. */
export const again = (a: Learner, b: Learner): boolean =>
  a.file === b.file &&
  (a.results.made === b.results.made ||
    a.results.runs.some(({ run }) => b.results.runs.some((r) => r.run === run)))

/** What each learner drew last over a curve of a stage, before seeing it. */
export function drawingsOf(
  learners: readonly Learner[],
  stage: string,
  measure: string,
): { learner: Learner; curve: Curve }[] {
  return learners.flatMap((learner) => {
    const given = learner.results.answers.findLast(
      ({ stage: s, given: g, late }) =>
        s === stage && !late && g.kind === 'curve' && g.curve && g.measure === measure,
    )?.given
    return given?.kind === 'curve' && given.curve ? [{ learner, curve: given.curve }] : []
  })
}

/** The newest run of a stage that each learner has, with the curve asked for. */
export function runsOf(
  learners: readonly Learner[],
  stage: string,
  measure: string,
): { learner: Learner; run: RunResult; curve: Curve }[] {
  return learners.flatMap((learner) => {
    const run = learner.results.runs.findLast((r) => r.stage === stage && r.curves[measure])
    const curve = run?.curves[measure]
    return run && curve ? [{ learner, run, curve }] : []
  })
}

/**
 * What tells most of how a run of a stage went. The loss of a policy says nothing
 * of its progress: what it earned does, and what the graders say of it.
 */
export const telling = (stage: string): readonly string[] =>
  isStage(stage) && stagePages[stage].reward ? ['reward', 'score'] : ['train_loss', 'held_out_loss']

/** How many of these runs are different: the same seed and settings give the same curve. */
export const different = (runs: readonly { run: RunResult }[]): number =>
  new Set(
    runs.map(({ run }) =>
      JSON.stringify([run.preset, run.seed, Object.entries(run.settings).sort(), run.step]),
    ),
  ).size

export interface Tally {
  stage: string
  exercise: string
  /** How many gave an answer in time, and whether the truth was shown to them. */
  n: number
  shown: number
  right: number
  late: number
  /** Of choices: the key, how it read, how often it was given; the commonest first. */
  choices: { key: string; text: string; count: number }[]
  /** Of numbers: those given, ascending. */
  numbers: number[]
}

/** What the class answered: each learner's newest answer to every exercise. */
export function tally(learners: readonly Learner[]): Tally[] {
  const out = new Map<string, Tally>()
  for (const { results } of learners) {
    const newest = new Map(results.answers.map((a) => [`${a.stage} ${a.exercise}`, a]))
    for (const [key, a] of newest) {
      let t = out.get(key)
      if (!t) {
        t = {
          stage: a.stage,
          exercise: a.exercise,
          n: 0,
          shown: 0,
          right: 0,
          late: 0,
          choices: [],
          numbers: [],
        }
        out.set(key, t)
      }
      if (a.late) {
        t.late++
        continue
      }
      t.n++
      if (a.shown) t.shown++
      if (a.shown?.right) t.right++
      if (a.given.kind === 'number') t.numbers.push(a.given.value)
      if (a.given.kind === 'choice') {
        const { key, text } = a.given
        const there = t.choices.find((c) => c.key === key)
        if (there) there.count++
        else t.choices.push({ key, text: text ?? key, count: 1 })
      }
    }
  }
  for (const t of out.values()) {
    t.choices.sort((a, b) => b.count - a.count)
    t.numbers.sort((a, b) => a - b)
  }
  return [...out.values()]
}
