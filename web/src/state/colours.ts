// Whose picture it is, by colour.
import { colourOf } from '../stages/roles'
import { demo } from '../stages/list'
import { checkpoints } from './checkpoints.svelte'
import { run } from './run.svelte'

/** The colour of a model: id of a checkpoint, "live" or "demo", with an adapter on it or without its own ("none"). */
export function colourOfModel(id: string, adapter = ''): string {
  const stage = (of: string | undefined): string =>
    of === undefined || of === demo
      ? 'pretrain'
      : (checkpoints.list.find((c) => c.id === of)?.stage ?? '')
  if (adapter && adapter !== 'none') return colourOf(stage(adapter))
  if (id === 'live')
    return colourOf(adapter ? stage(run.info?.parent) : (run.info?.stage ?? 'pretrain'))
  const self = checkpoints.list.find((c) => c.id === id)
  return colourOf(stage(adapter && self?.adapter ? self.base : id))
}
