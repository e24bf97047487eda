// @vitest-environment node
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { markedLines, sourceOf } from './stage-code.js'

test('cuts the marked lines and says where they begin', () => {
  const source = 'package a\n\n// <loss>\nfunc f() {\n}\n// </loss>\n\nfunc g() {}\n'
  expect(markedLines(source)).toEqual({ first: 4, code: 'func f() {\n}' })
})

test('blank lines at the edges are no part of it', () => {
  const source = '// <loss>\n\n// f is.\nfunc f() {}\n\n// </loss>\n'
  expect(markedLines(source)).toEqual({ first: 3, code: '// f is.\nfunc f() {}' })
})

test('a file without markers is refused', () => {
  expect(() => markedLines('package a\n')).toThrow('no lines between')
})

test.each([
  ['bpe', 'tr.best()'],
  ['pair_best', 'c.count > d.count'],
  ['pair_counts', 'wd.count'],
  ['pretrain', 'cross_entropy'],
  ['lora', 'product(t, down, p.b)'],
  ['dora', 'rms_norm'],
  ['dpo', 'refChosen'],
  ['ppo', 'clip'],
  ['judge', 'letter'],
  ['rlaif_label', 'bFirst'],
  ['soft_reward', 'label'],
  ['soft_dpo', 'label'],
  ['ppo_sum', 'valueCoef'],
  ['value_loss', 'epsilon'],
  ['entropy_bonus', 'log_softmax'],
  ['kl_controller', 'c.Target'],
  ['overlong', 'l.overlong'],
  ['gae', 'delta'],
  ['rlhf_reward', 'beta'],
  ['group_advantages', 'standardised'],
  ['spo_tracker', 'value'],
  ['distill', 'between'],
  ['distill_sequence', 'teacherWrites'],
])('stage %s shows at most 25 lines', (stage, line) => {
  const source = readFileSync(new URL(`../../${sourceOf(stage)}`, import.meta.url), 'utf8')
  const { code } = markedLines(source)
  expect(code).toContain(line)
  expect(code.split('\n').length).toBeLessThanOrEqual(25)
})
