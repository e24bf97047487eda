import type { Dataset, Param, Preset } from '../engine/messages'
import { Asked } from './address.svelte'
import { checkpoints } from './checkpoints.svelte'
import { data } from './data.svelte'
import { pace, taste } from './pace.svelte'
import { computing, run } from './run.svelte'

const seeds = { min: 0, max: 999_999_999, integer: true }

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

  /** Takes preset, seed and parameters from an address, and has the page say what it could not take. */
  fromQuery(query: URLSearchParams): void {
    const asked = new Asked(query)
    this.take(asked)
    asked.tell()
  }

  protected take(asked: Asked): void {
    if (asked.query.get('pace') === 'taste') choosePace(true)
    const presets = run.presets.map((p) => p.name)
    this.preset = asked.choice('preset', presets, this.preset) ?? this.preset
    run.on = asked.choice('compute', computing, run.on) ?? run.on
    this.seed = asked.number('seed', seeds, this.seed) ?? this.seed
    for (const param of this.params()) {
      if (!this.means(param, asked.query)) continue
      const value = asked.number(param.key, param, this.value(param))
      if (value !== undefined) this.set(param, value)
    }
  }

  /** Whether an address gives a value of the parameter. */
  protected means(param: Param, query: URLSearchParams): boolean {
    return query.has(param.key)
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

/** What a stage begins with beside its settings. */
const roles = ['parent', 'teacher', 'reward'] as const

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

  /** The checkpoints to begin with come first: the usual values are for their size. */
  protected override take(asked: Asked): void {
    for (const role of roles) {
      if (this.params().some((p) => p.key === role && this.means(p, asked.query))) continue
      const here = (id: string) =>
        checkpoints.list.some((c) => c.id === id) || (role === 'parent' && id === 'demo')
      this[role] = asked.checkpoint(role, here) ?? this[role]
    }
    super.take(asked)
  }

  /** Who gives the reward is a setting, and a checkpoint: a number is the setting. */
  protected override means(param: Param, query: URLSearchParams): boolean {
    const isRole = (roles as readonly string[]).includes(param.key)
    return super.means(param, query) && !(isRole && Number.isNaN(Number(query.get(param.key))))
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

/** Pretraining, which begins with a text and a tokenizer. */
class PretrainSetup extends Setup {
  protected override take(asked: Asked): void {
    data.take(asked)
    super.take(asked)
  }

  override toQuery(): Record<string, string | number | undefined> {
    return { ...super.toQuery(), ...data.toQuery() }
  }
}

/** The choices for pretraining. */
export const setup = new PretrainSetup('pretrain')

const setups: Record<string, StageSetup> = {}

/** The choices for a later stage, kept while the tab lives. */
export const stageSetup = (stage: string): StageSetup => (setups[stage] ??= new StageSetup(stage))

/** Chooses how long runs last; a taste is one of the smallest model. */
export function choosePace(brief: boolean): void {
  if (pace.brief === brief) return
  pace.brief = brief
  setup.preset = brief ? 'seed' : 'sprout'
}
