import type { Inspect, Inspection as Seen, Token } from '../engine/messages'
import { engine } from './engine.svelte'

/** One look into a model: what it made of a text. */
export interface Look extends Seen {
  checkpoint: string
  text: string
  named: Map<number, Token>
  /** [T][V], what is expected after each token. */
  logits: Float32Array[]
  /** [L][H], each [T·T], query by key; empty where it was not asked for. */
  attention: Float32Array[][]
}

export const floats = (bytes: Uint8Array | undefined): Float32Array<ArrayBuffer> => {
  // A copy: what the engine sends may begin at any byte.
  const copy = (bytes ?? new Uint8Array()).slice()
  return new Float32Array(copy.buffer, 0, copy.byteLength >> 2)
}

/** Asks the engine; it answers between two steps of a run. */
export async function look(command: Inspect): Promise<Look> {
  const { result, bytes } = await engine.client.callForBytes('inspect', command)
  const data = floats(bytes)
  const T = result.tokens.length
  const V = result.vocab
  const logits = result.tokens.map((_, i) => data.subarray(i * V, (i + 1) * V))
  const attention: Float32Array[][] = []
  let at = T * V
  for (let l = 0; l < result.layers && at < data.length; l++) {
    const heads: Float32Array[] = []
    for (let h = 0; h < result.heads; h++, at += T * T) heads.push(data.subarray(at, at + T * T))
    attention.push(heads)
  }
  const named = new Map(result.names.map((t) => [t.id, t]))
  for (const { token } of result.tokens) named.set(token.id, token)
  return { ...result, checkpoint: command.checkpoint, text: command.text, named, logits, attention }
}

/** The row of a query. */
export const rowOf = (head: Float32Array, T: number, query: number): Float32Array =>
  head.subarray(query * T, (query + 1) * T)

export interface Habits {
  self: number
  previous: number
  first: number
}

/** Where a head looks on average: at the token itself, the one before, the first one. */
export function habits(head: Float32Array, T: number): Habits {
  const sum = { self: 0, previous: 0, first: 0 }
  // The first two queries have no choice between these.
  const from = Math.min(2, T - 1)
  for (let i = from; i < T; i++) {
    sum.self += head[i * T + i] ?? 0
    sum.previous += i > 0 ? (head[i * T + i - 1] ?? 0) : 0
    sum.first += head[i * T] ?? 0
  }
  const n = Math.max(1, T - from)
  return { self: sum.self / n, previous: sum.previous / n, first: sum.first / n }
}

/** The largest entries, in order. */
export function largest(row: ArrayLike<number>, n: number): { at: number; share: number }[] {
  return Array.from(row, (share, at) => ({ at, share }))
    .sort((a, b) => b.share - a.share || a.at - b.at)
    .slice(0, n)
}
