import type {
  Candidate,
  ImportedLabels,
  Label,
  Labels,
  OutsideJudge,
  Problem,
  Simulated,
} from '../engine/messages'
import { browserModel } from './browserModel'
import { checkpoints } from './checkpoints.svelte'
import { data } from './data.svelte'
import { engine } from './engine.svelte'
import { saveFile } from './files'
import { exercised } from './exercises.svelte'
import { comparison, switched, type Judge } from './versus'

/** Who may label: a judge that was trained here, the server's endpoint, the browser's own model. */
export type JudgeKind = 'own' | 'endpoint' | 'browser'

/** Pairs that go to a judge at a time: one of the page's own is opened once, one that is asked from afar may take long for each. */
const atOnce = { own: 512, endpoint: 2, browser: 2 } as const
/** Pairs that are made for a judge at a time. */
const written = { own: 512, endpoint: 16, browser: 16 } as const
const ahead = 8 // pairs fetched at once
const low = 3 // fewer that wait are too few: the model is opened while they are looked at
const repeatEvery = 8 // one of so many pairs is shown again, the other way round

/** What the engine tells the progress of, by its names. */
export interface Work {
  what: 'candidates' | 'judging' | 'simulating'
  done: number
}

/** Labels and the pairs that wait for one. */
class LabelDesk {
  labels = $state.raw<Label[]>([])
  counts = $state.raw<Pick<Labels, 'self' | 'judges' | 'damaged'>>()
  /** Pairs that wait, the first of them on the table. */
  waiting = $state.raw<Candidate[]>([])
  checkpoint = $state('')
  fetching = $state(false)
  judging = $state(false)
  simulating = $state(false)
  /** What simulated people have come to at last. */
  simulated = $state.raw<Simulated>()
  /** What takes its time just now, and how much of it is done, 0 to 1. */
  work = $state.raw<Work>()
  /** Pairs of the last judging that its judge could not read at once. */
  tooLong = $state(0)
  /** Pairs of the last judging on which its judge said nothing clear. */
  unclear = $state(0)
  /** By judge, comparisons on which it said nothing clear in this visit: the others are asked before them. */
  readonly passed = new Map<string, Set<string>>()
  /** Why nothing can be shown, or why the judge stopped. */
  problem = $state.raw<Problem>()
  /** What the server says of its judge; undefined until it was asked. */
  outside = $state.raw<OutsideJudge>()
  /** A judge outside to which sending was agreed in this visit; host '' is the browser's own. */
  agreed = $state.raw<{ model: string; host: string }>()
  /** Labels as they were before the last judging, by ID. */
  before = $state.raw<ReadonlyMap<string, Label>>(new Map())

  #next = 0
  /** Orders the questions: another visit, with other labels, asks others. */
  #seed = 1
  /** IDs of this visit's clicks, for undo. */
  #done: { id: string; pair: Candidate }[] = []
  #stop = false
  /** Which part of the work the engine is telling of, first and length. */
  #part: [number, number] = [0, 1]

  constructor() {
    engine.client.on('progress', (e) => {
      if (e.what !== this.work?.what || this.fetching) return
      const [from, length] = this.#part
      this.work = { ...this.work, done: from + length * e.done }
    })
    engine.client.on('judge.asked', (e) => {
      void browserModel
        .answer(e.turns ?? [])
        .then((reply) => engine.client.call('judge.answer', { ask: e.ask, text: '', ...reply }))
    })
  }

  get pair(): Candidate | undefined {
    return this.waiting[0]
  }

  get short(): boolean {
    return this.waiting.length < low
  }

  /** Somebody labels in the learner's place. */
  get busy(): boolean {
    return this.judging || this.simulating
  }

  get undoable(): boolean {
    return this.#done.length > 0
  }

  async reload(): Promise<void> {
    const { labels, ...counts } = await engine.client.call('labels.list', {})
    this.labels = labels ?? []
    this.counts = counts
  }

  /** Takes another model's answers. */
  choose(checkpoint: string): void {
    if (checkpoint === this.checkpoint) return
    this.checkpoint = checkpoint
    this.waiting = []
    this.#next = 0
    this.#seed = this.labels.length + 1
    this.#done = []
    this.problem = undefined
  }

  /** The town to ask about: '' for the model's own, else the page's. */
  async #town(): Promise<string> {
    const model = checkpoints.list.find((c) => c.id === this.checkpoint)
    if (model?.dataset_id?.startsWith('town:')) return ''
    const dataset = await data.ensureDataset()
    return dataset.kind === 'town' ? dataset.id : ''
  }

  async #candidates(count: number, repeat: number): Promise<Candidate[]> {
    const answer = await engine.client.call('labels.candidates', {
      checkpoint: this.checkpoint,
      dataset: await this.#town(),
      count,
      from: this.#next,
      seed: this.#seed,
      repeat,
    })
    this.#next = answer.next
    return answer.candidates ?? []
  }

  /** Sees to it that pairs are waiting. */
  async fetch(): Promise<void> {
    if (this.fetching || !this.short || !this.checkpoint) return
    this.fetching = true
    const of = this.checkpoint
    try {
      const more = await this.#candidates(ahead, repeatEvery)
      if (of === this.checkpoint) this.waiting = [...this.waiting, ...more]
    } finally {
      this.fetching = false
    }
  }

  /** Keeps a click: 1, A is better; 0, B is. */
  async label(p: 0 | 1): Promise<void> {
    const pair = this.pair
    if (!pair) return
    this.waiting = this.waiting.slice(1)
    try {
      const label = await engine.client.call('labels.add', { candidate: pair, p, who: 'click' })
      this.#done.push({ id: label.id, pair })
    } catch (error) {
      this.waiting = [pair, ...this.waiting] // not kept, so not done
      throw error
    }
    await this.reload()
  }

  skip(): void {
    this.waiting = this.waiting.slice(1)
  }

  /** Takes the last click of this visit back and puts its pair on the table. */
  async undo(): Promise<void> {
    const last = this.#done.at(-1)
    if (!last) return
    await engine.client.call('labels.drop', { labels: [last.id] })
    this.#done.pop()
    this.waiting = [last.pair, ...this.waiting]
    await this.reload()
  }

  async askForJudge(): Promise<OutsideJudge> {
    return (this.outside = await engine.client.call('judge', {}))
  }

  /** Has these pairs labelled, then so many new ones, a few at a time, until done, stopped or in trouble. */
  async judge(
    kind: JudgeKind,
    judge: Judge,
    pairs: readonly Candidate[],
    more: number,
    principles: string[],
    free: string[],
  ) {
    this.judging = true
    this.#stop = false
    this.problem = undefined
    this.tooLong = 0
    this.unclear = 0
    this.before = new Map(this.labels.map((l) => [l.id, l]))
    const total = pairs.length + more
    let queue = [...pairs]
    try {
      for (let done = 0, left = more; (queue.length > 0 || left > 0) && !this.#stop;) {
        if (left > 0 && (queue.length === 0 || kind === 'own')) {
          this.#begin('candidates')
          const wanted = Math.min(left, written[kind])
          const found = await this.#candidates(wanted, 0)
          queue = [...queue, ...found]
          left = found.length < wanted ? 0 : left - wanted // a model may have no more to say
          continue
        }
        const now = queue.slice(0, atOnce[kind])
        this.#begin('judging', done / total, now.length / total)
        const judged = await engine.client.call('labels.judge', {
          judge: judge.id ?? kind,
          name: judge.name,
          dataset: await this.#town(),
          candidates: now,
          principles,
          free,
        })
        await this.reload()
        this.tooLong += judged.too_long
        this.unclear += judged.unclear.length
        const unclear = judged.unclear
          .flatMap((i) => now[i] ?? [])
          .map((pair) => comparison(pair).key)
        this.passed.set(judge.name, new Set([...(this.passed.get(judge.name) ?? []), ...unclear]))
        if (judged.problem) {
          this.problem = judged.problem
          return
        }
        queue = queue.slice(now.length)
        done += now.length
      }
      if (kind === 'own') this.#tried(judge, principles)
    } finally {
      this.judging = false
      this.work = undefined
    }
  }

  /** A principle was switched and the same judged again: an attempt at the judge's exercise. */
  #tried(judge: Judge, principles: string[]): void {
    const found = switched(this.before, this.labels, judge)
    if (found.of === 0) return
    exercised.add({
      stage: 'judge',
      exercise: 'switched',
      given: { kind: 'challenge', settings: Object.fromEntries(principles.map((p) => [p, 1])) },
      shown: {
        right: found.changed > 0,
        truth: found.changed,
        found: { ...found, principles: principles.length },
        run: '',
        at: Date.now(),
      },
    })
  }

  /** Has simulated people compare the model's answers to so many questions, until done or stopped. */
  async simulate(questions: number): Promise<void> {
    this.simulating = true
    this.simulated = undefined
    this.#begin('simulating')
    try {
      this.simulated = await engine.client.call('labels.simulate', {
        checkpoint: this.checkpoint,
        dataset: await this.#town(),
        questions,
        seed: this.labels.length + 1, // other answers than those of the last time
      })
    } finally {
      this.simulating = false
      this.work = undefined
      await this.reload() // what was compared before a failure is kept
    }
  }

  #begin(what: Work['what'], from = 0, length = 1): void {
    this.#part = [from, length]
    this.work = { what, done: from }
  }

  /** Ends the work once the engine has finished what it is at; what was labelled stays. */
  async stop(): Promise<void> {
    this.#stop = true
    await engine.client.call('labels.stop', {})
  }

  async export(): Promise<Uint8Array> {
    const { bytes } = await engine.client.callForBytes('labels.export', {})
    return bytes ?? new Uint8Array()
  }

  async download(): Promise<void> {
    saveFile(await this.export(), 'labels.jsonl')
  }

  async import(name: string, bytes: Uint8Array): Promise<ImportedLabels> {
    const result = await engine.client.call('labels.import', { name }, bytes)
    await this.reload()
    return result
  }
}

export const desk = new LabelDesk()
