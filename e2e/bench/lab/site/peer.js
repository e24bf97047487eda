// A worker beside the engine, as in web/src/engine/peer.ts.
importScripts('wasm_exec.js')

globalThis.onmessage = async ({ data: module }) => {
  const go = new Go()
  go.argv = ['engine', 'peer']
  let why = 'the program ended'
  try {
    await go.run(await WebAssembly.instantiate(module, go.importObject))
  } catch (error) {
    why = String(error)
  }
  postMessage('ended ' + why)
  close()
}
