import type { Sampled, TokenEvent, Turn } from '../engine/messages'
import { engine } from './engine.svelte'
import { reducedMotion } from './settings.svelte'

export interface Manner {
  temperature: number
  topK: number
  topP: number
  maxTokens: number
  seed: number
  /** The prompt is a question, and the model answers. */
  chat?: boolean
  /** Id of an adapter, or "none". */
  adapter?: string
  /** What was said before the question. */
  before?: readonly Turn[]
}

let nextStream = 1

/**
 * One text in the making: asks the engine for tokens and shows them one by
 * one, no faster than a reader can follow.
 */
export class Speech {
  prompt = $state('')
  tokens = $state.raw<TokenEvent[]>([])
  /** The engine or the slower display is still at work. */
  busy = $state(false)
  result = $state.raw<Sampled>()

  #stream = 0
  #queue: TokenEvent[] = []
  #timer: ReturnType<typeof setTimeout> | undefined
  #finished: (() => void) | undefined

  constructor(private readonly pace = 60 /* ms per token */) {}

  get text(): string {
    return this.tokens.map((t) => t.delta).join('')
  }

  /** Writes on from the prompt. Resolves when all is shown; throws the engine's problem. */
  async say(checkpoint: string, prompt: string, manner: Manner): Promise<Sampled> {
    await this.stop()
    const stream = (this.#stream = nextStream++)
    this.prompt = prompt
    this.tokens = []
    this.result = undefined
    this.#finished = undefined
    this.busy = true
    const off = engine.client.on('token', (e) => {
      if (e.stream === stream && this.#stream === stream) this.#receive(e)
    })
    try {
      const result = await engine.client.call('sample', {
        checkpoint,
        prompt,
        max_tokens: manner.maxTokens,
        temperature: manner.temperature,
        top_k: manner.topK,
        top_p: manner.topP,
        seed: manner.seed,
        stream,
        ...(manner.chat ? { chat: true } : {}),
        ...(manner.adapter ? { adapter: manner.adapter } : {}),
        ...(manner.chat && manner.before?.length ? { before: [...manner.before] } : {}),
      })
      if (this.#stream === stream) {
        await new Promise<void>((resolve) => {
          this.#finished = resolve
          if (this.#queue.length === 0) resolve()
        })
      }
      if (this.#stream === stream) this.result = result
      return result
    } finally {
      off()
      if (this.#stream === stream) this.busy = false
    }
  }

  /** Ends the text where it is. */
  async stop(): Promise<void> {
    if (!this.busy) return
    const stream = this.#stream
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#queue = []
    this.#finished?.()
    this.#stream = 0
    this.busy = false
    await engine.client.call('sample.stop', { stream }).catch(() => {})
  }

  #receive(token: TokenEvent): void {
    this.#queue.push(token)
    if (this.#timer === undefined) this.#show()
  }

  #show(): void {
    const all = reducedMotion() || this.pace === 0
    const next = this.#queue.splice(0, all ? this.#queue.length : 1)
    if (next.length > 0) this.tokens = this.tokens.concat(next)
    if (this.#queue.length === 0) {
      this.#finished?.()
      if (!all && next.length > 0) this.#timer = setTimeout(() => this.#show(), this.pace)
      else this.#timer = undefined
      return
    }
    this.#timer = setTimeout(() => this.#show(), this.pace)
  }
}
