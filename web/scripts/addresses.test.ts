// @vitest-environment node
// docs/AUTOMATION.md lists every address and every key that the page reads.
import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { stageNames } from '../src/stages/list'

const here = (path: string) => new URL(path, import.meta.url)
const read = (path: string) => readFileSync(here(path), 'utf8')
const doc = read('../../docs/AUTOMATION.md').split('\n## Addresses\n')[1] ?? ''
const firstCells = doc.split('\n').flatMap((line) => /^\| (`[^|]*) \|/.exec(line)?.[1] ?? [])
const quoted = (text: string) => [...text.matchAll(/`([^`]+)`/g)].map((m) => m[1] as string)

const sources = readdirSync(here('../src'), { recursive: true, encoding: 'utf8' })
  .filter((file) => /\.(ts|svelte)$/.test(file) && !file.includes('.test.'))
  .filter((file) => file !== 'state/address.svelte.ts') // reads for the others
  .map((file) => ({ file, source: read(`../src/${file}`) }))
const words = (list: string) => [...list.matchAll(/'(\w+)'/g)].map((m) => m[1] as string)

/** Keys that are read by a name in a variable, and where their names stand. */
const indirect: Record<string, RegExp> = {
  slot: /const slots = \[([^\]]*)\]/g, // of the arena
  role: /const roles = \[([^\]]*)\]/g, // checkpoints to begin with
  key: /\b(?:read|number)\(('\w+')/g, // numbers within bounds
}

test('every address is told, and no other', () => {
  const route = read('../src/state/route.svelte.ts')
  const single = words(/const single = \[([^\]]*)\]/.exec(route)?.[1] ?? '')
  expect(single.length).toBeGreaterThan(5)
  const told = firstCells.flatMap(quoted).filter((x) => x.startsWith('#/'))
  const pages = [...single, ...stageNames].map((p) => (p === 'home' ? '#/' : `#/${p}`))
  expect(told.sort()).toEqual(pages.sort())
})

test('every key is told, and no other', () => {
  const keys = new Set<string>()
  for (const { file, source } of sources) {
    if (!/query|asked|URLSearchParams/.test(source)) continue
    for (const [, literal, variable] of source.matchAll(
      /(?:\bquery|\basked|\baddress|new URLSearchParams\(.*\))\.(?:get|has|number|choice|checkpoint|town)\((?:'(\w+)'|([\w.]+))/g,
    )) {
      if (literal) keys.add(literal)
      else if (variable === 'param.key')
        continue // the settings of a stage
      else {
        const names = indirect[variable ?? '']
        expect(names, `${file} reads the key ${variable}: where do its names stand?`).toBeDefined()
        const found = names ? [...source.matchAll(names)].flatMap((m) => words(m[1] ?? '')) : []
        expect(found, file).not.toEqual([])
        for (const name of found) keys.add(name)
      }
    }
  }
  const told = firstCells.filter((cell) => !cell.startsWith('`#')).flatMap(quoted)
  expect(told.sort()).toEqual([...keys].sort())
})

test('everything that can be hidden is told, and no other', () => {
  const list =
    /const hideable = \[([^\]]*)\]/.exec(read('../src/state/hidden.svelte.ts'))?.[1] ?? ''
  const table = read('../../docs/CLASSROOM.md').split('| name | gone |')[1]?.split('\n\n')[0] ?? ''
  const told = table.split('\n').flatMap((line) => /^\| `(\w+)` \|/.exec(line)?.[1] ?? [])
  expect(told).toEqual(words(list))
})
