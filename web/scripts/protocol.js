// Remakes the protocol's types and the list of problem codes from the Go
// sources: `npm run protocol`. Needs Go.
import { spawnSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { protocolTypes, typesFile } from './types.js'

const root = fileURLToPath(new URL('../..', import.meta.url))
const { status } = spawnSync('go', ['run', './wasm/protocol/gen'], { cwd: root, stdio: 'inherit' })
await writeFile(typesFile, await protocolTypes())
process.exitCode = status ?? 1
