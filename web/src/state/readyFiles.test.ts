import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { isKept, keeps, keptFile, readyFile } from './readyFiles'

/** As much of Cache Storage as is used. */
class Memory {
  all = new Map<string, Response>()
  match(key: string) {
    return Promise.resolve(this.all.get(key)?.clone())
  }
  put(key: string, response: Response) {
    this.all.set(key, response)
    return Promise.resolve()
  }
  delete(key: string) {
    for (const k of this.all.keys()) if (k.split('?')[0] === key) this.all.delete(k)
    return Promise.resolve(true)
  }
}
let memory: Memory
let site: Record<string, string>
let up = true
beforeEach(() => {
  memory = new Memory()
  site = { 'm.safetensors': 'one', 'index.json': '{}' }
  up = true
  vi.stubGlobal('caches', { open: () => Promise.resolve(memory) })
  vi.stubGlobal('fetch', (url: string) => {
    const body = site[url.replace('./ready/', '')]
    return up
      ? Promise.resolve(new Response(body ?? '', { status: body === undefined ? 404 : 200 }))
      : Promise.reject(new Error('no network'))
  })
})
afterEach(() => void vi.unstubAllGlobals())
const text = async (file: string, id?: string) => {
  const found = await readyFile(file, id)
  return typeof found === 'string' ? found : new TextDecoder().decode(found)
}

test('what was fetched once is there without a network', async () => {
  expect(await isKept('m.safetensors', 'a')).toBe(false)
  expect(await keptFile('index.json')).toBeUndefined()
  expect(await text('m.safetensors', 'a')).toBe('one')
  expect(await text('index.json')).toBe('{}')
  up = false
  expect(await isKept('m.safetensors', 'a')).toBe(true)
  expect(await keptFile('index.json')).toHaveLength(2)
  expect(await text('m.safetensors', 'a')).toBe('one')
  expect(await text('index.json')).toBe('{}')
  expect(await text('n.safetensors', 'b')).toBe('unreachable')
})

test('models baked anew take the place of the old ones, and a list is never old while there is a network', async () => {
  await text('m.safetensors', 'a')
  await text('index.json')
  site = { 'm.safetensors': 'two', 'index.json': '[]' }
  expect(await text('index.json')).toBe('[]')
  expect(await text('m.safetensors', 'b')).toBe('two')
  expect([...memory.all.keys()]).toEqual(['./ready/index.json', './ready/m.safetensors?id=b'])
  expect(await text('n.safetensors', 'c')).toBe('missing')
})

test('where nothing can be kept the site is asked each time', async () => {
  vi.stubGlobal('caches', undefined)
  expect(keeps()).toBe(false)
  expect(await text('m.safetensors', 'a')).toBe('one')
  up = false
  expect(await text('m.safetensors', 'a')).toBe('unreachable')
})
