import type { Dataset, Param, Preset } from '../engine/messages'
import { checkpoints } from './checkpoints.svelte'
import { pace, taste } from './pace.svelte'
import { computing, run } from './run.svelte'

/** What the reader chose for a stage's next run: size, seed, and the parameters that differ from their defaults. */
export class Setup {
  preset = $state('sprout')
  seed = $state(1)
  changed = $state.raw<Record<string, number>>({})

  constructor(readonly stage: string) {}

  /** The size of the model, on which the defaults depend. */
  get size(): Preset | undefined {
    return run.presets.find((p) => p.name === this.preset)
  }

  /** The parameters of the stage, with the defaults that suit the chosen size. */
  params(): Param[] {
    const params = this.#usual()
    if (!pace.brief) return params
    const few = taste(params)
    return params.map((p) => ({ ...p, default: few[p.key] ?? p.default }))
  }

  #usual(): Param[] {
    const own = this.size?.defaults[this.stage]
    const params = run.stages.find((s) => s.name === this.stage)?.params ?? []
    return params.map((p) => ({ ...p, default: own?.[p.key] ?? p.default }))
  }

  /** The settings that a run is started with, apart from the engine's defaults. */
  given(): Record<string, number> {
    return { ...(pace.brief ? taste(this.#usual()) : {}), ...this.changed }
  }

  value(param: Param): number {
    return this.changed[param.key] ?? param.default
  }

  set(param: Param, value: number): void {
    const { [param.key]: _, ...others } = this.changed
    this.changed = value === param.default ? others : { ...others, [param.key]: value }
  }

  /** Takes preset, seed and parameters from an address. */
  fromQuery(query: URLSearchParams): void {
    if (query.get('pace') === 'taste') choosePace(true)
    this.preset = query.get('preset') ?? this.preset
    run.on = computing.find((c) => c === query.get('compute')) ?? run.on
    const seed = query.get('seed')
    if (seed !== null && /^\d{1,9}$/.test(seed)) this.seed = Number(seed)
    for (const param of this.params()) {
      const value = Number(query.get(param.key) ?? NaN)
      if (value >= param.min && value <= param.max) this.set(param, value)
    }
  }

  toQuery(): Record<string, string | number | undefined> {
    const out: Record<string, string | number | undefined> = {
      preset: this.preset,
      seed: this.seed,
      pace: pace.brief ? 'taste' : undefined,
      compute: run.on === 'auto' ? undefined : run.on,
    }
    for (const param of this.params()) out[param.key] = this.changed[param.key]
    return out
  }
}

/** A stage that goes on from checkpoints, which bring size, text and tokenizer. */
export class StageSetup extends Setup {
  /** Ids of checkpoints, empty for none. */
  parent = $state('')
  teacher = $state('')
  reward = $state('')
  /** The reader's own conversations or preferences, and whether to use them. */
  lessons = $state.raw<Dataset>()
  own = $state(false)

  override get size(): Preset | undefined {
    const from = this.parent || this.teacher
    const preset =
      from === 'demo' ? 'seed' : checkpoints.list.find((c) => c.id === from)?.preset || 'sprout'
    return run.presets.find((p) => p.name === preset)
  }

  get lessonsId(): string | undefined {
    return this.own ? this.lessons?.id : undefined
  }

  takeLessons(lessons: Dataset | undefined): void {
    this.lessons = lessons
    this.own = lessons !== undefined
  }

  override fromQuery(query: URLSearchParams): void {
    super.fromQuery(query)
    this.begin(query)
  }

  /** Takes from an address the checkpoints to begin with, those that are here. */
  begin(query: URLSearchParams): void {
    const here = (id: string | null): id is string => checkpoints.list.some((c) => c.id === id)
    for (const role of ['parent', 'teacher', 'reward'] as const) {
      const id = query.get(role)
      if (here(id) || (role === 'parent' && id === 'demo')) this[role] = id
    }
  }

  override toQuery(): Record<string, string | number | undefined> {
    return {
      ...super.toQuery(),
      preset: undefined,
      parent: this.parent || undefined,
      teacher: this.teacher || undefined,
      reward: this.reward || undefined,
    }
  }
}

/** The choices for pretraining. */
export const setup = new Setup('pretrain')

const setups: Record<string, StageSetup> = {}

/** The choices for a later stage, kept while the tab lives. */
export const stageSetup = (stage: string): StageSetup => (setups[stage] ??= new StageSetup(stage))

/** Chooses how long runs last; a taste is one of the smallest model. */
export function choosePace(brief: boolean): void {
  if (pace.brief === brief) return
  pace.brief = brief
  setup.preset = brief ? 'seed' : 'sprout'
}
