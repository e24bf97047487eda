import type { CheckpointInfo } from '../engine/messages'
import { engine } from './engine.svelte'
import { saveFile } from './files'

/** The checkpoints in this browser. */
class Checkpoints {
  list = $state.raw<CheckpointInfo[]>([])
  open = $state(false)
  /** The one that is looked at; the newest where none is chosen. */
  picked = $state('')
  /** Two that are compared, by id. */
  pair = $state.raw<readonly [string, string]>()
  #asked = false

  constructor() {
    engine.client.on('saved', () => {
      // Read again: an automatic checkpoint may have taken the place of others.
      void this.reload().catch(() => {})
      void this.#persist()
    })
  }

  /** Asks the browser, once there is something to lose, not to evict it. */
  async #persist(): Promise<void> {
    if (this.#asked || engine.storage?.persisted) return
    this.#asked = true
    // Missing outside secure contexts, whatever the types say.
    const storage = navigator.storage as StorageManager | undefined
    if (await storage?.persist()) engine.storage = await engine.client.call('storage', {})
  }

  async reload(): Promise<CheckpointInfo[]> {
    this.list = (await engine.client.call('checkpoints.list', {})).checkpoints ?? []
    return this.list
  }

  get current(): CheckpointInfo | undefined {
    return this.list.find((c) => c.id === this.picked) ?? this.list[0]
  }

  compare(a: string, b: string): void {
    this.pair = [a, b]
    this.open = true
  }

  async rename(checkpoint: string, name: string): Promise<void> {
    await engine.client.call('checkpoints.rename', { checkpoint, name })
    this.list = this.list.map((c) => (c.id === checkpoint ? { ...c, name } : c))
  }

  async remove(checkpoint: string): Promise<void> {
    await engine.client.call('checkpoints.delete', { checkpoint })
    this.list = this.list.filter((c) => c.id !== checkpoint)
    if (engine.offer?.checkpoint.id === checkpoint) engine.offer = undefined
  }

  /** One .safetensors file with weights, tokenizer and lineage. */
  async export(checkpoint: string): Promise<Uint8Array> {
    const { bytes } = await engine.client.callForBytes('checkpoints.export', { checkpoint })
    return bytes ?? new Uint8Array()
  }

  async download(checkpoint: CheckpointInfo): Promise<void> {
    saveFile(await this.export(checkpoint.id), `${checkpoint.name || checkpoint.id}.safetensors`)
  }

  async import(name: string, bytes: Uint8Array): Promise<CheckpointInfo> {
    const info = await engine.client.call('checkpoints.import', { name }, bytes)
    await this.reload()
    return info
  }
}

export const checkpoints = new Checkpoints()
