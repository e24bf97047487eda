import { beforeEach, expect, test } from 'vitest'
import { hidden } from './hidden.svelte'
import { route } from './route.svelte'

async function go(hash: string): Promise<void> {
  location.hash = hash
  await new Promise((done) => setTimeout(done))
}
const kept = () => new URLSearchParams(location.hash.split('?')[1]).get('hide')

beforeEach(() => go('#/?hide='))

test('an address hides parts by name', async () => {
  await go('#/dpo?hide=settings, breaks')
  expect(hidden.has('settings')).toBe(true)
  expect(hidden.has('breaks')).toBe(true)
  expect(hidden.has('exercises')).toBe(false)
  expect(hidden.adjustable).toBe(false)
  expect(hidden.unknown).toEqual([])
})

test('it stays on the way through the pages, with the other settings', async () => {
  await go('#/dpo?hide=stages')
  await go('#/sft?steps=7')
  expect(route.page).toBe('sft')
  expect(kept()).toBe('stages')
  expect(route.query.get('steps')).toBe('7')
  await go('#/pretrain')
  expect(hidden.has('stages')).toBe(true)
  expect(kept()).toBe('stages')
})

test('another address hides other parts, and an empty one none', async () => {
  await go('#/dpo?hide=stages')
  await go('#/sft?hide=rooms')
  expect(hidden.has('stages')).toBe(false)
  expect(hidden.has('rooms')).toBe(true)
  await go('#/sft?hide=')
  await go('#/dpo')
  expect(hidden.has('rooms')).toBe(false)
  expect(kept()).toBeNull()
})

test('what no part is called is told', async () => {
  await go('#/dpo?hide=break,settings,brakes,break')
  expect(hidden.unknown).toEqual(['break', 'brakes'])
  expect(hidden.has('settings')).toBe(true)
})

test('settings that are kept meanwhile do not write over another address', async () => {
  await go('#/dpo?seed=1')
  location.hash = '#/dpo?hide=rooms'
  route.keep({ seed: 2 }) // before the page hears of the address
  await new Promise((done) => setTimeout(done))
  expect(hidden.has('rooms')).toBe(true)
  route.keep({ seed: 3 })
  expect(location.hash).toBe('#/dpo?hide=rooms&seed=3')
})
