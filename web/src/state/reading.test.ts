import { expect, test } from 'vitest'
import type { Metrics } from '../engine/messages'
import { read } from './reading'

const lnV = 6.9
const ngrams = [5, 3, 2].map((loss, i) => ({ order: i + 1, loss, bits_per_byte: loss }))
const at = (step: number, train_loss: number, held_out_loss?: number): Metrics => ({
  step,
  train_loss,
  lr: 1,
  grad_norm: 1,
  tokens_per_s: 1,
  seconds: 1,
  seconds_left: 1,
  ...(held_out_loss === undefined ? {} : { held_out_loss }),
})
const kind = (...m: Metrics[]) => read(m, lnV, ngrams).kind

test('reads a curve against its lines', () => {
  expect(kind()).toBe('nothing')
  expect(kind(at(1, 6.93))).toBe('start')
  expect(kind(at(50, 5.6, 5.5))).toBe('aboveUnigram')
  expect(kind(at(90, 4.1, 4))).toBe('aboveBigram')
  expect(kind(at(200, 2.4, 2.5))).toBe('aboveTrigram')
  expect(kind(at(900, 1.4, 1.5))).toBe('belowAll')
})

test('worse than guessing is called so', () => {
  expect(kind(at(1, 6.9), at(40, 11))).toBe('worse')
})

test('a rise needs three measurements above the lowest, and more than noise', () => {
  const fall = [at(100, 2, 2.5), at(200, 1.5, 2.1)]
  expect(kind(...fall, at(300, 1.2, 2.3))).not.toBe('rising')
  const rise = [...fall, at(300, 1.2, 2.2), at(400, 1, 2.3), at(500, 0.8, 2.4)]
  expect(read(rise, lnV, ngrams)).toEqual({ kind: 'rising', steps: 300, from: 2.1, to: 2.4 })
  const noise = [...fall, at(300, 1.2, 2.101), at(400, 1, 2.102), at(500, 0.8, 2.103)]
  expect(kind(...noise)).not.toBe('rising')
})
