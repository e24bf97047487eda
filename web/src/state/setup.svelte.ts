import type { Param, Preset } from '../engine/messages'
import { run } from './run.svelte'

/** What the reader chose for the next run: preset, seed, and the parameters that differ from their defaults. */
class Setup {
  preset = $state('sprout')
  seed = $state(1)
  changed = $state.raw<Record<string, number>>({})

  get size(): Preset | undefined {
    return run.presets.find((p) => p.name === this.preset)
  }

  /** The parameters of a stage, with the defaults that suit the chosen size. */
  params(stage: string): Param[] {
    const own = this.size?.defaults[stage]
    const params = run.stages.find((s) => s.name === stage)?.params ?? []
    return params.map((p) => ({ ...p, default: own?.[p.key] ?? p.default }))
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
    this.preset = query.get('preset') ?? this.preset
    const seed = query.get('seed')
    if (seed !== null && /^\d{1,9}$/.test(seed)) this.seed = Number(seed)
    for (const param of this.params('pretrain')) {
      const value = Number(query.get(param.key) ?? NaN)
      if (value >= param.min && value <= param.max) this.set(param, value)
    }
  }

  toQuery(): Record<string, string | number | undefined> {
    const out: Record<string, string | number | undefined> = {
      preset: this.preset,
      seed: this.seed,
    }
    for (const param of this.params('pretrain')) out[param.key] = this.changed[param.key]
    return out
  }
}

export const setup = new Setup()
