// @vitest-environment node
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { CommandName, CommandOf, EventName, EventOf, ResultOf } from '../src/engine/messages'
import { protocolTypes, typesFile } from './types.js'

const root = new URL('../../', import.meta.url)
const read = (path: string) => readFileSync(new URL(path, root), 'utf8')

interface Schema {
  $ref?: string
  type?: string
  properties?: Record<string, Schema>
  required?: string[]
  additionalProperties?: boolean | Schema
  items?: Schema
}
const schema = JSON.parse(read('web/src/engine/protocol.schema.json')) as Schema & {
  $defs: Record<string, Schema>
}

/** What is wrong with a value, strictly: unknown fields count. */
function faults(value: unknown, s: Schema, at: string): string[] {
  if (s.$ref) return faults(value, schema.$defs[s.$ref.slice('#/$defs/'.length)] as Schema, at)
  if (s.type === 'array') {
    if (!Array.isArray(value)) return [`${at} is no array`]
    return value.flatMap((v, i) => faults(v, s.items ?? {}, `${at}[${i}]`))
  }
  if (s.type === 'object') {
    if (typeof value !== 'object' || value === null) return [`${at} is no object`]
    const missing = (s.required ?? [])
      .filter((k) => !(k in value))
      .map((k) => `${at}.${k} is missing`)
    const inside = Object.entries(value).flatMap(([k, v]) => {
      const field = s.properties?.[k] ?? s.additionalProperties
      if (field === false) return [`${at}.${k} is unknown`]
      return field === undefined || field === true ? [] : faults(v, field, `${at}.${k}`)
    })
    return [...missing, ...inside]
  }
  const kind = { integer: 'number', number: 'number', string: 'string', boolean: 'boolean' }[
    s.type ?? ''
  ]
  return kind && typeof value !== kind ? [`${at} is no ${s.type}`] : []
}

const names = JSON.parse(read('wasm/protocol/testdata/messages.json')) as {
  commands: { [K in CommandName]: { command: CommandOf<K>; result: ResultOf<K> } }
  events: { [K in EventName]: EventOf<K> }
}

test('the types are those of the schema', async () => {
  expect(readFileSync(typesFile as URL, 'utf8')).toBe(
    await (protocolTypes as () => Promise<string>)(),
  )
}, 30_000)

test('every message has a fixture that fits the schema', () => {
  const kinds = schema.properties as Record<'commands' | 'events', Schema>
  expect(Object.keys(names.commands).sort()).toEqual(kinds.commands.required?.toSorted())
  expect(Object.keys(names.events).sort()).toEqual(kinds.events.required?.toSorted())
  expect(faults(names.commands, kinds.commands, 'commands')).toEqual([])
  expect(faults(names.events, kinds.events, 'events')).toEqual([])
})

test('the check is strict', () => {
  const encode = schema.$defs['Encode'] as Schema
  expect(faults({ tokenizer: 't', text: 1, more: true }, encode, 'x')).toEqual([
    'x.text is no string',
    'x.more is unknown',
  ])
  expect(faults({ tokenizer: 't' }, encode, 'x')).toEqual(['x.text is missing'])
})
