import type { Norm } from '../engine/messages'

/** A tensor's place: which layer, and which matrix in it. */
export interface Place {
  /** Counted from 0; -1 for what belongs to no layer. */
  layer: number
  part: string
}

/** Names are those of Hugging Face's Llama, and of PEFT for adapters. */
export function place(name: string): Place {
  const found = /layers\.(\d+)\.(?:self_attn\.|mlp\.)?(.+)$/.exec(name)
  const part = (found?.[2] ?? name)
    .replace(/^(base_model\.)?(model\.)*/, '')
    .replace(/\.weight$/, '')
  return { layer: found ? Number(found[1]) : -1, part }
}

/** Rows of layers and columns of parts, in the order in which they come. */
export function grid(norms: readonly Norm[]): {
  parts: string[]
  layers: { layer: number; cells: (Norm | undefined)[] }[]
  others: Norm[]
} {
  const parts: string[] = []
  const layers: number[] = []
  const others: Norm[] = []
  for (const n of norms) {
    const { layer, part } = place(n.name)
    if (layer < 0) {
      others.push(n)
      continue
    }
    if (!parts.includes(part)) parts.push(part)
    if (!layers.includes(layer)) layers.push(layer)
  }
  layers.sort((a, b) => a - b)
  return {
    parts,
    layers: layers.map((layer) => ({
      layer,
      cells: parts.map((part) =>
        norms.find((n) => place(n.name).layer === layer && place(n.name).part === part),
      ),
    })),
    others,
  }
}
