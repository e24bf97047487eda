// Package pages visits every page of the site as people see it: in both
// languages and themes, on a phone, on a laptop and in front of a class. It
// finds what axe-core objects to, words left in English, pages wider than the
// screen and texts cut off in what is fixed on it, and keeps a picture of each.
package pages

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"sprout/e2e/browser"
)

// Look is one way to see a page.
type Look struct {
	Name, Lang, Theme string
	Width, Height     int64 // CSS pixels
	Projector         bool
}

// Looks are all languages in all themes; the first two hold each of them once.
var Looks = []Look{
	{"laptop", "en", "light", 1366, 768, false},
	{"phone-zh", "zh", "dark", 390, 844, false},
	{"projector", "en", "dark", 1920, 1080, true},
	{"laptop-zh", "zh", "light", 1366, 768, false},
	{"phone", "en", "light", 390, 844, false},
	{"projector-zh", "zh", "dark", 1920, 1080, true},
}

// Script is axe-core, which must run before the scripts of the page; root is
// the folder of the repository.
func Script(root string) (string, error) {
	axe, err := os.ReadFile(filepath.Join(root, "web", "node_modules", "axe-core", "axe.min.js"))
	return string(axe), err
}

// Walk is a visit to a site that is open in a tab with Script.
type Walk struct {
	Page *browser.Page
	// Pictures is the folder for pictures; none are taken when empty.
	Pictures string
	// Visits counts what was looked at.
	Visits int

	found []string
}

// Every visits all pages of the site in a look and says what is wrong with them.
func (w *Walk) Every(l Look) ([]string, error) {
	rooms, err := browser.Eval[[]string](w.Page, time.Minute, "sprout.pages")
	if err != nil {
		return nil, err
	}
	return w.collect(func() error {
		if err := w.wear(l); err != nil {
			return err
		}
		for _, room := range rooms {
			if err := w.enter(room); err != nil {
				return err
			}
			if err := w.look(room, l); err != nil {
				return err
			}
		}
		return nil
	})
}

func (w *Walk) collect(visit func() error) ([]string, error) {
	w.found = nil
	err := visit()
	return w.found, err
}

// wear makes the browser and the page look like this.
func (w *Walk) wear(l Look) error {
	if err := w.Page.Resize(l.Width, l.Height); err != nil {
		return err
	}
	if err := w.Page.Prefer(l.Theme); err != nil {
		return err
	}
	// By the page's own means: the button of the other language, the key p.
	return w.do(fmt.Sprintf(`
		if (!document.documentElement.lang.startsWith('%[1]s')) [...document.querySelectorAll('header button[lang]')].find(b => b.lang.startsWith('%[1]s')).click()
		if (document.documentElement.hasAttribute('data-projector') !== %[2]t) document.body.dispatchEvent(new KeyboardEvent('keydown', {key: 'p', bubbles: true}))
		`+until(`document.documentElement.lang.startsWith('%[1]s') && document.documentElement.hasAttribute('data-projector') === %[2]t`), l.Lang, l.Projector))
}

// enter goes to a room without a reload.
func (w *Walk) enter(room string) error {
	return w.do("location.hash = '#/" + strings.TrimPrefix(room, "home") + "'\n" +
		until("sprout.state().page === '"+strings.SplitN(room, "?", 2)[0]+"' && document.querySelector('main h1')") + furnished[room])
}

// furnished waits for what a room shows a moment after it is entered.
var furnished = map[string]string{"inside": until("document.querySelector('main td.bar')")}

// look judges what the tab shows, as name.
func (w *Walk) look(name string, l Look) error {
	w.Visits++
	where := name + ", " + l.Name
	type verdict struct {
		Axe, English, Blank, Cut []string
		Over                     float64
	}
	v, err := browser.Eval[verdict](w.Page, time.Minute, "(async () => {"+still+"return {axe: await (async () => {"+violations+"})(), english: (() => {"+untranslated+"})(), blank: (() => {"+blanks+"})(), cut: (() => {"+cutOff+"})(), over: document.documentElement.scrollWidth - innerWidth}})()")
	if err != nil {
		return fmt.Errorf("%s: %w", where, err)
	}
	for _, a := range v.Axe {
		w.found = append(w.found, where+": axe: "+a)
	}
	if l.Lang == "zh" {
		for _, e := range v.English {
			w.found = append(w.found, where+": not in Chinese: "+e)
		}
		for _, b := range v.Blank {
			w.found = append(w.found, where+": a blank between sentences: "+b)
		}
	}
	for _, c := range v.Cut {
		w.found = append(w.found, where+": cut off: "+c)
	}
	if v.Over > 0 {
		w.found = append(w.found, fmt.Sprintf("%s: wider than the screen by %v px", where, v.Over))
	}
	if w.Pictures == "" {
		return nil
	}
	return w.Page.WholeScreenshot(filepath.Join(w.Pictures, strings.NewReplacer("?", "-", "=", "-").Replace(name)+"."+l.Name+".jpg"))
}

// CutOff says which texts the tab cuts off in what is fixed on the screen.
func (w *Walk) CutOff() ([]string, error) {
	return browser.Eval[[]string](w.Page, time.Minute, "(() => {"+cutOff+"})()")
}

// do runs statements of an async function.
func (w *Walk) do(body string) error {
	_, err := browser.Eval[any](w.Page, time.Minute, "(async () => {"+body+"})()")
	return err
}

// until waits inside the page.
func until(expression string) string {
	return "\nfor (let i = 0; !(" + expression + "); i++) { if (i > 1200) throw new Error('never: ' + " + browser.Quote(expression) + "); await new Promise(r => setTimeout(r, 25)) }\n"
}
