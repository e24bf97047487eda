// @vitest-environment node
// What models and people say is translated by no browser, wherever it is shown.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const read = (file: string) => readFileSync(new URL(`../src/${file}`, import.meta.url), 'utf8')

/** The opening tag before a piece of a template. */
function tagOf(source: string, piece: string): string[] {
  const markup = source.slice(source.indexOf('</script>'))
  const found: string[] = []
  for (let at = markup.indexOf(piece); at >= 0; at = markup.indexOf(piece, at + 1))
    // What is handed to a part is shown there.
    if (markup[at - 1] !== '=') found.push(markup.slice(markup.lastIndexOf('<', at), at))
  return found
}

test.each([
  ['parts/pictures/AttemptText.svelte', '{a.text}', true],
  ['parts/pictures/GroupAdvantages.svelte', '{group[0]?.prompt}', true],
  ['parts/pictures/Attempts.svelte', '{a.prompt}', true],
  ['parts/pictures/BothOrders.svelte', '{side.answer}', true],
  ['parts/pictures/BothOrders.svelte', '{c.question}', true],
  ['parts/pictures/BothOrders.svelte', '{words.quoted({ word })}', true],
  ['parts/attribution/Generations.svelte', '{r.answer.text.trim()}', true],
  ['parts/attribution/Generations.svelte', '{r.name}', false],
  ['parts/arena/Answer.svelte', '{text}', true],
  ['pages/Arena.svelte', '{turn.content}', true],
  ['pages/Label.svelte', '{pair.question}', false],
  ['parts/label/Versus.svelte', '{l.question}', false],
  ['parts/tree/AskAll.svelte', '{answer.text.trim()}', true],
  ['parts/tree/Compare.svelte', '{c.name}', false],
  ['parts/pictures/TeacherStudent.svelte', '{tokenLabel(token)}', true],
])('%s: %s', (file, piece, lang) => {
  const tags = tagOf(read(file), piece)
  expect(tags.length).toBeGreaterThan(0)
  for (const tag of tags) {
    expect(tag).toContain('translate="no"')
    if (lang) expect(tag).toContain('lang={langOf(')
  }
})
