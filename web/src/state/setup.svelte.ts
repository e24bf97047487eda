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
    return this.givenFor(this.changed)
  }

  /** The same, were these the settings that differ from their defaults. */
  givenFor(changed: Record<string, number>): Record<string, number> {
    return { ...(pace.brief ? taste(this.#usual()) : {}), ...changed }
  }

  /** The parameters that stand in the list of settings: one may have a place of its own. */
  listed(): Param[] {
    return this.params()
  }

  /** The next run is a taste, with as few steps as that has. */
  get brief(): boolean {
    return pace.brief && this.changed['steps'] === undefined
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

const isNumber = (text: string): boolean => text !== '' && !Number.isNaN(Number(text))

/** A stage that goes on from checkpoints, which bring size, text and tokenizer. */
export class StageSetup extends Setup {
  /** Ids of checkpoints, empty for none. */
  parent = $state('')
  teacher = $state('')
  /** A reward model's id, or where graders give the reward the setting's number; empty: not chosen. */
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

  /** The graders were chosen to give the reward. */
  get graded(): boolean {
    return isNumber(this.reward)
  }

  /** The reward model that gives the reward, if one does. */
  get rewarder(): string {
    return this.graded ? '' : this.reward
  }

  override listed(): Param[] {
    return this.params().filter((p) => p.key !== 'reward')
  }

  override given(): Record<string, number> {
    const reward = this.graded ? { reward: Number(this.reward) } : {}
    return { ...super.given(), ...reward }
  }

  override value(param: Param): number {
    if (param.key !== 'reward') return super.value(param)
    return this.graded ? Number(this.reward) : param.default
  }

  override set(param: Param, value: number): void {
    if (param.key !== 'reward') super.set(param, value)
    else this.reward = value === param.default ? '' : String(value)
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
      const id = asked.checkpoint(role, here)
      if (id === undefined) continue
      this[role] = id
      // A teacher that is named is to be listened to.
      const { [role]: _, ...others } = this.changed
      this.changed = others
    }
    super.take(asked)
  }

  /** Who gives the reward is a setting, and a checkpoint: a number is the setting. */
  protected override means(param: Param, query: URLSearchParams): boolean {
    const isRole = (roles as readonly string[]).includes(param.key)
    return super.means(param, query) && !(isRole && !isNumber(query.get(param.key) ?? ''))
  }

  override toQuery(): Record<string, string | number | undefined> {
    return {
      ...super.toQuery(),
      preset: undefined,
      parent: this.parent || undefined,
      // One that is not listened to counts by its shape only: then the setting is told.
      teacher: this.changed['teacher'] ?? (this.teacher || undefined),
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
