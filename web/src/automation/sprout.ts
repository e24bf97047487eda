// globalThis.sprout: the page without clicks, for tests, teachers and the
// curious. docs/AUTOMATION.md describes it; it does nothing that the page's own
// buttons cannot do, and what it does shows on the page.
import type { EventName, EventOf, Sampled, TokenEvent } from '../engine/messages'
import { checkpoints } from '../state/checkpoints.svelte'
import { data, type TokenizerKind } from '../state/data.svelte'
import { engine } from '../state/engine.svelte'
import { look, type Look } from '../state/inspection'
import { desk } from '../state/labels.svelte'
import { pages, route } from '../state/route.svelte'
import { run, type Computing } from '../state/run.svelte'
import { setup } from '../state/setup.svelte'
import type { TownLanguage, TownSize } from '../state/town'

/** The town, an uploaded text, or the text in use where left out. */
export type DataChoice =
  | 'town'
  | { town: { seed?: number; size?: TownSize; lang?: TownLanguage } }
  | { name: string; text: string }
  | { name: string; bytes: Uint8Array }

export type TokenizerChoice = TokenizerKind | { kind: TokenizerKind; merges?: number }

export interface RunOptions {
  stage?: string
  preset?: string
  seed?: number
  data?: DataChoice
  tokenizer?: TokenizerChoice
  params?: Record<string, number>
  /** Short for params.steps. */
  steps?: number
  /** Checkpoints: the one to go on from, the reward model, the teacher. */
  parent?: string
  reward?: string
  teacher?: string
  /** Conversations or preferences of one's own, as JSON Lines. */
  lessons?: { name: string; text: string }
  /** A checkpoint to go on from; all other options then come from it. */
  resume?: string
  /** Waits for step() or resume(). */
  paused?: boolean
  /** How many cores compute; 0, or left out: as many as are fastest. No number depends on it. */
  workers?: number
  /** What computes: "auto", or left out: as chosen on the page. */
  compute?: Computing
}

export interface SampleOptions {
  checkpoint?: string
  /** Id of an adapter to put on the model, or "none". */
  adapter?: string
  /** The prompt is said by the user, and the model answers. */
  chat?: boolean
  prompt?: string
  maxTokens?: number
  temperature?: number
  topK?: number
  topP?: number
  seed?: number
  onToken?: (token: TokenEvent) => void
}

export interface JourneyOptions {
  /** "quick", which the aims are for, or "tiny", which learns next to nothing in seconds. */
  preset?: string
  seed?: number
  /** So many journeys, from as many seeds; the report holds medians. */
  seeds?: number
  /** Steps to make, with those that they need; all where left out. */
  only?: string[]
  /** Settings over the preset's: {'sft.steps': 200}. */
  set?: Record<string, number>
  workers?: number
  /** As for a run. */
  compute?: Computing
}

export interface SimulateOptions {
  checkpoint?: string
  /** 1 to 1024, each answered eight times. */
  questions: number
}

export interface InspectOptions {
  checkpoint?: string
  text: string
  /** The text is said by the user, and the model is about to answer. */
  chat?: boolean
}

let nextStream = 1_000_000 // apart from the page's own streams

async function choose(
  choice: DataChoice | undefined,
  tokenizer: TokenizerChoice | undefined,
): Promise<void> {
  if (choice === 'town') choice = { town: {} }
  if (choice && 'town' in choice) {
    data.source = 'town'
    data.size = choice.town.size ?? 'quick'
    data.language = choice.town.lang ?? 'both'
    data.townSeed = choice.town.seed ?? 1
  } else if (choice) {
    const bytes = 'text' in choice ? new TextEncoder().encode(choice.text) : choice.bytes
    await data.upload(new File([bytes as Uint8Array<ArrayBuffer>], choice.name))
  }
  if (typeof tokenizer === 'string') tokenizer = { kind: tokenizer }
  if (tokenizer) {
    data.kind = tokenizer.kind
    if (tokenizer.merges !== undefined) data.merges = tokenizer.merges
  }
}

/** Starts on checkpoints, which bring text and tokenizer unless others are named. */
async function startFrom(options: RunOptions) {
  const { parent, reward, teacher, paused } = options
  const lessons = options.lessons
    ? await data.read(new File([options.lessons.text], options.lessons.name))
    : undefined
  await choose(options.data, options.tokenizer)
  return run.startFrom({
    stage: options.stage ?? 'pretrain',
    preset: options.preset ?? '',
    seed: options.seed ?? 1,
    params: {
      ...options.params,
      ...(options.steps === undefined ? {} : { steps: options.steps }),
    },
    ...(options.data === undefined ? {} : { dataset: (await data.ensureDataset()).id }),
    ...(options.tokenizer === undefined ? {} : { tokenizer: (await data.ensureTokenizer()).id }),
    ...(lessons ? { lessons: lessons.id } : {}),
    ...(parent === undefined ? {} : { parent }),
    ...(reward === undefined ? {} : { reward }),
    ...(teacher === undefined ? {} : { teacher }),
    ...(paused ? { paused } : {}),
  })
}

/** Resolves with how the run ended: "done", "stopped" or "failed". */
function ended(): Promise<string> {
  return new Promise((resolve) => {
    const look = () => {
      if (run.active) return
      off()
      resolve(run.phase)
    }
    const off = run.onPhase(look)
    look()
  })
}

const surface = {
  /** The rooms of the page: `#/<name>` leads to each; "home" is `#/`. */
  pages,
  /** Resolves once the engine listens. */
  ready: engine.started,

  /** What the page knows just now, as plain values. */
  state: () => ({
    page: route.page,
    engine: engine.status,
    writer: engine.writer,
    storage: engine.storage,
    dataset: data.dataset,
    tokenizer: data.tokenizer,
    run: run.info,
    phase: run.phase,
    step: run.step,
    metrics: [...run.metrics],
    samples: run.samples,
    workers: run.workers,
    compute: run.compute,
    problems: engine.problems.map((p) => p.problem),
    resumable: engine.offer?.checkpoint,
  }),

  /** Starts a run, preparing text and tokenizer first. `done` resolves at its end. */
  async run(options: RunOptions = {}) {
    await engine.started
    if (run.stages.length === 0) await run.loadStages()
    run.wanted = options.workers ?? run.wanted
    run.on = options.compute ?? run.on
    if (options.resume !== undefined) {
      const list = await checkpoints.reload()
      const checkpoint = list.find((c) => c.id === options.resume)
      if (!checkpoint) throw new Error(`no checkpoint ${options.resume}`)
      const info = await run.resumeFrom(checkpoint, options.paused ? { paused: true } : {})
      return { info, done: ended() }
    }
    if (options.parent !== undefined || options.teacher !== undefined) {
      const info = await startFrom(options)
      return { info, done: ended() }
    }
    await choose(options.data, options.tokenizer)
    const params = {
      ...options.params,
      ...(options.steps === undefined ? {} : { steps: options.steps }),
    }
    setup.preset = options.preset ?? setup.preset
    setup.seed = options.seed ?? setup.seed
    setup.changed = params
    const info = await run.start({
      stage: options.stage ?? 'pretrain',
      preset: setup.preset,
      seed: setup.seed,
      params,
      ...(options.paused ? { paused: true } : {}),
    })
    return { info, done: ended() }
  },
  pause: () => run.control('pause'),
  resume: () => run.control('resume'),
  step: () => run.control('step'),
  stop: () => run.control('stop'),
  /** Saves a checkpoint now. */
  save: () => run.control('save'),
  /** From the next step on so many cores compute; 0: as many as are fastest. */
  workers: (count: number) => run.setWorkers(count),
  /** From the next step on this computes: "workers", "gpu", or "auto", which measures. */
  compute: (on: Computing) => run.setCompute(on),

  /** Writes text. Without a checkpoint: the run in progress, else the shipped one. */
  async sample(options: SampleOptions = {}): Promise<Sampled> {
    await engine.started
    const stream = nextStream++
    const off = engine.client.on('token', (e) => {
      if (e.stream === stream) options.onToken?.(e)
    })
    try {
      return await engine.client.call('sample', {
        checkpoint: options.checkpoint ?? (run.info ? 'live' : 'demo'),
        prompt: options.prompt ?? '',
        max_tokens: options.maxTokens ?? 64,
        temperature: options.temperature ?? 0.8,
        top_k: options.topK ?? 0,
        top_p: options.topP ?? 1,
        seed: options.seed ?? 1,
        stream,
        ...(options.adapter === undefined ? {} : { adapter: options.adapter }),
        ...(options.chat ? { chat: true } : {}),
      })
    } finally {
      off()
    }
  },

  /** Asks models the same questions at temperature 0: held-out ones unless some are given. */
  ask: (models: string[], questions: string[] = []) =>
    engine.client.call('ask', { checkpoints: models, dataset: '', questions, max_tokens: 0 }),

  /** What a reward model, or the live one, gives for answers to a question. */
  score: (checkpoint: string, question: string, answers: string[]) =>
    engine.client.call('score', { checkpoint, question, answers, tokens: true, among: true }),

  /** What a model makes of a text: losses, logits, attention, what every layer would say. */
  inspect: ({ checkpoint, text, chat = false }: InspectOptions): Promise<Look> =>
    look({
      checkpoint: checkpoint ?? (run.info ? 'live' : 'demo'),
      text,
      attention: true,
      lens: true,
      chat,
    }),

  checkpoints: {
    list: () => checkpoints.reload(),
    rename: (id: string, name: string) => checkpoints.rename(id, name),
    delete: (id: string) => checkpoints.remove(id),
    /** The bytes of one .safetensors file. */
    export: (id: string) => checkpoints.export(id),
    import: (name: string, bytes: Uint8Array) => checkpoints.import(name, bytes),
    /** Makes a whole model of an adapter and the model under it. */
    merge: (id: string, name: string) =>
      engine.client.call('checkpoints.merge', { checkpoint: id, name }),
    history: (id: string) => engine.client.call('checkpoints.history', { checkpoint: id }),
  },

  labels: {
    list: () => engine.client.call('labels.list', {}),
    /** One JSONL file of preferences. */
    export: () => desk.export(),
    import: (name: string, bytes: Uint8Array) => desk.import(name, bytes),
    /** Simulated people compare a model's answers to so many questions; the newest model's unless one is named. */
    async simulate({ checkpoint, questions }: SimulateOptions) {
      await desk.reload()
      const models = (await checkpoints.reload()).filter((c) => c.writes)
      desk.choose(checkpoint ?? models[0]?.id ?? '')
      await desk.simulate(questions)
      return desk.simulated
    },
    /** Ends what judges or simulated people are at; what they have said stays. */
    stop: () => desk.stop(),
  },

  /** Measures a checkpoint on held-out text: the one in use, or the chosen one. */
  async evaluate(checkpoint: string, choice?: DataChoice) {
    await choose(choice, undefined)
    const dataset = await data.ensureDataset()
    return engine.client.call('evaluate', { checkpoint, dataset: dataset.id })
  },

  /** Cuts a text into tokens with the tokenizer in use, trained first where needed. */
  async encode(
    text: string,
    options: { data?: DataChoice; tokenizer?: TokenizerChoice; merges?: number } = {},
  ) {
    await engine.started
    await choose(options.data, options.tokenizer)
    const tokenizer = await data.ensureTokenizer()
    return data.encode(tokenizer.id, text, options.merges)
  },

  journey: {
    /** All stages by themselves, from nothing. Resolves at the end with the report. */
    async walk(options: JourneyOptions = {}): Promise<unknown> {
      await engine.started
      const { bytes } = await engine.client.callForBytes('journey', {
        preset: options.preset ?? 'quick',
        seed: options.seed ?? 1,
        seeds: options.seeds ?? 1,
        only: options.only ?? [],
        set: options.set ?? {},
        workers: options.workers ?? 0,
        compute: options.compute ?? run.on,
      })
      return JSON.parse(new TextDecoder().decode(bytes))
    },
    stop: () => engine.client.call('journey.stop', {}),
  },

  selftest: () => engine.client.call('selftest', {}),
  profile: () => engine.client.call('profile', {}),

  /** Listens to an event of the protocol; returns the way to stop. */
  on<K extends EventName>(event: K, listener: (event: EventOf<K>) => void): () => void {
    return engine.client.on(event, listener)
  },
}

export type Automation = typeof surface

export function installAutomation(): void {
  Object.assign(globalThis, { sprout: surface })
}
