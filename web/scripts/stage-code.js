// A Vite plugin: `virtual:stage-code/<name>` is what stages/<name>_loss.go,
// stages/<name>.go or a file named below has between its markers, highlighted when the page is built.
// What the page shows is what runs, since there is no second copy of it.
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createHighlighter } from 'shiki'

const prefix = 'virtual:stage-code/'
const begin = /^\s*\/\/ <loss>\s*$/
const end = /^\s*\/\/ <\/loss>\s*$/

/** Formulas that are no loss of their own, and where they are computed. */
const elsewhere = {
  lora: 'core/nn/lora.go',
  dora: 'core/nn/dora.go',
  bpe: 'core/text/train_bpe.go',
  pair_best: 'core/text/candidate_heap.go',
  pair_counts: 'core/text/pair_counts.go',
  ppo_sum: 'stages/ppo.go',
  overlong: 'stages/dapo.go',
}

/** The file that holds the marked lines, from the root of the repository. */
export function sourceOf(stage) {
  const apart = `stages/${stage}_loss.go`
  return (
    elsewhere[stage] ??
    (existsSync(new URL(`../../${apart}`, import.meta.url)) ? apart : `stages/${stage}.go`)
  )
}

/** Cuts the marked lines out of a Go source; throws where there are none. */
export function markedLines(source) {
  const lines = source.split('\n')
  let from = lines.findIndex((l) => begin.test(l)) + 1
  let to = lines.findIndex((l) => end.test(l))
  if (from === 0 || to < from) throw new Error('no lines between // <loss> and // </loss>')
  while (from < to && lines[from].trim() === '') from++
  while (to > from && lines[to - 1].trim() === '') to--
  return { first: from + 1, code: lines.slice(from, to).join('\n') }
}

/** One object serves all highlighting of a build. */
let highlighter

async function highlight(code) {
  highlighter ??= createHighlighter({
    langs: ['go'],
    themes: ['github-light-high-contrast', 'github-dark-high-contrast'],
  })
  return (await highlighter).codeToHtml(code, {
    lang: 'go',
    themes: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' },
    defaultColor: 'light-dark()',
  })
}

export function stageCode() {
  return {
    name: 'stage-code',
    resolveId(id) {
      return id.startsWith(prefix) ? '\0' + id : undefined
    },
    async load(id) {
      if (!id.startsWith('\0' + prefix)) return undefined
      const file = sourceOf(id.slice(prefix.length + 1))
      const path = new URL(`../../${file}`, import.meta.url)
      this.addWatchFile(path.pathname)
      const { first, code } = markedLines(await readFile(path, 'utf8'))
      const html = await highlight(code.replaceAll('\t', '    '))
      return `export default ${JSON.stringify({ file, first, code, html })}`
    },
  }
}
