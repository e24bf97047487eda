import {
  EngineError,
  type CommandName,
  type CommandOf,
  type EventName,
  type EventOf,
  type Message,
  type Ready,
  type ResultOf,
} from './messages'
import type { EnginePort } from './port'
import { Watchdog } from './watchdog'

export type Status = 'starting' | 'ready' | 'dead'

interface Pending {
  resolve(value: { result: unknown; bytes: Uint8Array | undefined }): void
  reject(error: EngineError): void
}

export interface ClientOptions {
  spawn(): EnginePort
  /** Fields of the first command, asked for at every start. */
  hello(): CommandOf<'hello'>
  onStatus(status: Status, ready?: Ready, death?: Death): void
  /** The engine has been silent for so many ms; undefined once that is over. */
  onSilence(ms: number | undefined): void
}

export interface Death {
  why: string
  /** The engine had been ready before, so something may be lost. */
  wasReady: boolean
  restarting: boolean
}

const restartWindow = 60_000 // ms
const restartsAllowed = 3 // in one window; after that a person has to ask

/** Speaks the protocol with one engine at a time and replaces a dead one. */
export class EngineClient {
  #port: EnginePort | undefined
  #status: Status = 'starting'
  #ready = false
  #nextId = 1
  readonly #pending = new Map<number, Pending>()
  readonly #listeners = new Map<string, Set<(event: never) => void>>()
  #deaths: number[] = []
  #watchdog: Watchdog | undefined

  constructor(private readonly options: ClientOptions) {}

  get status(): Status {
    return this.#status
  }

  /** Starts an engine, in place of the present one if there is any. */
  async start(): Promise<void> {
    this.#drop()
    const port = this.options.spawn()
    this.#port = port
    this.#set('starting')
    const alive = () => this.#port === port
    const onDeath = (why: string) => {
      if (alive()) this.#died(why)
    }
    try {
      await port.start((json, bytes) => {
        if (alive()) this.#receive(JSON.parse(json) as Message, bytes)
      }, onDeath)
      if (!alive()) return
      const ready = await this.call('hello', this.options.hello())
      if (!alive()) return
      this.#ready = true
      this.#set('ready', ready)
      this.#watchdog = new Watchdog(
        () => port.ping(),
        (ms) => this.options.onSilence(ms),
      )
    } catch (error) {
      onDeath(error instanceof Error ? error.message : String(error))
    }
  }

  /** Sends a command and waits for its one reply. */
  async call<K extends CommandName>(
    type: K,
    fields: CommandOf<K>,
    bytes?: Uint8Array,
  ): Promise<ResultOf<K>> {
    return (await this.callForBytes(type, fields, bytes)).result
  }

  /** Like call, for commands whose reply has a file beside it. */
  callForBytes<K extends CommandName>(
    type: K,
    fields: CommandOf<K>,
    bytes?: Uint8Array,
  ): Promise<{ result: ResultOf<K>; bytes: Uint8Array | undefined }> {
    const port = this.#port
    if (!port) return Promise.reject(lost('no engine'))
    const id = this.#nextId++
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve: resolve as Pending['resolve'], reject })
      port.send(JSON.stringify({ ...fields, type, id }), bytes)
    })
  }

  /** Listens to one kind of event; returns the way to stop. */
  on<K extends EventName>(type: K, listener: (event: EventOf<K>) => void): () => void {
    let set = this.#listeners.get(type)
    if (!set) this.#listeners.set(type, (set = new Set()))
    set.add(listener)
    return () => set.delete(listener)
  }

  /** Gives a silent engine more time before its silence is told again. */
  wait(): void {
    this.#watchdog?.wait()
  }

  /** Ends an engine for whose answer nobody wants to wait, and starts another. */
  async replace(why: string): Promise<void> {
    const wasReady = this.#ready
    this.#drop(why)
    this.#set('dead', undefined, { why, wasReady, restarting: true })
    await this.start()
  }

  /** Ends the engine for good. */
  stop(): void {
    this.#drop()
    this.#set('dead')
  }

  #receive(message: Message, bytes: Uint8Array | undefined): void {
    this.#watchdog?.heard()
    if (message.type === 'started') return
    if (message.type === 'ok' || message.type === 'error') {
      const pending = this.#pending.get(message.id)
      this.#pending.delete(message.id)
      if (message.type === 'ok') pending?.resolve({ result: message.result ?? null, bytes })
      else pending?.reject(new EngineError(message.problem))
      return
    }
    for (const listener of this.#listeners.get(message.type) ?? []) listener(message as never)
  }

  #died(why: string): void {
    const wasReady = this.#ready
    const now = Date.now()
    this.#deaths = [...this.#deaths.filter((t) => now - t < restartWindow), now]
    const restarting = wasReady && this.#deaths.length <= restartsAllowed
    this.#drop(why)
    this.#set('dead', undefined, { why, wasReady, restarting })
    if (restarting) void this.start()
  }

  /** Lets go of the engine; commands still waiting fail. */
  #drop(why = 'the engine was replaced'): void {
    this.#watchdog?.stop()
    this.#watchdog = undefined
    this.#port?.terminate()
    this.#port = undefined
    this.#ready = false
    const waiting = [...this.#pending.values()]
    this.#pending.clear()
    for (const pending of waiting) pending.reject(lost(why))
  }

  #set(status: Status, ready?: Ready, death?: Death): void {
    this.#status = status
    this.options.onStatus(status, ready, death)
  }
}

function lost(why: string): EngineError {
  return new EngineError({ code: 'engine_lost', args: { why }, text: `The engine is gone: ${why}` })
}
