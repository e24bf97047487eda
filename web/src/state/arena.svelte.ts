import type { Question, Turn, Votes } from '../engine/messages'
import { isStage } from '../stages/list'
import { Asked } from './address.svelte'
import { checkpoints } from './checkpoints.svelte'
import { engine } from './engine.svelte'
import { Speech, type Manner } from './speech.svelte'

/** One model in a round: what it says, and where its answer stands. */
export interface Contestant {
  id: string
  speech: Speech
}

export interface Round {
  prompt: string
  manner: Manner
  /** In the order shown, which was drawn where the names are hidden. */
  contestants: Contestant[]
  blind: boolean
  /** Everybody has finished. */
  over: boolean
  /** Undefined before the vote; the id of the best, or empty for a tie. */
  best: string | undefined
}

const slots = ['a', 'b', 'c'] as const
export const most = slots.length

/** Models that were taught to converse are asked in the chat template, others in plain text. */
export function talks(id: string): boolean {
  const stage = checkpoints.list.find((c) => c.id === id)?.stage
  return stage !== undefined && isStage(stage)
}

/** A model that is here and writes. */
const answers = (id: string): boolean =>
  id === 'demo' || checkpoints.list.some((c) => c.id === id && c.writes)

/** The text as a model gets it that knows no conversations. */
export const plainly = (question: string): string => `${question}\n`

/** One prompt to one, two or three models. */
class Arena {
  chosen = $state.raw<string[]>(['demo'])
  prompt = $state('')
  temperature = $state(0.7)
  topK = $state(0)
  topP = $state(1)
  seed = $state(1)
  blind = $state(false)
  round = $state.raw<Round>()
  /** What was said so far, where one model alone is talked to. */
  turns = $state.raw<Turn[]>([])
  votes = $state.raw<Votes>()
  /** Held-out questions of the first model's town. */
  suggestions = $state.raw<Question[]>([])
  busy = $state(false)

  #suggestedFor = ''
  /** Rounds with a vote: the same answers again would count twice. */
  readonly #judged = new Set<string>()

  choose(slot: number, id: string): void {
    const next = [...this.chosen]
    if (id) next[slot] = id
    else next.splice(slot, 1)
    this.chosen = next
    this.forget()
  }

  /** Clears the table. */
  forget(): void {
    for (const c of this.round?.contestants ?? []) void c.speech.stop()
    this.round = undefined
    this.turns = []
  }

  /** A model that is gone, or that cannot write, leaves. */
  tidy(): void {
    const kept = this.chosen.filter(answers)
    if (kept.length === this.chosen.length && kept.length > 0) return
    const first = checkpoints.list.find((c) => c.writes)
    this.chosen = kept.length > 0 ? kept : [first?.id ?? 'demo']
    this.forget()
  }

  fromQuery(query: URLSearchParams): void {
    const asked = new Asked(query)
    const chosen = slots.flatMap((slot) => asked.checkpoint(slot, answers) ?? [])
    if (chosen.length > 0) this.chosen = [...new Set(chosen)]
    this.prompt = query.get('prompt') ?? this.prompt
    const read = (key: string, min: number, max: number, now: number, integer = false) =>
      asked.number(key, { min, max, integer }, now) ?? now
    this.temperature = read('temperature', 0, 2, this.temperature)
    this.topK = read('top_k', 0, 100, this.topK, true)
    this.topP = read('top_p', 0.05, 1, this.topP)
    this.seed = read('seed', 0, 999_999_999, this.seed, true)
    if (query.has('blind')) this.blind = query.get('blind') === '1'
    asked.tell()
  }

  toQuery(): Record<string, string | number | undefined> {
    const out: Record<string, string | number | undefined> = {}
    slots.forEach((slot, i) => (out[slot] = this.chosen[i]))
    return {
      ...out,
      prompt: this.prompt || undefined,
      temperature: this.temperature,
      top_k: this.topK || undefined,
      top_p: this.topP === 1 ? undefined : this.topP,
      seed: this.seed,
      blind: this.blind && this.chosen.length > 1 ? 1 : undefined,
    }
  }

  /** Questions to try, of the town that the first model has read about. */
  async suggest(): Promise<void> {
    const from = checkpoints.list.find((c) => c.id === this.chosen[0])
    const dataset = from ? from.dataset_id : 'town:quick:both:1'
    if (!dataset?.startsWith('town:') || dataset === this.#suggestedFor) return
    this.#suggestedFor = dataset
    const { questions } = await engine.client.call('ask', {
      checkpoints: [],
      dataset,
      max_tokens: 0,
    })
    this.suggestions = questions ?? []
  }

  /** Everybody answers, one after the other: they share one engine. */
  async ask(): Promise<void> {
    const prompt = this.prompt.trim()
    if (!prompt || this.busy) return
    const alone = this.chosen.length === 1
    const blind = this.blind && !alone
    const manner: Manner = {
      temperature: this.temperature,
      topK: this.topK,
      topP: this.topP,
      maxTokens: 48,
      seed: this.seed,
    }
    const order = blind ? drawn(this.chosen) : this.chosen
    const contestants = order.map((id) => ({ id, speech: new Speech(blind ? 30 : 40) }))
    const round: Round = { prompt, manner, contestants, blind, over: false, best: undefined }
    const before = alone && talks(this.chosen[0] as string) ? this.turns : []
    this.round = round
    this.busy = true
    try {
      for (const { id, speech } of contestants) {
        const chat = talks(id)
        await speech.say(id, chat ? prompt : plainly(prompt), { ...manner, chat, before })
        if (this.round !== round) return
      }
      this.round = { ...round, over: true }
      if (alone) {
        this.turns = [
          ...this.turns,
          { role: 'user', content: prompt },
          { role: 'assistant', content: (contestants[0] as Contestant).speech.text.trim() },
        ]
      }
    } finally {
      this.busy = false
    }
  }

  async stop(): Promise<void> {
    const round = this.round
    this.round = round && { ...round, over: true }
    for (const { speech } of round?.contestants ?? []) await speech.stop()
  }

  /** The same models and settings with other random numbers. */
  async again(): Promise<void> {
    this.seed++
    await this.ask()
  }

  /** Whether the answers on the table can be voted on. */
  get votable(): boolean {
    const r = this.round
    return (
      !!r?.over && r.best === undefined && r.contestants.length > 1 && !this.#judged.has(key(r))
    )
  }

  get judgedBefore(): boolean {
    const r = this.round
    return !!r && r.best === undefined && this.#judged.has(key(r))
  }

  /** Keeps a vote for the answer at a place, counted from 0; −1: a tie. */
  async vote(place: number): Promise<void> {
    const round = this.round
    if (!round || !this.votable || place >= round.contestants.length) return
    const best = round.contestants[place]?.id ?? ''
    this.votes = await engine.client.call('arena.vote', {
      checkpoints: round.contestants.map((c) => c.id),
      best,
      blind: round.blind,
    })
    this.#judged.add(key(round))
    this.round = { ...round, best }
  }

  async reloadVotes(): Promise<void> {
    this.votes = await engine.client.call('arena.votes', {})
  }

  /** Takes the last vote back, or all of them. */
  async dropVotes(last: boolean): Promise<void> {
    this.votes = await engine.client.call('arena.drop', { last })
    const round = this.round
    if (!last) this.#judged.clear()
    else if (round?.best !== undefined) {
      this.#judged.delete(key(round))
      this.round = { ...round, best: undefined }
    }
  }
}

const key = (r: Round): string =>
  JSON.stringify([r.prompt, r.manner, r.contestants.map((c) => c.id).sort()])

function drawn(ids: readonly string[]): string[] {
  const out = [...ids]
  for (let i = out.length - 1; i > 0; i--) {
    const j = Math.floor(Math.random() * (i + 1))
    ;[out[i], out[j]] = [out[j] as string, out[i] as string]
  }
  return out
}

export const arena = new Arena()
