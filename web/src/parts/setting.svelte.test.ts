import { flushSync, mount, unmount } from 'svelte'
import { expect, test, vi } from 'vitest'
import type { CheckpointInfo, Param } from '../engine/messages'
import { checkpoints } from '../state/checkpoints.svelte'
import { run } from '../state/run.svelte'
import { settings } from '../state/settings.svelte'
import { stageSetup } from '../state/setup.svelte'
import Params from './pretrain/Params.svelte'
import Beginning from './stage/Beginning.svelte'

// A formula's library may come when the test is over and its page is gone.
vi.mock('./Formula.svelte', () => ({ default: () => {} }))

const param = (key: string, ...names: string[]): Param => ({
  key,
  symbol: 'x',
  default: 0,
  min: 0,
  max: names.length - 1,
  integer: true,
  choices_en: names,
  choices_zh: names,
  doc_en: '',
  doc_zh: '',
})
const model = (id: string, stage: string, parent: string) =>
  ({
    id,
    name: id,
    stage,
    parent,
    kind: 'final',
    writes: stage !== 'reward',
    created: 1,
  }) as CheckpointInfo

test('a switch is a box, a choice a list, and who scores is one list of models and graders', async () => {
  await settings.setLocale('en')
  run.stages = [
    {
      name: 'ppo',
      params: [
        param('reward', 'a model', 'all principles', 'right or wrong'),
        param('dora', 'LoRA', 'DoRA'),
        param('skill', 'pirate', 'poet', 'butler'),
      ],
    },
  ]
  const setup = stageSetup('ppo')
  const parts = [
    mount(Beginning, { target: document.body, props: { stage: 'ppo', setup } }),
    mount(Params, { target: document.body, props: { setup } }),
  ]
  const of = <T extends Element>(key: string, what: string) =>
    document.querySelector(`[data-setting=${key}] ${what}`) as T
  const choose = (list: HTMLSelectElement, value: string) => {
    list.value = value
    list.dispatchEvent(new Event('change', { bubbles: true }))
    flushSync()
  }
  flushSync()
  const scorer = of<HTMLSelectElement>('reward', 'select')
  expect(scorer.value).toBe('1') // without a reward model the graders score

  checkpoints.list = [model('judge', 'reward', 'sft'), model('sft', 'sft', 'base')]
  setup.parent = 'sft'
  setup.reward = 'judge'
  flushSync()
  expect([...scorer.options].map((o) => o.value)).toEqual(['judge', '1', '2'])
  expect([scorer.value, setup.rewarder]).toEqual(['judge', 'judge'])
  choose(scorer, '2')
  expect([setup.given(), setup.rewarder]).toEqual([{ reward: 2 }, ''])
  choose(scorer, 'judge')
  expect([setup.given(), setup.rewarder]).toEqual([{}, 'judge'])

  expect(of('reward', 'input')).toBeNull() // it stands in one place
  const box = of<HTMLInputElement>('dora', 'input[type=checkbox]')
  box.click()
  flushSync()
  expect(of<HTMLElement>('dora', 'output').textContent).toBe('DoRA')
  choose(of('skill', 'select'), '2')
  expect(setup.given()).toEqual({ dora: 1, skill: 2 })
  of<HTMLElement>('dora', '.link').click()
  flushSync()
  expect([box.checked, setup.given()]).toEqual([false, { skill: 2 }])
  for (const part of parts) void unmount(part)
})
