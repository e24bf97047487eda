import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Bridge, compose, open } from './bridge'

/** A device of which only what a reading needs does something. */
function pretended() {
  const errors: (GPUError | null)[] = []
  let lose: (info: { message: string }) => void = () => {}
  let map: () => void = () => {}
  const memory = new ArrayBuffer(1 << 12)
  const buffer = (size: number) => ({
    size,
    destroy: vi.fn(),
    unmap: vi.fn(),
    mapAsync: () => new Promise<void>((resolve) => (map = resolve)),
    getMappedRange: (at: number, n: number) => memory.slice(at, at + n),
  })
  const device = {
    limits: {
      maxBufferSize: 1e6,
      maxStorageBufferBindingSize: 2e6,
      maxComputeWorkgroupsPerDimension: 9,
    },
    lost: new Promise((resolve) => (lose = resolve)),
    onuncapturederror: null as ((e: { error: { message: string } }) => void) | null,
    pushErrorScope: vi.fn(),
    popErrorScope: () => Promise.resolve(errors.shift() ?? null),
    createBuffer: ({ size }: { size: number }) => buffer(size),
    createCommandEncoder: () => ({ copyBufferToBuffer: vi.fn(), finish: vi.fn() }),
    queue: { submit: vi.fn(), writeBuffer: vi.fn() },
    destroy: vi.fn(),
  }
  return {
    device: device as unknown as GPUDevice,
    raw: device,
    errors,
    memory,
    lose: (m: string) => lose({ message: m }),
    map: () => map(),
  }
}

const [alloc, read] = [1, 8]

/** Reserves eight bytes and reads them. */
function reading(bridge: Bridge): { answers: [string, Uint8Array | null][] } {
  const words = new Uint32Array([alloc, 1, 8, read, 1, 0, 8])
  bridge.reserve(4 * words.length).set(new Uint8Array(words.buffer))
  const answers: [string, Uint8Array | null][] = []
  bridge.read(4 * words.length, (failure, bytes) => answers.push([failure, bytes]))
  return { answers }
}

const settled = () => vi.advanceTimersByTimeAsync(0)
const hardware = { name: 'a GPU', software: false, subgroups: false }

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

test('a reading is answered once, with what was read', async () => {
  const gpu = pretended()
  const bridge = new Bridge(gpu.device, hardware, {})
  expect([bridge.bufferBytes, bridge.groups]).toEqual([1e6, 9])
  new Uint8Array(gpu.memory).set([1, 2, 3])
  const { answers } = reading(bridge)
  await settled()
  expect(answers).toEqual([])
  gpu.map()
  await settled()
  expect(answers).toEqual([['', new Uint8Array([1, 2, 3, 0, 0, 0, 0, 0])]])
  await vi.advanceTimersByTimeAsync(1e6)
  expect(answers).toHaveLength(1)
  expect(bridge.submit(0)).toBe('')
})

test('what the device refuses is known before anything read is believed', async () => {
  const gpu = pretended()
  gpu.errors.push(null, { message: 'out of memory' } as GPUError, null)
  const bridge = new Bridge(gpu.device, hardware, {})
  const { answers } = reading(bridge)
  gpu.map()
  await settled()
  expect(answers).toEqual([['out of memory', null]])
  expect(bridge.submit(0), 'and stays').toBe('out of memory')
  expect(reading(bridge).answers).toEqual([['out of memory', null]])
})

test('a device that does not answer has failed', async () => {
  for (const software of [false, true]) {
    const gpu = pretended()
    const bridge = new Bridge(gpu.device, { ...hardware, software }, {})
    const { answers } = reading(bridge)
    await vi.advanceTimersByTimeAsync(31_000)
    expect(answers, 'an imitation may be slow').toHaveLength(software ? 0 : 1)
    if (!software) expect(answers[0]?.[0]).toBe('the GPU has not answered for 30 seconds')
    gpu.map()
    await settled()
    expect(answers).toHaveLength(1)
    expect(answers[0]?.[1] === null).toBe(!software)
  }
})

test('a tab that was frozen has not waited', async () => {
  const gpu = pretended()
  const bridge = new Bridge(gpu.device, hardware, {})
  const { answers } = reading(bridge)
  vi.advanceTimersToNextTimer() // however late: it is called once when the tab goes on
  gpu.map()
  await settled()
  expect(answers[0]?.[0]).toBe('')
})

test('a lost device and errors outside all scopes are failures', async () => {
  for (const fail of [
    (gpu: ReturnType<typeof pretended>) => gpu.lose('gone'),
    (gpu: ReturnType<typeof pretended>) =>
      gpu.raw.onuncapturederror?.({ error: { message: 'gone' } }),
  ]) {
    const gpu = pretended()
    const bridge = new Bridge(gpu.device, hardware, {})
    expect(bridge.submit(0)).toBe('')
    fail(gpu)
    await settled()
    expect(bridge.submit(0)).toContain('gone')
  }
})

test('software adapters are told by their names', async () => {
  const found = (info: object) => ({
    requestAdapter: () =>
      Promise.resolve({
        limits: {},
        features: new Set(),
        info,
        requestDevice: () => Promise.resolve(pretended().device),
      }),
  })
  const opened = (info: object) => open(found(info) as unknown as GPU, {})
  expect((await opened({ vendor: 'google', architecture: 'swiftshader' }))?.adapter.software).toBe(
    true,
  )
  expect((await opened({ description: 'llvmpipe (LLVM 19)' }))?.adapter.software).toBe(true)
  expect((await opened({ isFallbackAdapter: true }))?.adapter.software).toBe(true)
  const real = await opened({ vendor: 'apple', architecture: 'metal-3', isFallbackAdapter: false })
  expect(real?.adapter).toEqual({ ...hardware, name: 'apple metal-3' })
  const none = { requestAdapter: () => Promise.resolve(null) } as unknown as GPU
  expect(await open(none, {})).toBeUndefined()
})

test('subgroups are asked for where there are any', async () => {
  const asked: unknown[] = []
  const opened = (features: string[], plain?: boolean) =>
    open(
      {
        requestAdapter: () =>
          Promise.resolve({
            limits: {},
            features: new Set(features),
            info: {},
            requestDevice: (what: GPUDeviceDescriptor) => {
              asked.push(what.requiredFeatures)
              return Promise.resolve(pretended().device)
            },
          }),
      } as unknown as GPU,
      {},
      plain,
    )
  expect((await opened(['subgroups']))?.adapter.subgroups).toBe(true)
  expect((await opened(['subgroups'], true))?.adapter.subgroups).toBe(false)
  expect((await opened(['shader-f16']))?.adapter.subgroups).toBe(false)
  expect(asked).toEqual([['subgroups'], [], []])
})

test('a shader comes with the prelude and what it names', () => {
  const sources = { prelude: 'p', reduce: 'r', reduce_subgroups: 's', a: '// with b\na', b: 'b' }
  expect(compose(sources, 'a', false)).toBe('p\nr\n// with b\na\nb')
  expect(compose(sources, 'a', true)).toBe('enable subgroups;\np\ns\n// with b\na\nb')
  expect(() => compose(sources, 'c', false)).toThrow('no shader file c')
})
