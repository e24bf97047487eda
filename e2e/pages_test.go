package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// screens are the artefacts of the walk: every page as people see it.
const screens = "../build/screens"

// look is one way to see a page; all of them together are both languages in both
// themes, on a phone, on a laptop and in front of a class.
type look struct {
	name, lang, theme string
	width, height     int64
	projector         bool
}

var looks = []look{
	{"laptop", "en", "light", 1366, 768, false},
	{"projector", "en", "dark", 1920, 1080, true},
	{"phone", "zh", "dark", 390, 844, false},
	{"phone-light", "zh", "light", 390, 844, false},
}

// violations are axe's findings: the rule, what it says, and where.
const violations = `
const found = await axe.run(document, {resultTypes: ['violations'], elementRef: false})
return found.violations.flatMap(v => v.nodes.map(n => v.id + ' (' + v.impact + '): ' + n.target.join(' ') + ': ' + n.failureSummary.replaceAll(/\s+/g, ' ')))`

// untranslated are words of a Chinese page that are in English alone: texts and
// labels without a Chinese character. Names and terms are no words to translate;
// what models and people wrote, code and formulas are marked in the page.
const untranslated = `
const names = /^(sprout|english|pretrain|sft|lora|dora|github|pytorch|hugging face|chromium|safari|firefox|webgpu|byte|bpe|char|json|jsonl|kl|simd|tok|adamw)$/i
const quoted = 'code, pre, kbd, .mono, .katex, svg, [translate=no], [lang=en], input, textarea, select[data-names], [data-said]'
const bare = text => !/\p{Script=Han}/u.test(text) && (text.match(/\p{Script=Latin}*\p{Ll}{3,}\p{Script=Latin}*/gu) ?? []).some(w => !names.test(w))
const out = new Set()
const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
while (walk.nextNode()) {
	const e = walk.currentNode.parentElement, text = walk.currentNode.textContent.trim()
	if (text && e.checkVisibility() && !e.closest(quoted + ', script, style') && bare(text)) out.add(e.tagName.toLowerCase() + '.' + e.className + ': ' + text)
}
for (const e of document.querySelectorAll('[aria-label], [title], [placeholder], [alt]')) for (const a of ['aria-label', 'title', 'placeholder', 'alt']) {
	const text = e.getAttribute(a)?.trim()
	if (text && !e.closest('[lang=en], [translate=no]') && bare(text)) out.add(e.tagName.toLowerCase() + '[' + a + ']: ' + text)
}
return [...out]`

// Every page in both languages and both themes: nothing that axe objects to,
// nothing left in English, no wider than the screen. Each is kept as a picture.
func TestEveryPage(t *testing.T) {
	axe, err := os.ReadFile("../web/node_modules/axe-core/axe.min.js")
	require.NoError(t, err)
	require.NoError(t, os.RemoveAll(screens))
	x := open(t, "#/pretrain?lang=en", string(axe), rhyme).ready()
	// A model, so that the pages that go on from one have one.
	x.do(60*time.Second, "await (await sprout.run(small({steps: 20}))).done")
	pages := value[[]string](x, time.Second, "return sprout.pages")
	require.Greater(t, len(pages), 15)
	for _, l := range looks {
		require.NoError(t, x.Resize(l.width, l.height))
		require.NoError(t, x.Prefer(l.theme))
		x.speak(l.lang)
		if value[bool](x, time.Second, "return document.documentElement.hasAttribute('data-projector')") != l.projector {
			x.key("p")
		}
		for _, page := range pages {
			route := "#/" + strings.TrimPrefix(page, "home")
			x.do(10*time.Second, "location.hash = '"+route+"'")
			x.wait(20*time.Second, "sprout.state().page === '"+page+"' && document.querySelector('main h1')")
			x.do(10*time.Second, "await document.fonts.ready; await Promise.allSettled(document.getAnimations().filter(a => a.playState === 'running' && a.effect.getComputedTiming().endTime < 5000).map(a => a.finished))")
			where := page + " on the " + l.name + " in " + l.lang + ", " + l.theme
			for _, v := range value[[]string](x, time.Minute, violations) {
				t.Errorf("%s: %s", where, v)
			}
			if l.lang == "zh" {
				assert.Empty(t, value[[]string](x, 10*time.Second, untranslated), where)
			}
			assert.LessOrEqual(t, value[int](x, time.Second, "return document.documentElement.scrollWidth - innerWidth"), 0, "%s is wider than the screen", where)
			require.NoError(t, x.WholeScreenshot(filepath.Join(screens, page+"-"+l.name+".jpg")))
		}
	}
}

// speak presses the button of a language where the page speaks the other.
func (x *tab) speak(lang string) {
	x.t.Helper()
	spoken := "document.documentElement.lang.startsWith('" + lang + "')"
	if !value[bool](x, time.Second, "return "+spoken) {
		x.press(map[string]string{"en": "English", "zh": "中文"}[lang])
		x.wait(10*time.Second, spoken)
	}
}
