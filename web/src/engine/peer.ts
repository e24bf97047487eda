// The shell of a worker beside the engine: hosts one more Go instance, made
// from the engine's compiled module. wasm/peers says what it must do.
import './wasm_exec.js'

const { Go } = globalThis as unknown as {
  Go: new () => {
    argv: string[]
    importObject: WebAssembly.Imports
    run(i: WebAssembly.Instance): Promise<void>
  }
}

onmessage = async ({ data: module }: MessageEvent<WebAssembly.Module>) => {
  const go = new Go()
  go.argv = ['sprout', 'peer']
  let why = 'the program ended'
  try {
    await go.run(await WebAssembly.instantiate(module, go.importObject))
  } catch (error) {
    why = String(error)
  }
  postMessage('ended ' + why)
  close()
}
