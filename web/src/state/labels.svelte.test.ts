import { beforeEach, expect, test, vi } from 'vitest'
import type { Candidate } from '../engine/messages'
import { checkpoints } from './checkpoints.svelte'
import { engine } from './engine.svelte'

type Progress = (e: { what: string; done: number }) => void
const heard: Progress[] = []
vi.spyOn(engine.client, 'on').mockImplementation(((event: string, listener: Progress) => {
  if (event === 'progress') heard.push(listener)
  return () => {}
}) as never)
const { desk } = await import('./labels.svelte')

const tell: Progress = (e) => heard.forEach((listener) => listener(e))
const pairs = (n: number, of = 'q') =>
  Array.from({ length: n }, (_, i): Candidate => ({ question: `${of} ${i}`, a: 'x', b: 'y' }))

/** What the engine was asked, with how much. */
let asked: string[] = []
let during: (name: string) => unknown
beforeEach(() => {
  asked = []
  during = () => undefined
  checkpoints.list = [{ id: 'm', dataset_id: 'town:quick:en:1' } as never]
  desk.checkpoint = 'm'
  vi.spyOn(engine.client, 'call').mockImplementation((async (name: string, c: never) => {
    const { count, candidates, questions } = c as {
      count?: number
      candidates?: Candidate[]
      questions?: number
    }
    const much = count ?? candidates?.length ?? questions
    if (name !== 'labels.list') asked.push(much === undefined ? name : `${name} ${much}`)
    await during(name)
    switch (name) {
      case 'labels.candidates':
        return { candidates: pairs(count ?? 0, 'new'), next: 0, alike: 0 }
      case 'labels.judge':
        return { labels: [], too_long: 1, unclear: [0], bias: 0 }
      case 'labels.simulate':
        return { labels: 40, questions, alike: 8 }
    }
    return { labels: [] }
  }) as never)
})
const judge = (kind: 'own' | 'endpoint', clicked: number, more: number) =>
  desk.judge(kind, { id: 'j', name: 'j' }, pairs(clicked), more, ['true'], [])

test('a judge of the page is opened once for all pairs', async () => {
  await judge('own', 3, 40)
  expect(asked).toEqual(['labels.candidates 40', 'labels.judge 43'])
  expect(desk.judging).toBe(false)
})

test('one that is asked from afar gets few pairs at a time, and first those that were clicked', async () => {
  await judge('endpoint', 3, 3)
  expect(asked).toEqual([
    'labels.judge 2',
    'labels.judge 1',
    'labels.candidates 3',
    'labels.judge 2',
    'labels.judge 1',
  ])
  expect(desk.tooLong).toBe(4)
  expect(desk.unclear).toBe(4)
  expect([...(desk.passed.get('j') ?? [])]).toContain('[[],"q 0","x","y"]')
})

test('how far the work is comes from the engine, part by part', async () => {
  const seen: unknown[] = []
  during = (name) => {
    tell({ what: name === 'labels.judge' ? 'judging' : 'candidates', done: 0.5 })
    if (name === 'labels.judge') tell({ what: 'report', done: 0.9 }) // another's
    if (name !== 'labels.list') seen.push(desk.work)
  }
  await judge('endpoint', 4, 0)
  expect(seen).toEqual([
    { what: 'judging', done: 0.25 },
    { what: 'judging', done: 0.75 },
  ])
  expect(desk.work).toBeUndefined()
})

test('a stop ends the work with what the engine is at', async () => {
  during = (name) => (name === 'labels.candidates' ? desk.stop() : undefined)
  await judge('own', 0, 40)
  expect(asked).toEqual(['labels.candidates 40', 'labels.stop'])
})

test('simulated people are busy, and what they compared before a failure is read', async () => {
  during = (name) => {
    if (name === 'labels.simulate') expect(desk.busy).toBe(true)
  }
  await desk.simulate(64)
  expect(asked).toEqual(['labels.simulate 64'])
  expect(desk.simulated).toEqual({ labels: 40, questions: 64, alike: 8 })
  expect(desk.busy).toBe(false)

  during = (name) => {
    if (name === 'labels.simulate') throw new Error('lost')
  }
  const reload = vi.spyOn(desk, 'reload')
  await expect(desk.simulate(64)).rejects.toThrow('lost')
  expect(reload).toHaveBeenCalledOnce()
  expect(desk.simulated).toBeUndefined()
  expect(desk.busy).toBe(false)
})
