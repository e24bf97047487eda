import type { Trace } from '../stages/trace'
import { run } from './run.svelte'

/** The run of a stage as far as it has come, nothing where another one runs. */
export function traceOf(stage: string): Trace | undefined {
  const { info } = run
  if (info?.stage !== stage || run.metrics.length === 0) return undefined
  return {
    stage,
    params: info.params,
    lnV: info.ln_v,
    metrics: run.metrics,
    samples: run.samples,
    over: run.phase === 'done' || run.phase === 'stopped' || run.phase === 'failed',
    diverged: run.problem?.code === 'training_diverged',
    rewarded: info.params['reward'] === 0,
  }
}
