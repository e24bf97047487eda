import { expect, test, vi } from 'vitest'
import { settings } from './settings.svelte'

const root = document.documentElement
const shown = () => [root.dataset['theme'], root.hasAttribute('data-projector')]
/** A frame, and the task after it. */
async function frame(): Promise<void> {
  await vi.advanceTimersToNextFrame()
  await vi.advanceTimersByTimeAsync(1)
}

test('the button answers at once, the page a frame later', async () => {
  vi.useFakeTimers()
  const before = settings.theme
  settings.nextTheme()
  settings.setProjector(true)
  expect(settings.theme).not.toBe(before)
  expect(settings.projector).toBe(true)
  expect(settings.look).toEqual({ theme: before, projector: false })
  expect(settings.controls).toBe(true)
  expect(shown()).toEqual([undefined, false])
  await frame()
  expect(settings.look).toEqual({ theme: settings.theme, projector: true })
  expect(settings.controls).toBe(false)
  expect(shown()).toEqual([settings.theme, true])
})

test('of two quick presses the last one counts', async () => {
  vi.useFakeTimers()
  settings.setProjector(true)
  settings.setProjector(false)
  await frame()
  await frame()
  expect(settings.look.projector).toBe(false)
  expect(shown()[1]).toBe(false)
})
