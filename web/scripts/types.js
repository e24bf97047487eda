import { readFile } from 'node:fs/promises'
import { compile } from 'json-schema-to-typescript'

export const schemaFile = new URL('../src/engine/protocol.schema.json', import.meta.url)
export const typesFile = new URL('../src/engine/protocol.gen.ts', import.meta.url)

/** Makes the TypeScript of the committed schema. */
export async function protocolTypes() {
  const schema = JSON.parse(await readFile(schemaFile, 'utf8'))
  return compile(schema, 'Protocol', {
    bannerComment: '// Made from wasm/protocol by `npm run protocol`. Do not edit.',
    additionalProperties: false,
    style: { semi: false, singleQuote: true, printWidth: 100 },
  })
}
