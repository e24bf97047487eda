import { expect, test } from 'vitest'
import type { Label } from '../engine/messages'
import { comparison, switched, unheard, versus } from './versus'

const label = (
  id: string,
  a: string,
  b: string,
  p: number,
  who = 'click',
  more: Partial<Label> = {},
): Label => ({
  id,
  question: 'q',
  a,
  b,
  p,
  who,
  time: 0,
  ...(who === 'judge' ? { judge: 'j', principles: ['true'] } : {}),
  ...more,
})

const labels = [
  label('1', 'x', 'y', 1),
  label('2', 'v', 'w', 1),
  label('3', 'w', 'v', 1), // the last word on v and w is w
  label('4', 'm', 'n', 0),
  label('5', 'y', 'x', 0.2, 'judge'), // x, as you
  label('6', 'v', 'w', 0.9, 'judge'), // v
  label('7', 'k', 'l', 0.9, 'judge'), // nobody clicked
  label('8', 'm', 'n', 0.5, 'judge'), // does not know
  label('9', 'x', 'y', 0, 'judge', { judge: 'another' }),
]

test('where the two differ comes first, whichever answer was shown first', () => {
  const rows = versus(labels, { name: 'j' })
  expect(rows.map((r) => [r.label.id, r.you, r.kind])).toEqual([
    ['6', 0, 'differ'],
    ['5', 0, 'agree'],
    ['7', undefined, 'alone'],
    ['8', 0, 'alone'],
  ])
})

test('a judge hears each clicked pair once under the same principles', () => {
  expect(unheard(labels, { name: 'j' }, ['true'])).toEqual([])
  expect(unheard(labels, { name: 'j' }, ['brief']).map((c) => c.a)).toEqual(['x', 'w', 'm'])
  expect(unheard(labels, { name: 'another' }, ['true']).map((c) => c.a)).toEqual(['w', 'm'])
})

test('a pair on which a judge said nothing clear does not hold up the others', () => {
  const [first] = unheard(labels, { name: 'j' }, ['brief'])
  const passed = new Set(first && [comparison(first).key])
  expect(unheard(labels, { name: 'j' }, ['brief'], passed).map((c) => c.a)).toEqual(['w', 'm', 'x'])
})

test('two judges of one name have labels of their own; what was said before ids were kept is of both', () => {
  const twins = [
    label('1', 'x', 'y', 1, 'judge', { judge_id: 'one' }),
    label('2', 'x', 'y', 0, 'judge', { judge_id: 'two', judge: 'renamed since' }),
    label('3', 'v', 'w', 1, 'judge'),
  ]
  const ids = (id?: string) => versus(twins, { id, name: 'j' }).map((r) => r.label.id)
  expect(ids('one')).toEqual(['1', '3'])
  expect(ids('two')).toEqual(['2', '3'])
  expect(ids()).toEqual(['3'])
  const clicked = [...labels.slice(0, 1), ...twins.slice(0, 1)]
  expect(unheard(clicked, { id: 'one', name: 'j' }, ['true'])).toEqual([])
  expect(unheard(clicked, { id: 'two', name: 'j' }, ['true'])).toHaveLength(1)
})

test('verdicts that changed with a principle are counted, and no others', () => {
  const before = new Map(labels.map((l) => [l.id, l]))
  const again = (id: string, p: number, principles: string[]) =>
    labels.map((l) => (l.id === id ? { ...l, p, principles, time: 1 } : l))
  expect(switched(before, again('6', 0.2, ['brief']), { name: 'j' })).toEqual({ changed: 1, of: 1 })
  expect(switched(before, again('6', 0.8, ['brief']), { name: 'j' })).toEqual({ changed: 0, of: 1 })
  expect(switched(before, again('6', 0.2, ['true']), { name: 'j' })).toEqual({ changed: 0, of: 0 })
  expect(switched(before, again('6', 0.2, ['brief']), { name: 'k' })).toEqual({ changed: 0, of: 0 })
})
