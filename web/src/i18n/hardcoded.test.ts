/// <reference types="node" />
import { readFileSync } from 'node:fs'
import { parse, type AST } from 'svelte/compiler'
import { expect, test } from 'vitest'

// Words that stand in a component instead of in the catalogues would be in one
// language for everybody. Names are the same in both.
const names = /\b(Sprout|English|KL|LoRA|JSON|JSONL|GitHub|Go|PyTorch|top-[kp])\b/g
const read = ['aria-label', 'title', 'placeholder', 'alt', 'label', 'aria-description']

type Node = { type: string; name?: string; data?: string; [key: string]: unknown }

function words(source: string): string[] {
  const out: string[] = []
  const says = (text: string) => {
    if (/\p{Script=Latin}{3,}|\p{Script=Han}/u.test(text.replace(names, ''))) out.push(text.trim())
  }
  const visit = (node: Node): void => {
    if (node.type === 'Attribute') {
      if (!read.includes(node.name ?? '') || !Array.isArray(node['value'])) return
      for (const part of node['value'] as Node[]) if (part.type === 'Text') says(part.data ?? '')
      return
    }
    if (node.type === 'RegularElement') {
      const attributes = node['attributes'] as Node[]
      if (['code', 'pre', 'kbd', 'style', 'script'].includes(node.name ?? '')) return
      if (attributes.some((a) => a.name === 'translate' || a.name === 'lang')) return
    }
    if (node.type === 'Text') return says(node.data ?? '')
    for (const [key, value] of Object.entries(node)) {
      if (key === 'metadata' || typeof value !== 'object' || value === null) continue
      for (const child of Array.isArray(value) ? value : [value])
        if (typeof (child as Node)?.type === 'string') visit(child as Node)
    }
  }
  const root: AST.Root = parse(source, { modern: true })
  visit(root.fragment as unknown as Node)
  return out
}

test('finds what is written into a component', () => {
  expect(
    words(`<script>const a = 'Hello there'</script>
      {#if x}<p class="loud voice" title="Say it">Hello there {name}</p>{:else}<b>你好</b>{/if}
      <Part label="Press me" kind="primary" /><code>go test</code><p>{t().common.title()} – {n}</p>
      <span translate="no">the fox</span> LoRA`),
  ).toEqual(['Say it', 'Hello there', '你好', 'Press me'])
})

const files = import.meta.glob('../**/*.svelte')

test.each(Object.keys(files))('%s takes its words from the catalogues', (file) => {
  const source = readFileSync(new URL(file, import.meta.url), 'utf8')
  expect(words(source)).toEqual([])
})
