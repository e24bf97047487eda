package pages

// still waits until fonts are there and what moves for a moment has moved.
const still = `
await document.fonts.ready
await new Promise(r => requestAnimationFrame(() => setTimeout(r)))
await Promise.allSettled(document.getAnimations().filter(a => a.playState === 'running' && a.effect.getComputedTiming().endTime < 5000).map(a => a.finished))
`

// violations are axe's findings: the rule, what it says, and where.
const violations = `
const found = await axe.run(document, {resultTypes: ['violations'], elementRef: false})
return found.violations.flatMap(v => v.nodes.map(n => v.id + ' (' + v.impact + '): ' + n.target.join(' ') + ': ' + n.failureSummary.replaceAll(/\s+/g, ' ')))
`

// untranslated are words of a Chinese page that are in English alone: texts and
// labels without a Chinese character. Names and terms are no words to translate;
// what models and people wrote, code and formulas are marked in the page.
const untranslated = `
const names = /^(sprout|english|pretrain|sft|lora|dora|github|pytorch|hugging face|chromium|safari|firefox|webgpu|byte|bpe|char|json|jsonl|kl|simd|tok|adamw)$/i
const quoted = 'code, pre, kbd, .mono, .katex, svg, [translate=no], [lang=en], input, textarea'
const bare = text => !/\p{Script=Han}/u.test(text) && (text.match(/\p{Script=Latin}*\p{Ll}{3,}\p{Script=Latin}*/gu) ?? []).some(w => !names.test(w))
const out = new Set()
const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
while (texts.nextNode()) {
	const e = texts.currentNode.parentElement, text = texts.currentNode.textContent.trim()
	if (text && !e.closest(quoted + ', script, style') && bare(text) && e.checkVisibility()) out.add(e.tagName.toLowerCase() + '.' + e.className + ': ' + text)
}
for (const e of document.querySelectorAll('[aria-label], [title], [placeholder], [alt]')) for (const a of ['aria-label', 'title', 'placeholder', 'alt']) {
	const text = e.getAttribute(a)?.trim()
	if (text && !e.closest('[lang=en], [translate=no]') && bare(text)) out.add(e.tagName.toLowerCase() + '[' + a + ']: ' + text)
}
return [...out]
`
