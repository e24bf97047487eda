import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { EngineClient, type Death, type Status } from './client'
import { EngineError } from './messages'
import type { EnginePort } from './port'

class FakePort implements EnginePort {
  sent: { type: string; id: number; [key: string]: unknown }[] = []
  emit!: (json: string, bytes?: Uint8Array) => void
  die!: (why: string) => void
  answersPings = true
  terminated = false
  start(onMessage: FakePort['emit'], onDeath: FakePort['die']) {
    this.emit = onMessage
    this.die = onDeath
    return Promise.resolve()
  }
  send(json: string) {
    const command = JSON.parse(json) as FakePort['sent'][number]
    this.sent.push(command)
    if (command.type === 'hello') this.reply({ type: 'ok', id: command.id, result: { version: 1 } })
  }
  reply(message: object, bytes?: Uint8Array) {
    this.emit(JSON.stringify(message), bytes)
  }
  ping() {
    return this.answersPings ? Promise.resolve() : new Promise<void>(() => {})
  }
  terminate() {
    this.terminated = true
  }
}

let ports: FakePort[]
let log: [Status, Death | undefined][]
let client: EngineClient
let silences: (number | undefined)[]
const last = () => ports.at(-1) as FakePort

beforeEach(async () => {
  vi.useFakeTimers()
  ports = []
  log = []
  silences = []
  client = new EngineClient({
    spawn: () => {
      ports.push(new FakePort())
      return last()
    },
    hello: () => ({ writer: true, base: 'http://localhost/' }),
    onStatus: (status, _ready, death) => log.push([status, death]),
    onSilence: (ms) => silences.push(ms),
  })
  await client.start()
})
afterEach(() => vi.useRealTimers())

test('says hello first and is ready', () => {
  expect(last().sent[0]).toMatchObject({ type: 'hello', writer: true })
  expect(client.status).toBe('ready')
})

test('matches replies to commands by id, in any order, with bytes beside', async () => {
  const first = client.call('storage', {})
  const second = client.callForBytes('tokenizer.export', { tokenizer: 't1' })
  const [a, b] = last().sent.slice(1)
  const file = new Uint8Array([1, 2])
  last().reply({ type: 'ok', id: b?.id }, file)
  last().reply({ type: 'ok', id: a?.id, result: { usage: 5 } })
  expect(await first).toEqual({ usage: 5 })
  expect((await second).bytes).toBe(file)
})

test('an error reply carries its problem', async () => {
  const call = client.call('dataset.drop', { dataset: 'x' })
  last().reply({
    type: 'error',
    id: last().sent.at(-1)?.id,
    problem: { code: 'no_such', text: 'No.' },
  })
  await expect(call).rejects.toMatchObject({ problem: { code: 'no_such' } })
})

test('events reach their listeners until they stop listening', () => {
  const seen: number[] = []
  const off = client.on('sampled', (e) => seen.push(e.step))
  last().reply({ type: 'sampled', step: 3, prompt: '', text: '' })
  off()
  last().reply({ type: 'sampled', step: 4, prompt: '', text: '' })
  expect(seen).toEqual([3])
})

test('a death fails what waits, and a new engine takes over', async () => {
  const call = client.call('storage', {})
  const dead = last()
  dead.die('out of memory')
  await expect(call).rejects.toBeInstanceOf(EngineError)
  await vi.advanceTimersByTimeAsync(0)
  expect(dead.terminated).toBe(true)
  expect(ports).toHaveLength(2)
  expect(client.status).toBe('ready')
  expect(log.find(([s]) => s === 'dead')?.[1]).toMatchObject({ wasReady: true, restarting: true })
})

test('messages of a dead engine are ignored', async () => {
  const seen: number[] = []
  client.on('sampled', (e) => seen.push(e.step))
  const dead = last()
  dead.die('gone')
  await vi.advanceTimersByTimeAsync(0)
  dead.reply({ type: 'sampled', step: 1, prompt: '', text: '' })
  expect(seen).toEqual([])
})

test('gives up after too many deaths in a minute', async () => {
  for (let i = 0; i < 5; i++) {
    last().die('again')
    await vi.advanceTimersByTimeAsync(0)
  }
  expect(client.status).toBe('dead')
  expect(ports).toHaveLength(4)
})

test('a long silence is told and ends nothing, and is over with any word', async () => {
  last().answersPings = false
  await vi.advanceTimersByTimeAsync(29_000)
  expect(silences).toEqual([])
  await vi.advanceTimersByTimeAsync(600_000)
  expect(silences).toEqual([30_000])
  expect(ports).toHaveLength(1)
  expect(client.status).toBe('ready')
  last().reply({ type: 'sampled', step: 3, prompt: '', text: '' })
  expect(silences).toEqual([30_000, undefined])
  await vi.advanceTimersByTimeAsync(40_000)
  expect(silences).toEqual([30_000, undefined, 30_000])
})

test('a slow engine whose steps outlast a ping is never in doubt', async () => {
  last().answersPings = false
  for (let step = 1; step < 20; step++) {
    await vi.advanceTimersByTimeAsync(25_000)
    last().reply({ type: 'sampled', step, prompt: '', text: '' })
  }
  expect(silences).toEqual([])
})

test('who waits is asked again a minute later', async () => {
  last().answersPings = false
  await vi.advanceTimersByTimeAsync(40_000)
  client.wait()
  expect(silences).toEqual([30_000, undefined])
  await vi.advanceTimersByTimeAsync(50_000)
  expect(silences).toHaveLength(2)
  await vi.advanceTimersByTimeAsync(20_000)
  expect(silences.at(-1)).toBeGreaterThan(90_000)
})

test('time in which the page itself got none does not count', async () => {
  last().answersPings = false
  const now = performance.now()
  let ticks = 0
  vi.spyOn(performance, 'now').mockImplementation(() => now + 5_000 * ticks++)
  await vi.advanceTimersByTimeAsync(600_000)
  expect(silences).toEqual([])
  vi.restoreAllMocks()
})

test('a person ends a silent engine, as often as they like', async () => {
  for (let i = 0; i < 6; i++) {
    last().answersPings = false
    const hung = last()
    await vi.advanceTimersByTimeAsync(40_000)
    const call = client.call('storage', {})
    await Promise.all([
      expect(call).rejects.toMatchObject({ message: /by hand/ }),
      client.replace('by hand'),
    ])
    expect(hung.terminated).toBe(true)
    expect(silences.at(-1)).toBeUndefined()
    expect(client.status).toBe('ready')
  }
  expect(ports).toHaveLength(7)
  expect(log.find(([s]) => s === 'dead')?.[1]).toEqual({
    why: 'by hand',
    wasReady: true,
    restarting: true,
  })
})
