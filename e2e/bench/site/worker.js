importScripts('wasm_exec.js')

globalThis.onmessage = async ({ data: request }) => {
  const go = new Go()
  go.argv = ['engine', request]
  const { instance } = await WebAssembly.instantiateStreaming(fetch('engine.wasm'), go.importObject)
  globalThis.memoryBytes = () => instance.exports.mem.buffer.byteLength
  await go.run(instance)
}
