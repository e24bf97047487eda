import * as Comlink from 'comlink'
import type { Shell } from './worker'

/** One engine process, alive or dead. The client makes a new one after a death. */
export interface EnginePort {
  /** Resolves when the engine listens; rejects when it cannot start. */
  start(
    onMessage: (json: string, bytes?: Uint8Array) => void,
    onDeath: (why: string) => void,
  ): Promise<void>
  send(json: string, bytes?: Uint8Array): void
  ping(): Promise<void>
  terminate(): void
}

/** An engine in a Web Worker of its own. */
export function workerPort(): EnginePort {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), {
    type: 'module',
    name: 'sprout',
  })
  const shell = Comlink.wrap<Shell>(worker)
  const channel = new MessageChannel()
  let dead: (why: string) => void = () => {}
  const life = `sprout-engine-${Math.random()}`
  const ended = new AbortController()
  return {
    start(onMessage, onDeath) {
      dead = onDeath
      channel.port1.onmessage = ({
        data,
      }: MessageEvent<[string | null, (Uint8Array | string)?]>) => {
        const [json, rest] = data
        if (json === null) onDeath(String(rest))
        else onMessage(json, rest instanceof Uint8Array ? rest : undefined)
      }
      return new Promise((resolve, reject) => {
        worker.onerror = (event) => {
          event.preventDefault()
          const why = event.message || 'the worker could not be loaded'
          reject(new Error(why))
          onDeath(why)
        }
        shell.start(Comlink.transfer(channel.port2, [channel.port2]), life).then((locked) => {
          resolve()
          if (locked) whenFree(life, ended.signal, () => onDeath('the worker is gone'))
        }, reject)
      })
    },
    send(json, bytes) {
      const sent = bytes
        ? shell.handle(json, Comlink.transfer(bytes, [bytes.buffer as ArrayBuffer]))
        : shell.handle(json)
      sent.catch((error: unknown) => dead(String(error)))
    },
    ping: () => shell.ping(),
    terminate() {
      ended.abort()
      channel.port1.close()
      worker.terminate()
    },
  }
}

/** The worker holds its lock as long as it lives: the browser tells when it is free. */
function whenFree(name: string, signal: AbortSignal, then: () => void): void {
  navigator.locks.request(name, { signal }, then).catch(() => {}) // aborted: nobody waits any more
}
