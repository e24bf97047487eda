import { expect, test } from 'vitest'
import cases from '../../../core/gen/testdata/cuts.json'
import { entropy, shares } from './cuts'

test('the page cuts as the engine’s sampler does', () => {
  for (const c of cases) {
    const got = shares(Float32Array.from(c.logits), {
      temperature: c.temperature,
      topK: c.top_k,
      topP: c.top_p,
    })
    for (const [i, want] of c.shares.entries())
      expect(got[i], `${c.temperature} ${c.top_k} ${c.top_p}`).toBeCloseTo(want, 12)
  }
})

test('entropy is ln n where all are alike and 0 where one is certain', () => {
  expect(entropy([0.25, 0.25, 0.25, 0.25])).toBeCloseTo(Math.log(4), 12)
  expect(entropy([0, 1, 0])).toBe(0)
})
