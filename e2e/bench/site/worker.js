importScripts('wasm_exec.js')

globalThis.onmessage = async ({ data: args }) => {
  const go = new Go()
  go.argv = ['engine', ...args]
  const { instance } = await WebAssembly.instantiateStreaming(fetch('engine.wasm'), go.importObject)
  await go.run(instance)
}
