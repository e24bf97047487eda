import { expect, test } from 'vitest'
import type { Attempt, Iteration } from '../engine/messages'
import { Held } from './held.svelte'

const iteration = (number: number): Iteration =>
  ({ number, shown: [{ text: 'a' }, { text: 'b' }] }) as Iteration

test('answers stand still as long as one of them is looked into', () => {
  let live: Iteration | undefined = iteration(1)
  const held = new Held(() => live)
  const [a, b] = live.shown as [Attempt, Attempt]
  held.read(a, true)
  held.read(b, true)
  live = iteration(2)
  expect(held.now?.number).toBe(1)
  held.read(a, false)
  expect(held.isRead(a)).toBe(false)
  expect(held.isRead(b)).toBe(true)
  expect(held.now?.number).toBe(1)
  held.read(b, false)
  expect(held.now?.number).toBe(2)
  held.read(live.shown[0] as Attempt, true)
  live = undefined
  expect(held.now).toBeUndefined()
  live = iteration(3)
  held.drop()
  expect(held.now?.number).toBe(3)
})
