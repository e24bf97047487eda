importScripts('wasm_exec.js')

globalThis.onmessage = async ({ data: request }) => {
  const module = await WebAssembly.compileStreaming(fetch('engine.wasm'))
  globalThis.sproutHost = {
    // A worker of this one, as in web/src/engine/worker.ts.
    spawn() {
      const peer = new Worker('peer.js')
      peer.postMessage(module)
      return peer
    },
  }
  const go = new Go()
  go.argv = ['engine', request]
  const instance = await WebAssembly.instantiate(module, go.importObject)
  globalThis.memoryBytes = () => instance.exports.mem.buffer.byteLength
  await go.run(instance)
  postMessage('{"error": "the engine ended"}') // nobody hears it after a result
}
