// What the learner predicted, and what their own run then showed. It is kept in
// this browser and can travel in a file of results.
import type { ExerciseStage, Values } from '../stages/exercises/kinds'
import { read, write } from './kept'

/** A point of a drawn curve. */
export interface Point {
  step: number
  value: number
}

/** What was given before the reveal: a key, a number, a curve, or the settings of an attempt. */
export type Given =
  | { kind: 'choice'; key: string; text: string }
  | { kind: 'number'; value: number }
  | { kind: 'curve'; points: Point[] }
  | { kind: 'challenge'; settings: Record<string, number> }

/** What the run showed. */
export interface Shown {
  /** Whether the prediction held, or the goal was reached. */
  right: boolean
  /** The true option, number, or, of a curve, the mean distance from it. */
  truth: string | number
  found: Values
  /** The run that showed it; empty where none was needed. */
  run: string
  seed?: number
  preset?: string
  at: number // Unix ms
}

export interface ExerciseAnswer {
  exercise: string
  stage: ExerciseStage
  given: Given
  at: number // Unix ms
  /** A run had already shown the truth when the answer was given. */
  late?: boolean
  shown?: Shown
}

const key = 'exercises'
const most = 200 // older ones make room

/** Reads what was kept; anything else than a list of answers is none. */
export function parseAnswers(text: string | null): ExerciseAnswer[] {
  try {
    const all: unknown = JSON.parse(text ?? '[]')
    if (!Array.isArray(all)) return []
    return all.filter(
      (a): a is ExerciseAnswer =>
        typeof a === 'object' &&
        a !== null &&
        typeof (a as ExerciseAnswer).exercise === 'string' &&
        typeof (a as ExerciseAnswer).stage === 'string' &&
        typeof (a as ExerciseAnswer).given?.kind === 'string',
    )
  } catch {
    return []
  }
}

class Exercises {
  #all = $state.raw<readonly ExerciseAnswer[]>(parseAnswers(read(key)))

  /** All answers, oldest first. */
  answers(): readonly ExerciseAnswer[] {
    return this.#all
  }

  of(stage: ExerciseStage, exercise: string): ExerciseAnswer[] {
    return this.#all.filter((a) => a.stage === stage && a.exercise === exercise)
  }

  /** The newest answer to an exercise. */
  newest(stage: ExerciseStage, exercise: string): ExerciseAnswer | undefined {
    return this.#all.findLast((a) => a.stage === stage && a.exercise === exercise)
  }

  add(answer: Omit<ExerciseAnswer, 'at'>): void {
    this.#keep([...this.#all, { ...answer, at: Date.now() }])
  }

  /** Notes what the run showed to the newest answer. */
  show(stage: ExerciseStage, exercise: string, shown: Omit<Shown, 'at'>): void {
    const newest = this.newest(stage, exercise)
    if (!newest) return
    const revealed = { ...newest, shown: { ...shown, at: Date.now() } }
    this.#keep(this.#all.map((a) => (a === newest ? revealed : a)))
  }

  /** Replaces the newest answer while nothing was shown yet, as one draws on. */
  change(stage: ExerciseStage, exercise: string, given: Given): void {
    const newest = this.newest(stage, exercise)
    if (!newest || newest.shown) return this.add({ stage, exercise, given })
    this.#keep(this.#all.map((a) => (a === newest ? { ...a, given, at: Date.now() } : a)))
  }

  /** Takes the newest answer back while nothing was shown yet. */
  withdraw(stage: ExerciseStage, exercise: string): void {
    const newest = this.newest(stage, exercise)
    if (newest && !newest.shown) this.#keep(this.#all.filter((a) => a !== newest))
  }

  #keep(all: readonly ExerciseAnswer[]): void {
    this.#all = all.slice(-most)
    write(key, JSON.stringify(this.#all))
  }
}

export const exercised = new Exercises()

/** What a file of results carries: every answer with what the run then showed. */
export const answers = (): readonly ExerciseAnswer[] => exercised.answers()
