import type { Param } from '../engine/messages'
import { data, mostMerges } from './data.svelte'
import { Setup } from './setup.svelte'

/** The tokenizer's one setting as a formula knows settings; it is kept with the data. */
export class Merges extends Setup {
  override params(): Param[] {
    const param = { key: 'merges', symbol: 'M', default: 1024, min: 0, max: mostMerges }
    return [{ ...param, integer: true, doc_en: '', doc_zh: '' }]
  }

  override value(): number {
    return data.merges
  }
}
