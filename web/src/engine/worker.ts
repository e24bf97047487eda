// The worker's shell: hosts one Go instance and passes messages both ways.
import * as Comlink from 'comlink'
import './wasm_exec.js'
import type { Bridge } from '../gpu/bridge'
import wasmUrl from './sprout.wasm?url'

type NoGPU = 'absent' | 'insecure' | 'no_adapter'

const engine = globalThis as unknown as {
  Go: new () => { importObject: WebAssembly.Imports; run(i: WebAssembly.Instance): Promise<void> }
  sproutHost: {
    emit(json: string, bytes?: Uint8Array<ArrayBuffer>): void
    /** Missing where a worker cannot start workers. */
    spawn?: () => Worker
    /** The open GPU of this machine, or why there is none. */
    gpu(): Promise<Bridge | NoGPU>
  }
  sproutEngine?: { handle(json: string, bytes?: Uint8Array): void }
}

async function compile(): Promise<WebAssembly.Module> {
  const response = await fetch(wasmUrl)
  if (!response.ok) throw new Error(`${response.status} ${wasmUrl}`)
  if (response.headers.get('Content-Type')?.startsWith('application/wasm')) {
    return WebAssembly.compileStreaming(response)
  }
  // Some static hosts do not know the type.
  return WebAssembly.compile(await response.arrayBuffer())
}

/** Starts the engine once more, as a worker of this one: see wasm/peers. */
function spawn(module: WebAssembly.Module): Worker {
  const peer = new Worker(new URL('./peer.ts', import.meta.url), {
    type: 'module',
    name: 'sprout peer',
  })
  peer.postMessage(module)
  return peer
}

/** What belongs to a GPU is loaded only where there is WebGPU. */
async function openGPU(): Promise<Bridge | NoGPU> {
  const gpu = navigator.gpu as GPU | undefined
  if (!gpu) return isSecureContext ? 'absent' : 'insecure'
  const { openWithShaders } = await import('../gpu/shaders')
  return (await openWithShaders(gpu)) ?? 'no_adapter'
}

/** Holds a lock for as long as this worker lives; false where there are none. */
function hold(name: string): Promise<boolean> {
  // Missing outside secure contexts, whatever the types say.
  const locks = navigator.locks as LockManager | undefined
  if (!locks) return Promise.resolve(false)
  return new Promise((resolve, reject) => {
    locks
      .request(name, () => {
        resolve(true)
        return new Promise<never>(() => {})
      })
      .catch(reject)
  })
}

const shell = {
  /**
   * Starts Go. Every message goes to out as [json, bytes?]; resolves when the
   * engine listens, rejects when wasm does not load. The result says whether
   * the worker holds the lock of the name life, which ends with it.
   */
  async start(out: MessagePort, life: string): Promise<boolean> {
    const locked = await hold(life).catch(() => false)
    const module = await compile()
    const started = new Promise<void>((resolve) => {
      engine.sproutHost = {
        emit(json, bytes) {
          if (!bytes) out.postMessage([json])
          else out.postMessage([json, bytes], [bytes.buffer])
          resolve()
        },
        gpu: openGPU,
      }
      // Older Safari has no workers inside workers.
      if (typeof Worker === 'function') engine.sproutHost.spawn = () => spawn(module)
    })
    const go = new engine.Go()
    const instance = await WebAssembly.instantiate(module, go.importObject)
    const ended = go.run(instance).then(
      () => 'the engine ended',
      (error: unknown) => String(error),
    )
    void ended.then((reason) => out.postMessage([null, reason]))
    await Promise.race([
      started,
      ended.then((reason) => {
        throw new Error(reason)
      }),
    ])
    return locked
  },
  handle(json: string, bytes?: Uint8Array): void {
    if (!engine.sproutEngine) throw new Error('the engine is not running')
    engine.sproutEngine.handle(json, bytes)
  },
  ping(): void {
    // Answering is all: it shows that the worker's event loop still turns.
  },
}

export type Shell = typeof shell

Comlink.expose(shell)
