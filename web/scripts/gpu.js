// Runs e2e/gpu/engine under Node on a GPU that the npm package webgpu opens:
//
//   node scripts/gpu.js ENGINE.wasm conformance
//
// With SPROUT_PLAIN set it does without subgroups.
// SPROUT_WEBGPU is where that package is, if not in node_modules. The bridge and
// the shaders are those that a browser runs.
import { readFileSync, readdirSync } from 'node:fs'
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import ts from 'typescript'

const web = join(import.meta.dirname, '..')
const [wasm, ...args] = process.argv.slice(2)

const { create, globals } = await import(process.env['SPROUT_WEBGPU'] ?? 'webgpu')
Object.assign(globalThis, globals)

const source = readFileSync(join(web, 'src/gpu/bridge.ts'), 'utf8')
const { outputText } = ts.transpileModule(source, {
  compilerOptions: { module: 'esnext', target: 'es2023' },
})
const { open } = await import(`data:text/javascript,${encodeURIComponent(outputText)}`)

const shaders = join(web, '../core/backend/webgpu')
const sources = {}
for (const file of readdirSync(shaders)) {
  if (file.endsWith('.wgsl')) sources[file.slice(0, -5)] = readFileSync(join(shaders, file), 'utf8')
}

// What create gives must live as long as its devices.
globalThis.sproutDawn = create([])
globalThis.sproutGPU = await open(globalThis.sproutDawn, sources, !!process.env['SPROUT_PLAIN'])
if (!globalThis.sproutGPU) throw new Error('there is no GPU that WebGPU can use')
console.error(globalThis.sproutGPU.adapter)

const root = execFileSync('go', ['env', 'GOROOT'], { encoding: 'utf8' }).trim()
await import(pathToFileURL(join(root, 'lib/wasm/wasm_exec.js')))
const go = new globalThis.Go()
go.argv = ['engine', ...args]
const { instance } = await WebAssembly.instantiate(readFileSync(wasm), go.importObject)
go.exit = (code) => process.exit(code)
await go.run(instance)
process.exit(0)
