package e2e

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// hideParts are what belongs to each name of `hide=`, on a page where it stands.
var hideParts = []struct{ name, page, parts string }{
	{"settings", "dpo", ".setting, .controls select"},
	{"settings", "tokenizer", "input[name=kind]"},
	{"data", "dpo", ".controls input[type=file]"},
	{"data", "pretrain", "input[value=town]"},
	{"formula", "dpo", ".katex-display, .shiki"},
	{"breaks", "dpo", ".breaks"},
	{"exercises", "dpo", "[data-exercise]"},
	{"questions", "dpo", ".questions, .real"},
	{"checkpoints", "dpo", "[aria-keyshortcuts=t]"},
	{"catchup", "dpo", "[aria-keyshortcuts=n]"},
	{"stages", "dpo", "a[href='#/'], a[href^='#/sft'], a[href^='#/ipo'], a[href^='#/reward'], .next"},
	{"rooms", "dpo", "a[href^='#/arena'], a[href^='#/inside'], a[href^='#/class'], a[href^='#/label']"},
	{"outside", "label", "label + label > input[name=judge]"},
}

// What an address hides is gone from the page, not only out of sight, and stays
// so on the way; what it does not hide is there.
func TestHiddenParts(t *testing.T) {
	x := open(t, "#/dpo?lang=en").ready()
	count := func(selector string) string {
		return `document.querySelectorAll("` + selector + `").length`
	}
	var all []string
	for _, p := range hideParts {
		if len(all) == 0 || all[len(all)-1] != p.name {
			all = append(all, p.name)
		}
		x.do(20*time.Second, "location.hash = '#/"+p.page+"?hide='")
		x.wait(20*time.Second, count(p.parts)+" > 0")
		x.do(20*time.Second, "location.hash = '#/"+p.page+"?hide="+p.name+"'")
		x.wait(20*time.Second, count(p.parts)+" === 0")
	}

	// All of it, and on from page to page by links without it.
	hide := strings.Join(all, ",")
	x.do(20*time.Second, "location.hash = '#/dpo?hide="+hide+"'")
	for _, page := range []string{"tokenizer", "pretrain", "label", "dpo"} {
		x.do(20*time.Second, "location.hash = '#/"+page+"'")
		x.wait(20*time.Second, "sprout.state().page === '"+page+"' && document.querySelector('h1') && decodeURIComponent(location.hash).includes('hide="+hide+"')")
		for _, p := range hideParts {
			x.wait(20*time.Second, count(p.parts)+" === 0")
		}
	}
	x.key("t")
	x.key("n")
	time.Sleep(500 * time.Millisecond)
	assert.Zero(t, value[int](x, 20*time.Second, "return document.querySelectorAll('[role=dialog]').length"))
	assert.Zero(t, value[int](x, 20*time.Second, "return document.querySelectorAll('.banner').length"), "catching up would be told")

	x.do(20*time.Second, "location.hash = '#/dpo?hide=setings'")
	x.sees("setings")

	y := open(t, "#/dpo?lang=en&hide=automation")
	y.wait(20*time.Second, "document.querySelector('h1')")
	require.True(t, value[bool](y, 20*time.Second, "return !('sprout' in globalThis)"))
}

// What an address asks for and cannot have is told with its range and with what
// is used instead, also where the address of an open page is changed.
func TestRefusedSettings(t *testing.T) {
	x := open(t, "#/dpo?lang=en&beta=99&seed=x").ready()
	x.sees("beta = 99: it goes from 0.001 to 10")
	x.sees("0.5 is used")
	x.sees("seed = x: it is a whole number from 0 to 999999999")
	assert.NotContains(t, value[string](x, 20*time.Second, "return location.hash"), "99&")
	x.do(20*time.Second, "location.hash = '#/dpo?beta=0.3'")
	x.wait(20*time.Second, "!document.querySelector('[data-refused]') && location.hash.includes('beta=0.3')")
	x.do(20*time.Second, "location.hash = '#/dpo?beta=abc&parent=nobody'")
	x.sees("beta = abc")
	x.sees("0.3 is used")
	x.sees("parent = nobody")

	y := open(t, "#/arena?lang=zh&temperature=5&a=nobody").ready()
	y.sees("temperature = 5")
	y.sees("只能取 0 到 2")
	y.sees("a = nobody")
}
