import { expect, test } from 'vitest'
import type { CheckpointInfo } from '../engine/messages'
import { adaptersOf, childrenOf, family, foldedBehind, lineage, rows } from './family'

let clock = 0
export function row(id: string, more: Partial<CheckpointInfo> = {}): CheckpointInfo {
  return {
    id,
    name: id,
    stage: 'pretrain',
    preset: 'seed',
    kind: 'final',
    step: 10,
    steps: 10,
    created: ++clock,
    bytes: 1,
    parameters: 1,
    held_out_loss: 0,
    bits_per_byte: 0,
    dataset: '',
    dataset_id: '',
    writes: true,
    resumable: false,
    seed: 1,
    ...more,
  }
}
const from = (parent: CheckpointInfo): Partial<CheckpointInfo> => ({
  parent: parent.id,
  ancestors: [
    { id: parent.id, name: parent.name, stage: parent.stage, step: parent.step },
    ...(parent.ancestors ?? []),
  ],
})
const shape = (list: CheckpointInfo[], closed: string[] = []) =>
  rows(family(list), new Set(closed)).map((r) => `${r.level} ${r.key}`)

const base = row('base')
const sft = row('sft', { stage: 'sft', ...from(base) })
const lora = row('lora', { stage: 'lora', adapter: true, base: 'sft', ...from(sft) })
const dpo = row('dpo', { stage: 'dpo', ...from(sft) })

test('children stand under their parents, the oldest first', () => {
  expect(shape([dpo, lora, sft, base])).toEqual(['1 base', '2 sft', '3 lora', '3 dpo'])
  expect(shape([dpo, lora, sft, base], ['sft'])).toEqual(['1 base', '2 sft'])
  const [first] = rows(family([base]), new Set())
  expect(first).toMatchObject({ position: 1, of: 1, open: undefined, rails: [] })
})

test('who has lost a parent hangs on the nearest one left, and says so', () => {
  const roots = family([dpo, lora, base])
  expect(roots.map((k) => k.checkpoint.id)).toEqual(['base'])
  expect(roots[0]?.children.map((k) => [k.checkpoint.id, k.gone])).toEqual([
    ['lora', 'sft'],
    ['dpo', 'sft'],
  ])
  expect(family([lora])[0]).toMatchObject({ gone: 'sft', checkpoint: { id: 'lora' } })
})

test('automatic checkpoints fold behind their run, unless something grew from them', () => {
  const auto = (step: number) => row(`auto${step}`, { kind: 'auto', run: 'r', step })
  const kept = row('mine', { kind: 'manual', run: 'r', step: 4 })
  const end = row('end', { run: 'r', step: 10 })
  const grown = row('grown', { stage: 'sft', ...from(auto(2)) })
  const list = [auto(2), auto(4), auto(6), kept, end, grown]
  const roots = family(list)
  expect(roots.find((k) => k.checkpoint.id === 'end')?.folded.map((c) => c.id)).toEqual([
    'auto6',
    'auto4',
  ])
  expect(foldedBehind('end', list).map((c) => c.id)).toEqual(['auto6', 'auto4'])
  expect(foldedBehind('mine', list)).toEqual([])
  expect(shape(list)).toEqual(['1 mine', '1 end', '2 end+', '1 auto2', '2 grown'])
  expect(shape(list, ['end+'])).toContain('3 auto4')
  expect(shape(list, ['end'])).not.toContain('2 end+')
})

test('sixty checkpoints of one run are two rows', () => {
  const many = Array.from({ length: 59 }, (_, i) =>
    row(`a${i}`, { kind: 'auto', run: 'long', step: i }),
  )
  expect(shape([...many, row('last', { run: 'long', step: 99 })])).toEqual(['1 last', '2 last+'])
})

test('nobody is lost when rows go in a circle', () => {
  const a = row('a', { parent: 'b' })
  const b = row('b', { parent: 'a' })
  const self = row('self', { parent: 'self' })
  expect(
    shape([a, b, self])
      .map((s) => s.slice(2))
      .sort(),
  ).toEqual(['a', 'b', 'self'])
})

test('what depends on a checkpoint', () => {
  const list = [dpo, lora, sft, base]
  expect(adaptersOf('sft', list)).toEqual([lora])
  expect(childrenOf('sft', list)).toEqual([dpo])
  expect(lineage('dpo', list)).toEqual([base, sft, dpo])
})
