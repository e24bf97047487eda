import type { Dataset, Encoded, Faults, Merge, TokenizerInfo } from '../engine/messages'
import { engine } from './engine.svelte'
import { bytesOf } from './files'

export type TownSize = 'quick' | 'standard'
export type TownLanguage = 'both' | 'en' | 'zh'
export type TokenizerKind = 'bpe' | 'char' | 'byte'

/** 5 special tokens and 256 bytes come before the merges. */
export const vocabularyBeforeMerges = 261
export const defaultMerges = 1024

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
    const key = `town ${this.size} ${this.language} ${this.townSeed}`
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
    const town = /^town:(quick|standard):(both|en|zh):(\d+)$/.exec(dataset.id)
    if (town) {
      this.source = 'town'
      this.size = town[1] as TownSize
      this.language = town[2] as TownLanguage
      this.townSeed = Number(town[3])
      this.#datasetKey = `town ${this.size} ${this.language} ${this.townSeed}`
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
