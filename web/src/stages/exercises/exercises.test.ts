import { describe, expect, test } from 'vitest'
import type { Metrics, RunInfo } from '../../engine/messages'
import en from '../../i18n/en'
import zh from '../../i18n/zh'
import { exercises } from '../exercises'
import {
  outcomeOf,
  records,
  type Challenge,
  type Choice,
  type ExerciseStage,
  type Prediction,
  type Scene,
} from './kinds'

const info = (params: Record<string, number> = {}, more: Partial<RunInfo> = {}): RunInfo =>
  ({
    run: 'r',
    seed: 1,
    preset: 'seed',
    params,
    vocab: 1000,
    ln_v: Math.log(1000),
    steps: 100,
    parameters: 1000,
    trained: 40,
    ...more,
  }) as RunInfo

const step = (
  step: number,
  loss: number,
  measures?: Record<string, number>,
  more: Partial<Metrics> = {},
): Metrics =>
  ({ step, train_loss: loss, grad_norm: 1, ...(measures ? { measures } : {}), ...more }) as Metrics

const scene = (metrics: Metrics[], more: Partial<Scene> = {}): Scene => ({
  info: info(),
  metrics,
  over: true,
  stopped: false,
  merges: [],
  tokenizer: undefined,
  text: '',
  parent: '',
  params: {},
  lessons: undefined,
  seed: 1,
  round: 0,
  call: () => Promise.reject(new Error('nothing is asked')),
  ...more,
})

function find<T>(stage: ExerciseStage, id: string): T {
  const found = exercises[stage].find((e) => e.id === id)
  if (!found) throw new Error(`${stage} has no exercise ${id}`)
  return found as T
}
const truth = async (stage: ExerciseStage, id: string, s: Scene) =>
  (await find<Choice | Prediction>(stage, id).truth(s))?.value

describe('words', () => {
  const words = en.exercises.of as Record<
    string,
    {
      title?: string
      task?: string
      answer?: string
      outcomes?: Record<string, string>
      options?: Record<string, string>
    }
  >
  test('every exercise has its sentences, and none is left over', () => {
    const ids = new Set(Object.values(exercises).flatMap((list) => list.map((e) => e.id)))
    for (const id of records) ids.add(id)
    expect(Object.keys(words).sort()).toEqual([...ids].sort())
    for (const list of Object.values(exercises))
      for (const e of list) {
        const { title, task, answer, outcomes } = words[e.id] ?? {}
        expect(title && task && (answer ?? outcomes), e.id).toBeTruthy()
        // Each outcome that the run can have finds a sentence.
        if (outcomes && !answer && e.kind === 'choice' && typeof e.options !== 'function')
          expect(Object.keys(outcomes).sort(), e.id).toEqual([...e.options].sort())
        if (outcomes && !answer && e.kind === 'curve')
          expect(outcomes[outcomeOf(e, 0.1)], e.id).toBeTruthy()
        if (e.kind === 'choice' && typeof e.options !== 'function')
          expect(Object.keys(words[e.id]?.options ?? {}).sort(), e.id).toEqual(
            [...e.options].sort(),
          )
      }
  })
  test('what a task bids to set is called as its slider is, in both languages', () => {
    for (const words of [en, zh]) {
      const { library } = words.paramNames
      expect(words.exercises.of.turn.task).toContain(library)
    }
  })
  test('every stage has three', () => {
    for (const [stage, list] of Object.entries(exercises)) {
      // The tokenizer's third is a word to be found, which is typed in.
      expect(list.length, stage).toBeGreaterThanOrEqual(stage === 'tokenizer' ? 2 : 3)
      expect(new Set(list.map((e) => e.id)).size, stage).toBe(list.length)
    }
  })
})

describe('truths come from the run', () => {
  test('the first loss is what the run began with, not ln V by decree', async () => {
    expect(await truth('pretrain', 'firstLoss', scene([step(1, 6.9)]))).toBe('lnV')
    expect(await truth('pretrain', 'firstLoss', scene([step(1, 0.9)]))).toBe('one')
    expect(await truth('pretrain', 'firstLoss', scene([step(7, 6.9)]))).toBeUndefined()
  })
  test('a run without facts does not say when they came', async () => {
    const run = (facts: number[]) =>
      scene(
        facts.map((recall, i) =>
          step(i * 10 + 1, 7 - i, undefined, { held_out_loss: 7 - Math.min(i, 2), recall }),
        ),
      )
    expect(await truth('pretrain', 'factsWhen', run([0.1, 0.1, 0.1, 0.1, 0.1]))).toBeUndefined()
    expect(await truth('pretrain', 'factsWhen', run([0.1, 0.1, 0.1, 0.1, 0.9]))).toBe('after')
    expect(await truth('pretrain', 'factsWhen', run([0.1, 0.9, 0.9, 0.9, 0.9]))).toBe('together')
  })
  test('stopping counts shortly after the turn and not before it', async () => {
    const challenge = find<Challenge>('pretrain', 'turn')
    const stop = async (losses: number[], stopped = true) =>
      (
        await challenge.attempt(
          scene(
            losses.map((l, i) => step(i, l, undefined, { held_out_loss: l })),
            { stopped },
          ),
        )
      )?.reached
    expect(await stop([5, 4, 3, 3.1])).toBe(true)
    expect(await stop([5, 4, 3, 2])).toBe(false)
    expect(await stop([5, 4, 3, 4, 5, 6, 7])).toBe(false)
    expect(await stop([5, 4, 3, 3.1], false)).toBe(false)
  })
  test('both answers may fall while the margin grows', async () => {
    const run = (w: number, l: number) =>
      scene([
        step(1, 0.69, { heldout_chosen: 0, heldout_rejected: 0 }),
        step(2, 0.5, { heldout_chosen: w, heldout_rejected: l }),
      ])
    expect(await truth('dpo', 'bothWays', run(-1, -4))).toBe('both_down')
    expect(await truth('dpo', 'bothWays', run(1, -4))).toBe('apart')
    expect(await truth('dpo', 'bothWays', run(2, 1))).toBe('both_up')
  })
  test('a doubtful label leaves a floor', async () => {
    const at = (loss: number) =>
      scene([step(1, 0.693), step(2, loss)], { info: info({ epsilon: 0.1 }) })
    expect(await truth('cdpo', 'doubtFloor', at(0.4))).toBe('entropy')
    expect(await truth('cdpo', 'doubtFloor', at(0.2))).toBe('zero')
    expect(await truth('cdpo', 'doubtFloor', at(0.8))).toBe('entropy')
  })
  test('the least of the trained numbers wins, and only in style', async () => {
    const challenge = find<Challenge>('lora', 'fewest')
    const of = async (style: number, trained: number) =>
      await challenge.attempt(
        scene([step(1, 3, { style_on: style })], { info: info({ rank: 2 }, { trained }) }),
      )
    expect((await of(0.95, 100))?.reached).toBe(true)
    expect((await of(0.5, 10))?.reached).toBe(false)
    expect((await of(0.95, 100))?.merit).toBeGreaterThan((await of(0.95, 200))?.merit ?? 0)
  })
  test('half of the merges is counted by the engine', async () => {
    const tokens = (n: number) => ({
      tokens: Array.from({ length: n }, (_, id) => ({ id, text: '', hex: '' })),
      bytes: 1,
      chars: 1,
    })
    const s = scene([], {
      text: 'x',
      tokenizer: { id: 't', merges: 100 } as never,
      call: ((_: string, c: { merges: number }) =>
        Promise.resolve(tokens(c.merges === 50 ? 14 : 10))) as never,
    })
    expect(await truth('tokenizer', 'halfMerges', s)).toBe('some')
  })
  test('the worst principle is the one with the smallest share', async () => {
    const s = scene([
      step(1, 1, {
        agreement_true: 0.6,
        agreement_honest: 0.7,
        agreement_brief: 0.99,
        agreement_friendly: 0.9,
        agreement_same_language: 1,
      }),
    ])
    expect(await truth('judge', 'hardest', s)).toBe('true')
  })
  test('a number counts within its tolerance', () => {
    const share = find<Prediction>('dpo', 'pairAccuracy')
    expect(share.near(80, 84, scene([]))).toBe(true)
    expect(share.near(80, 86, scene([]))).toBe(false)
  })
})
