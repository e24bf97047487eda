import { flushSync } from 'svelte'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { engine } from './engine.svelte'
import { Forecasting } from './forecast.svelte'
import { run } from './run.svelte'

const base = { stage: 'sft', preset: '', seed: 1, dataset: '', tokenizer: '' }
let batch = $state<number | undefined>(4)
let forecasting: Forecasting
let end: () => void
const call = vi.fn()

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  vi.stubGlobal('requestIdleCallback', undefined)
  Reflect.deleteProperty(globalThis, 'requestIdleCallback')
  call.mockReset().mockResolvedValue({ seconds: 90 })
  vi.spyOn(engine.client, 'call').mockImplementation(call)
  engine.status = 'ready'
  run.phase = 'none'
  batch = 4
  end = $effect.root(() => {
    forecasting = new Forecasting(() => (batch ? { ...base, params: { batch } } : undefined))
  })
  flushSync()
})
afterEach(() => {
  end()
  vi.useRealTimers()
  vi.unstubAllGlobals()
})
const later = (ms: number) => vi.advanceTimersByTimeAsync(ms)
const change = (to: number | undefined) => {
  batch = to
  flushSync()
}

test('asks once nothing has been changed for a while', async () => {
  await later(500)
  change(5)
  await later(500)
  change(6)
  await later(500)
  expect(call).not.toHaveBeenCalled()
  await later(1000)
  expect(call).toHaveBeenCalledTimes(1)
  expect(call.mock.calls[0]?.[1]).toMatchObject({ params: { batch: 6 }, compute: 'auto' })
  expect(forecasting.now).toEqual({ seconds: 90 })
})

test('says at once that it is measured, until it is known', async () => {
  expect(forecasting.now).toBe('measuring')
  await later(2000)
  expect(forecasting.now).toEqual({ seconds: 90 })
  change(8)
  expect(forecasting.now).toBe('measuring')
  call.mockRejectedValueOnce(new Error('the engine was replaced'))
  await later(2000)
  expect(forecasting.now).toBeUndefined()
})

test('an answer that comes before the next question is not taken for its answer', async () => {
  let answer: (found: object) => void = () => {}
  call.mockReturnValueOnce(new Promise((done) => (answer = done)))
  await later(2000)
  change(7)
  answer({ seconds: 10 })
  await later(0)
  expect(forecasting.now).toBe('measuring')
})

test('an answer to what is no longer asked is not shown, nor what is not known', async () => {
  let answer: (found: object) => void = () => {}
  call.mockReturnValueOnce(new Promise((done) => (answer = done)))
  await later(2000)
  change(7)
  call.mockResolvedValue({})
  await later(2000)
  answer({ seconds: 10 })
  await later(0)
  expect(call).toHaveBeenCalledTimes(2)
  expect(forecasting.now).toBeUndefined()
})

test('never while something trains, and anew after it', async () => {
  await later(2000)
  run.phase = 'running'
  change(9)
  await later(5000)
  expect(call).toHaveBeenCalledTimes(1)
  run.phase = 'done'
  flushSync()
  await later(2000)
  expect(call).toHaveBeenCalledTimes(2)
  change(undefined)
  expect(forecasting.now).toBeUndefined()
})
