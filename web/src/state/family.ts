// The checkpoints as a family: who grew from whom.
import type { CheckpointInfo } from '../engine/messages'

export interface Kin {
  checkpoint: CheckpointInfo
  children: Kin[]
  /** Automatic checkpoints of the same run, newest first, which this one stands for. */
  folded: CheckpointInfo[]
  /** The name of the parent where that is no longer there. */
  gone?: string | undefined
}

/** A row of the tree as it is shown: a checkpoint, or the bundle of those that one stands for. */
export interface Row {
  /** Id of the checkpoint, with a '+' behind it for its bundle. */
  key: string
  /** That which is shown, or for which the bundle stands. */
  checkpoint: CheckpointInfo
  gone?: string | undefined
  /** How many are in the bundle; 0 for a checkpoint. */
  bundle: number
  /** From 1. */
  level: number
  position: number
  of: number
  /** For each level above, from the root, whether siblings follow there. */
  rails: boolean[]
  /** Whether what is below it is shown; undefined where there is nothing. */
  open: boolean | undefined
}

const byAge = (a: Kin, b: Kin) =>
  a.checkpoint.created - b.checkpoint.created || (a.checkpoint.id < b.checkpoint.id ? -1 : 1)

/** Automatic checkpoints that stand behind another one of their run, by its id. */
function fold(list: readonly CheckpointInfo[]): Map<string, CheckpointInfo[]> {
  const parents = new Set(list.map((c) => c.parent))
  const runs: Record<string, CheckpointInfo[]> = {}
  for (const c of list) if (c.run) (runs[`${c.run} ${c.stage}`] ??= []).push(c)
  const out = new Map<string, CheckpointInfo[]>()
  for (const run of Object.values(runs)) {
    const newestFirst = [...run].sort((a, b) => b.step - a.step || b.created - a.created)
    const head = newestFirst.find((c) => c.kind === 'final') ?? newestFirst[0]
    const behind = newestFirst.filter((c) => c !== head && c.kind === 'auto' && !parents.has(c.id))
    if (head && behind.length > 0) out.set(head.id, behind)
  }
  return out
}

/** The roots, oldest first; so are all children. Nobody is left out, whatever the rows say. */
export function family(list: readonly CheckpointInfo[]): Kin[] {
  const folds = fold(list)
  const hidden = new Set([...folds.values()].flat().map((c) => c.id))
  const kin = new Map<string, Kin>()
  for (const c of list)
    if (!hidden.has(c.id))
      kin.set(c.id, { checkpoint: c, children: [], folded: folds.get(c.id) ?? [] })
  const roots: Kin[] = []
  for (const k of kin.values()) {
    const c = k.checkpoint
    const above = [c.parent ?? '', ...(c.ancestors ?? []).map((a) => a.id)]
    const parent = above.map((id) => kin.get(id)).find((found) => found !== undefined)
    if (c.parent && parent?.checkpoint.id !== c.parent) k.gone = c.ancestors?.[0]?.name ?? c.parent
    if (parent && !descends(parent, k, kin)) parent.children.push(k)
    else roots.push(k)
  }
  for (const k of kin.values()) k.children.sort(byAge)
  return roots.sort(byAge)
}

/** Whether a comes from b by its parents: rows that were tampered with may go in a circle. */
function descends(a: Kin, b: Kin, kin: Map<string, Kin>): boolean {
  const seen = new Set<string>()
  let at: Kin | undefined = a
  while (at && !seen.has(at.checkpoint.id)) {
    if (at === b) return true
    seen.add(at.checkpoint.id)
    at = kin.get(at.checkpoint.parent ?? '')
  }
  return at !== undefined
}

/**
 * The rows from top to bottom. `toggled` are the keys that a person has opened or
 * closed: children are shown unless closed, bundles only when opened.
 */
export function rows(roots: readonly Kin[], toggled: ReadonlySet<string>): Row[] {
  const out: Row[] = []
  const visit = (siblings: readonly Kin[], place: Place) => {
    siblings.forEach((kin, i) => {
      const { checkpoint, children, folded, gone } = kin
      const position = i + 1 + place.before
      const of = siblings.length + place.before
      const more = children.length > 0 || folded.length > 0
      const open = more ? !toggled.has(checkpoint.id) : undefined
      const row = { level: place.level, rails: place.rails, position, of }
      out.push({ key: checkpoint.id, checkpoint, gone, bundle: 0, open, ...row })
      if (!open) return
      const level = place.level + 1
      const rails = [...place.rails, position < of]
      if (folded.length > 0) {
        const key = checkpoint.id + '+'
        const all = 1 + children.length
        const shown = toggled.has(key)
        const at = { level, rails, position: 1, of: all }
        out.push({ key, checkpoint, bundle: folded.length, open: shown, ...at })
        if (shown)
          visit(
            folded.map((c) => ({ checkpoint: c, children: [], folded: [] })),
            { level: level + 1, rails: [...rails, all > 1], before: 0 },
          )
      }
      visit(children, { level, rails, before: folded.length > 0 ? 1 : 0 })
    })
  }
  visit(roots, { level: 1, rails: [], before: 0 })
  return out
}

/** Where siblings stand, and how many of them were there before these. */
interface Place {
  level: number
  rails: boolean[]
  before: number
}

/** Automatic checkpoints that the tree shows as a bundle behind this one, newest first. */
export const foldedBehind = (id: string, list: readonly CheckpointInfo[]): CheckpointInfo[] =>
  fold(list).get(id) ?? []

/** Adapters that are nothing without this model. */
export const adaptersOf = (id: string, list: readonly CheckpointInfo[]): CheckpointInfo[] =>
  list.filter((c) => c.adapter && c.base === id && c.id !== id)

/** Those that grew from it and stay whole without it. */
export const childrenOf = (id: string, list: readonly CheckpointInfo[]): CheckpointInfo[] =>
  list.filter((c) => c.parent === id && !(c.adapter && c.base === id))

/** The line from the seed down to a checkpoint, as far as it is still there. */
export function lineage(id: string, list: readonly CheckpointInfo[]): CheckpointInfo[] {
  const c = list.find((x) => x.id === id)
  if (!c) return []
  const above = (c.ancestors ?? []).map((a) => list.find((x) => x.id === a.id))
  return [...above.filter((x) => x !== undefined).reverse(), c]
}
