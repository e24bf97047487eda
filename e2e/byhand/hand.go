// Package byhand does on the page what a learner's hand would: it presses what
// can be seen, moves a choice with the arrow keys and types, and reads what
// comes of it. It never calls a function of the page's to change something.
package byhand

import (
	"fmt"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"sprout/e2e/browser"
)

// Hand is a learner's at a tab.
type Hand struct{ *browser.Page }

const (
	short = 20 * time.Second // for what the page does by itself
	slow  = 2 * time.Minute  // for what trains, on a busy machine
)

// Press clicks the first visible button, link or label of this text.
func (h Hand) Press(text string) error {
	return h.pressIn("document", text)
}

// pressIn clicks inside what an expression finds.
func (h Hand) pressIn(root, text string) error {
	find := `[...(` + root + `?.querySelectorAll('button, a, summary, label') ?? [])].find(e => e.checkVisibility() && !e.disabled &&
		(e.innerText.trim() === ` + browser.Quote(text) + ` || e.ariaLabel === ` + browser.Quote(text) + `))`
	if err := h.Wait(short, find); err != nil {
		return err
	}
	mark := `for (const e of document.querySelectorAll('[data-pressed]')) delete e.dataset.pressed; ` + find + `.dataset.pressed = ''`
	if _, err := browser.Eval[any](h.Page, short, "(() => {"+mark+"})()"); err != nil {
		return err
	}
	return h.Click("[data-pressed]")
}

// Sees waits for a text anywhere on the page.
func (h Hand) Sees(text string) error {
	return h.Wait(short, "document.body.innerText.includes("+browser.Quote(text)+")")
}

// Key presses one key.
func (h Hand) Key(name string) error { return h.Do(short, chromedp.KeyEvent(name)) }

// Pick moves the choice of a list with the keys to the first entry, from where
// it stands or from the top, for which the JavaScript condition on o, the
// <option>, holds.
func (h Hand) Pick(list, condition string) error {
	of := "document.querySelector(" + browser.Quote(list) + ")"
	wanted := "(o => " + condition + ")"
	if err := h.Wait(short, "[..."+of+".options].some(o => !o.disabled && "+wanted+"(o))"); err != nil {
		return err
	}
	entries, err := browser.Eval[int](h.Page, short, of+".options.length")
	if err != nil {
		return err
	}
	if _, err := browser.Eval[any](h.Page, short, of+".scrollIntoView({block: 'center'}), "+of+".focus()"); err != nil {
		return err
	}
	for key := kb.Home; ; key = kb.ArrowDown {
		there, err := browser.Eval[bool](h.Page, short, wanted+"("+of+".selectedOptions[0])")
		if err != nil || there {
			return err
		}
		if entries--; entries < -1 {
			return fmt.Errorf("no entry of %s is reached with %s", list, condition)
		}
		if err := h.Key(key); err != nil {
			return err
		}
	}
}
