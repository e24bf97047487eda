import type { Dataset, Encoded, Faults, Merge, TokenizerInfo } from '../engine/messages'
import type { Asked } from './address.svelte'
import { engine } from './engine.svelte'
import { bytesOf } from './files'
import { townName, townOf, usualTown, type Town, type TownLanguage, type TownSize } from './town'

export const tokenizerKinds = ['bpe', 'char', 'byte'] as const
export type TokenizerKind = (typeof tokenizerKinds)[number]

/** 5 special tokens and 256 bytes come before the merges. */
export const vocabularyBeforeMerges = 261
export const defaultMerges = 1024
export const mostMerges = 4000

/** The text and the tokenizer that a run will use. */
class Data {
  source = $state<'town' | 'upload'>('town')
  size = $state<TownSize>('quick')
  language = $state<TownLanguage>('both')
  townSeed = $state(1)
  kind = $state<TokenizerKind>('bpe')
  merges = $state(defaultMerges)

  dataset = $state.raw<Dataset>()
  tokenizer = $state.raw<TokenizerInfo>()
  /** Merges learned so far, newest last, of the tokenizer in training or just trained. */
  learned = $state.raw<Merge[]>([])
  learning = $state(false)
  /** What long work is going on, with its share done. */
  progress = $state.raw<{ what: string; done: number }>()

  #datasetKey = ''
  #tokenizerKey = ''
  #uploaded: Dataset | undefined

  constructor() {
    engine.client.on('merges', (e) => (this.learned = this.learned.concat(e.merges)))
    engine.client.on('progress', (e) => (this.progress = e.done < 1 ? e : undefined))
    engine.onLoss(() => this.forget())
  }

  get town(): string {
    return townName({ size: this.size, language: this.language, seed: this.townSeed })
  }

  /** Takes text and tokenizer from an address. */
  take(asked: Asked): void {
    const town = asked.town('town', this.town)
    if (town) this.#settle(town)
    const merges = asked.number('merges', { min: 0, max: mostMerges, integer: true }, this.merges)
    if (merges !== undefined) {
      this.kind = 'bpe'
      this.merges = merges
    }
    this.kind = asked.choice('tokenizer', tokenizerKinds, this.kind) ?? this.kind
  }

  /** Text and tokenizer for an address; a file of the reader's own has none. */
  toQuery(): Record<string, string | number | undefined> {
    const { source, town, kind, merges } = this
    return {
      town: source === 'town' && town !== usualTown ? town : undefined,
      tokenizer: kind === 'bpe' ? undefined : kind,
      merges: kind === 'bpe' && merges !== defaultMerges ? merges : undefined,
    }
  }

  #settle({ size, language, seed }: Town): void {
    this.source = 'town'
    this.size = size
    this.language = language
    this.townSeed = seed
  }

  /** Forgets what a dead engine held. */
  forget(): void {
    this.dataset = undefined
    this.tokenizer = undefined
    this.#datasetKey = ''
    this.#tokenizerKey = ''
    this.#uploaded = undefined
    this.source = 'town'
    this.learning = false
    this.progress = undefined
  }

  /** Reads a file without choosing it as the text. */
  async read(file: File): Promise<Dataset> {
    return this.readBytes(file.name, await bytesOf(file))
  }

  readBytes(name: string, bytes: Uint8Array): Promise<Dataset> {
    return engine.client.call('dataset.upload', { name }, bytes)
  }

  /** The lines of a JSONL file that cannot be read. */
  faults(name: string, bytes: Uint8Array): Promise<Faults> {
    return engine.client.call('dataset.faults', { name }, bytes)
  }

  /** Reads the file; it is the source from then on. */
  async upload(file: File): Promise<Dataset> {
    return this.uploadBytes(file.name, await bytesOf(file))
  }

  async uploadBytes(name: string, bytes: Uint8Array): Promise<Dataset> {
    const dataset = await this.readBytes(name, bytes)
    if (this.#uploaded && this.#uploaded.id !== dataset.id)
      await engine.client.call('dataset.drop', { dataset: this.#uploaded.id })
    this.#uploaded = dataset
    this.source = 'upload'
    this.#take(dataset, `upload ${dataset.id}`)
    return dataset
  }

  get hasUpload(): boolean {
    return this.#uploaded !== undefined
  }

  /** Makes the chosen text unless it is there already. */
  async ensureDataset(): Promise<Dataset> {
    if (this.source === 'upload' && this.#uploaded) {
      this.#take(this.#uploaded, `upload ${this.#uploaded.id}`)
      return this.#uploaded
    }
    const key = `town ${this.town}`
    if (this.dataset && key === this.#datasetKey) return this.dataset
    const made = await engine.client.call('town.make', {
      seed: this.townSeed,
      size: this.size,
      lang: this.language,
    })
    this.#take(made, key)
    return made
  }

  /** Trains the chosen tokenizer on the chosen text unless that is done. */
  async ensureTokenizer(): Promise<TokenizerInfo> {
    const dataset = await this.ensureDataset()
    const key = `${dataset.id} ${this.kind} ${this.kind === 'bpe' ? this.merges : 0}`
    if (this.tokenizer && key === this.#tokenizerKey) return this.tokenizer
    this.learned = []
    this.learning = true
    try {
      const made = await this.train(dataset.id, this.kind, this.merges)
      this.tokenizer = made
      this.#tokenizerKey = key
      return made
    } finally {
      this.learning = false
      this.progress = undefined
    }
  }

  /** Takes what a resumed run brought with it. */
  adopt(dataset: Dataset, tokenizer: TokenizerInfo): void {
    if (this.dataset?.id === dataset.id && this.tokenizer?.id === tokenizer.id) return
    const town = dataset.id.startsWith('town:') ? townOf(dataset.id.slice(5)) : undefined
    if (town) {
      this.#settle(town)
      this.#datasetKey = `town ${this.town}`
    } else {
      this.source = 'upload'
      this.#uploaded = dataset
      this.#datasetKey = `upload ${dataset.id}`
    }
    this.dataset = dataset
    this.kind = tokenizer.kind as TokenizerKind
    if (tokenizer.kind === 'bpe') this.merges = tokenizer.merges
    this.tokenizer = tokenizer
    this.#tokenizerKey = `${dataset.id} ${this.kind} ${this.kind === 'bpe' ? this.merges : 0}`
    this.learned = []
  }

  /** Trains a tokenizer without choosing it. */
  train(dataset: string, kind: TokenizerKind, merges: number): Promise<TokenizerInfo> {
    return engine.client.call(
      'tokenizer.train',
      kind === 'bpe' ? { dataset, kind, merges } : { dataset, kind },
    )
  }

  encode(tokenizer: string, text: string, merges = 0): Promise<Encoded> {
    return engine.client.call('tokenizer.encode', { tokenizer, text, merges })
  }

  #take(dataset: Dataset, key: string): void {
    if (key === this.#datasetKey) return
    this.dataset = dataset
    this.#datasetKey = key
    this.tokenizer = undefined
    this.#tokenizerKey = ''
    this.progress = undefined
  }
}

export const data = new Data()
