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

// cutOff are texts in what is fixed on the screen, such as the run bar of a phone,
// that do not show whole: nobody can scroll there to the rest. A text may be cut by
// an element that hides what flows over, stand beside its own block or the bar, or
// leave the screen. The box of a text is a little higher than its line.
const cutOff = `
const out = new Set()
const kept = (text, box, across) => text.left >= box.left - 1 && text.right <= box.right + 1 && (across || text.top >= box.top - 4 && text.bottom <= box.bottom + 4)
for (const bar of document.body.querySelectorAll('*')) {
	if (!['fixed', 'sticky'].includes(getComputedStyle(bar).position) || !bar.checkVisibility()) continue
	const texts = document.createTreeWalker(bar, NodeFilter.SHOW_TEXT)
	while (texts.nextNode()) {
		const text = texts.currentNode, said = text.data.trim()
		if (!said || text.parentElement.closest('.visually-hidden, svg, option') || !text.parentElement.checkVisibility({visibilityProperty: true})) continue
		const range = document.createRange()
		range.selectNodeContents(text)
		const box = range.getBoundingClientRect()
		let block = false
		for (let e = text.parentElement; ; e = e.parentElement) {
			const {overflowX, overflowY, display} = getComputedStyle(e)
			if (/auto|scroll/.test(overflowX + overflowY)) break
			const hides = /hidden|clip/.test(overflowX + overflowY)
			const own = !block && display !== 'inline'
			block ||= own
			if ((hides || own || e === bar) && !kept(box, e.getBoundingClientRect(), own && !hides)) out.add(said + ' in ' + e.tagName.toLowerCase() + '.' + e.className)
			if (e !== bar) continue
			if (!kept(box, {left: 0, top: 0, right: innerWidth, bottom: innerHeight}, getComputedStyle(bar).position === 'sticky')) out.add(said + ' off the screen')
			break
		}
	}
}
return [...out]
`

// blanks are places of a Chinese page where a blank stands between two sentences.
const blanks = `
const out = new Set()
const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
while (texts.nextNode()) {
	const e = texts.currentNode.parentElement
	if (e.closest('pre, code, [lang=en], [translate=no], textarea, script, style') || !e.checkVisibility()) continue
	const found = /\S*[。；！？]\s+\p{Script=Han}\S*/u.exec(texts.currentNode.textContent)
	if (found && getComputedStyle(e).whiteSpaceCollapse === 'collapse') out.add(found[0])
}
return [...out]
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
