import { expect, test } from 'vitest'
import told from '../engine/measures.gen.json'
import { charts, looks } from './measures'

const names = Object.keys(told)

test('every measure is drawn once, and what counts iterations is no curve', () => {
  const drawn = charts(names).flat()
  expect([...drawn].sort()).toEqual(names.filter((name) => name !== 'iteration').sort())
})

test('the curves of a chart are told apart', () => {
  for (const group of charts(names)) {
    expect(new Set(looks(group).map((look) => JSON.stringify(look))).size).toBe(group.length)
  }
  expect(looks(['honest', 'false_refusals'])).toEqual([
    { colour: '--held-out' },
    { colour: '--held-out', dash: [6, 4] },
  ])
})
