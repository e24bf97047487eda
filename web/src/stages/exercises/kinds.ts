// An exercise is answered before the learner's run shows the truth, and is
// judged by that run: what is right is computed from its data, never kept here.
import type {
  CommandName,
  CommandOf,
  Merge,
  Metrics,
  ResultOf,
  RunInfo,
  TokenizerInfo,
} from '../../engine/messages'
import type { StageName } from '../list'

export type ExerciseStage = 'tokenizer' | 'pretrain' | StageName

/** Values that a sentence names, by their placeholders. */
export type Values = Record<string, number | string>
/** How a value is written; without one it gets about three digits. */
export type Format = 'whole' | 'fixed2' | 'fixed3' | 'percent'

/** What an exercise can be judged by. */
export interface Scene {
  /** The stage's own run, in progress or over. */
  info: RunInfo | undefined
  metrics: readonly Metrics[]
  /** The run came to its end, or was stopped by hand. */
  over: boolean
  stopped: boolean
  /** What the tokenizer has learned. */
  merges: readonly Merge[]
  tokenizer: TokenizerInfo | undefined
  /** A piece of the text that is learned from. */
  text: string
  /** The checkpoint that the next run begins with, and its settings. */
  parent: string
  params: Record<string, number>
  lessons: string | undefined
  seed: number
  /** How often the exercise was done, for one that asks something new each time. */
  round: number
  call: <K extends CommandName>(type: K, command: CommandOf<K>) => Promise<ResultOf<K>>
}

/** The truth, and what the sentence behind it names. */
export interface Truth<T> {
  value: T
  found: Values
}

/**
 * Of the sentences that a catalogue has by outcome, the one behind a truth: its
 * own, else the one of what was measured (a quantity that a curve shows).
 */
export const outcomeOf = (exercise: Exercise, truth: string | number): string =>
  exercise.kind === 'curve' ? exercise.quantity : String(truth)

/** Undefined as long as the data do not tell, or where they never will. */
type Told<T> = Truth<T> | undefined | Promise<Truth<T> | undefined>

interface Base {
  /** Names the exercise in the catalogues and in what is kept. */
  id: string
  /** When the truth is known: at once, with the first step, or at the run's end. */
  when: 'now' | 'first' | 'end'
  /** What question and title name. */
  given?: (scene: Scene) => Values
  show?: Record<string, Format>
}

/** One of several answers. */
export interface Choice extends Base {
  kind: 'choice'
  /** Keys of the catalogue, or answers in their own words. */
  options: readonly string[] | ((scene: Scene) => readonly { key: string; text: string }[])
  truth: (scene: Scene) => Told<string>
  /** It asks something else each time. */
  again?: boolean
}

/** A number is predicted. */
export interface Prediction extends Base {
  kind: 'number'
  unit: 'percent' | 'nats' | 'steps'
  /** Both ends of what can be given, in the unit shown (percent: 0 … 100). */
  range: (scene: Scene) => { min: number; max: number; step: number }
  /** In the unit shown. */
  truth: (scene: Scene) => Told<number>
  near: (guess: number, truth: number, scene: Scene) => boolean
}

/** A curve is drawn before the run. */
export interface Curve extends Base {
  kind: 'curve'
  /** What is drawn: the value of a step, undefined where it has none. */
  value: (m: Metrics) => number | undefined
  /** Names the quantity in the catalogue. */
  quantity: 'heldOut' | 'score'
  /** The highest value that can be drawn. */
  top: (scene: Scene) => number
}

/** Something to reach by one's own settings, over several runs. */
export interface Challenge extends Base {
  kind: 'challenge'
  /** What a run came to: its figures, how good it is, and whether that is enough. */
  attempt: (scene: Scene) => Attempt | undefined | Promise<Attempt | undefined>
  /** Measuring takes a while: it begins with a click, not with the run's end. */
  weighed?: boolean
  /** It is done in another room, which notes the attempts itself. */
  room?: 'label'
}

export interface Attempt {
  found: Values
  /** The larger, the better; only those that reach the goal are compared. */
  merit: number
  reached: boolean
}

/**
 * Exercises without a truth: a record is kept, and a better one takes its place.
 * What it was reached with is the learner's own and stays in this browser.
 */
export const records: readonly string[] = ['costliest']

export type Exercise = Choice | Prediction | Curve | Challenge

// Reading a run.

export const first = (s: Scene): Metrics | undefined =>
  s.metrics[0]?.step === 1 ? s.metrics[0] : undefined

/** Values of a measure, in order, where it was taken. */
export function measured(s: Scene, name: string): { step: number; value: number }[] {
  return s.metrics.flatMap((m) => {
    const value = m.measures?.[name]
    return value === undefined ? [] : [{ step: m.step, value }]
  })
}

export const heldOut = (s: Scene): { step: number; value: number }[] =>
  s.metrics.flatMap((m) =>
    m.held_out_loss === undefined ? [] : [{ step: m.step, value: m.held_out_loss }],
  )

/** Where a measure began and where it ended, means over a tenth of the run at either end. */
export function ends(s: Scene, name: string): { from: number; to: number } | undefined {
  const all = measured(s, name)
  const n = Math.max(1, Math.floor(all.length / 10))
  if (all.length < 2) return undefined
  const mean = (part: typeof all) => part.reduce((sum, x) => sum + x.value, 0) / part.length
  return { from: mean(all.slice(0, n)), to: mean(all.slice(-n)) }
}

/** The last value of a measure. */
export const last = (s: Scene, name: string): number | undefined => measured(s, name).at(-1)?.value

/** "rises", "falls" or "stays": beyond a tolerance. */
export const direction = (
  from: number,
  to: number,
  tolerance: number,
): 'rises' | 'falls' | 'stays' =>
  to - from > tolerance ? 'rises' : from - to > tolerance ? 'falls' : 'stays'

/** The entropy of a coin that falls on one side with probability p, in nats. */
export const coin = (p: number): number =>
  p <= 0 || p >= 1 ? 0 : -p * Math.log(p) - (1 - p) * Math.log(1 - p)

/** A loss on held-out data, to be drawn. */
export const lossCurve = (id: string, top: (scene: Scene) => number): Curve => ({
  id,
  kind: 'curve',
  when: 'end',
  quantity: 'heldOut',
  value: (m) => m.held_out_loss,
  top,
})

/** The graders' score of what the model answers, to be drawn. */
export const scoreCurve = (id: string): Curve => ({
  id,
  kind: 'curve',
  when: 'end',
  quantity: 'score',
  value: (m) => m.measures?.['score'] ?? m.measures?.['reward'],
  top: () => 1,
})

/** A share at the end of a run, to be predicted within some points. */
export const shareAtEnd = (id: string, measure: string, points: number): Prediction => ({
  id,
  kind: 'number',
  when: 'end',
  unit: 'percent',
  range: () => ({ min: 0, max: 100, step: 1 }),
  truth: (s) => {
    const value = last(s, measure)
    const begin = measured(s, measure)[0]?.value
    return value === undefined
      ? undefined
      : { value: value * 100, found: { share: value, from: begin ?? value } }
  },
  near: (guess, truth) => Math.abs(guess - truth) <= points,
  show: { share: 'percent', from: 'percent' },
})

/** Whether a measure rises or falls over a run. */
export const trend = (id: string, measure: string, tolerance: number, format: Format): Choice => ({
  id,
  kind: 'choice',
  when: 'end',
  options: ['rises', 'stays', 'falls'],
  truth: (s) => {
    const e = ends(s, measure)
    return e && { value: direction(e.from, e.to, tolerance), found: { from: e.from, to: e.to } }
  },
  show: { from: format, to: format },
})
