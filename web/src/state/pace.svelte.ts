import type { Param } from '../engine/messages'

/** How long runs last: in full, or a taste that is over in seconds. */
class Pace {
  brief = $state(false)
}

export const pace = new Pace()

const few = { steps: 24, rollouts: 2, batch: 4, prompts: 4, tokens: 16 }

/** The settings of a taste, where they are smaller than the usual ones. */
export function taste(params: readonly Param[]): Record<string, number> {
  const usual = Object.fromEntries(params.map((p) => [p.key, p.default]))
  // A step of a stage that learns from its own answers is many answers long.
  const steps = 'prompts' in usual ? few.rollouts : few.steps
  const wanted: Record<string, number> = {
    steps,
    batch: few.batch,
    prompts: few.prompts,
    epochs: 1,
    max_tokens: few.tokens,
    warmup: 2,
    eval_every: steps,
    sample_every: steps,
    checkpoint_every: steps,
  }
  const out: Record<string, number> = {}
  for (const [key, value] of Object.entries(wanted)) {
    const now = usual[key]
    if (now !== undefined && value < now) out[key] = value
  }
  return out
}
