// What the engine's sampler does to a model's distribution (core/gen): the
// temperature, then top-k, then top-p over what top-k kept, and what remains is
// normalised again. Both are tested against the same cases.

export interface Cuts {
  /** Divides the logits; 0 takes the most probable token. */
  temperature: number
  /** Keeps so many of the most probable tokens; 0 keeps all. */
  topK: number
  /** Keeps the fewest most probable tokens that reach this share; 0 or 1 keeps all. */
  topP: number
}

/** Ids by probability, the likeliest first; of equals the smaller id. */
export function ranked(logits: Float32Array): number[] {
  const ids = Array.from(logits, (_, i) => i)
  return ids.sort((a, b) => (logits[b] ?? 0) - (logits[a] ?? 0) || a - b)
}

/** The probability of every token to be drawn. */
export function shares(logits: Float32Array, cuts: Cuts, order = ranked(logits)): Float64Array {
  const out = new Float64Array(logits.length)
  const best = order[0]
  if (best === undefined) return out
  if (cuts.temperature === 0) {
    out[best] = 1
    return out
  }
  const top = logits[best] ?? 0
  const weights = Float64Array.from(logits, (l) => Math.exp((l - top) / cuts.temperature))
  let most = logits.length
  let total = 0
  if (cuts.topK > 0 && cuts.topK < most) {
    most = cuts.topK
    for (let n = 0; n < most; n++) total += weights[order[n] ?? 0] ?? 0
  } else {
    for (const w of weights) total += w
  }
  const all = cuts.topP === 0 || cuts.topP === 1
  let sum = 0
  let kept = 0
  while (kept < most) {
    sum += weights[order[kept++] ?? 0] ?? 0
    if (!all && sum >= cuts.topP * total) break
  }
  for (let n = 0; n < kept; n++) {
    const id = order[n] ?? 0
    out[id] = (weights[id] ?? 0) / sum
  }
  return out
}

/** The uncertainty of a distribution, in nats. */
export function entropy(distribution: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < distribution.length; i++) {
    const p = distribution[i] ?? 0
    if (p > 0) sum -= p * Math.log(p)
  }
  return sum
}
