import { flushSync } from 'svelte'
import { afterEach, expect, test, vi } from 'vitest'
import { keepAwake } from './awake.svelte'
import { cards } from './cards.svelte'
import { desk } from './labels.svelte'
import { run } from './run.svelte'
import { walk } from './walk.svelte'

afterEach(() => vi.unstubAllGlobals())

test('the screen stays on through all that computes for long, and no longer', async () => {
  let held = 0
  const request = () => {
    held++
    return Promise.resolve({ released: false, release: () => Promise.resolve(void held--) })
  }
  vi.stubGlobal('navigator', Object.assign(navigator, { wakeLock: { request } }))
  keepAwake()
  const settled = async () => {
    flushSync()
    await new Promise((done) => setTimeout(done))
    return held
  }
  expect(await settled()).toBe(0)
  const all: [begin: () => void, end: () => void][] = [
    [() => (run.phase = 'running'), () => (run.phase = 'paused')],
    [() => (walk.phase = 'walking'), () => (walk.phase = 'done')],
    [() => (cards.making = { checkpoint: 'a', done: 0 }), () => (cards.making = undefined)],
    [() => (desk.judging = true), () => (desk.judging = false)],
    [() => (desk.simulating = true), () => (desk.simulating = false)],
  ]
  for (const [begin, end] of all) {
    begin()
    expect(await settled(), begin.toString()).toBe(1)
    end()
    expect(await settled(), end.toString()).toBe(0)
  }
})
