package main

import (
	"path/filepath"
	"time"

	"sprout/e2e/browser"
	"sprout/e2e/pages"
)

// pages sees every page in every look, at rest and in the midst of something,
// and keeps a picture of each in build/screens.
func (b *bench) pages() error {
	axe, err := pages.Script(".")
	if err != nil {
		return err
	}
	return b.page("#/?lang=en", func(p *browser.Page) error {
		// A model, so that the pages that go on from one have one.
		_, err := eval[any](p, time.Minute, `await (await sprout.run({preset: 'seed', data: 'town', steps: 20})).done`)
		if err != nil {
			return err
		}
		w := &pages.Walk{Page: p, Pictures: filepath.Join("build", "screens")}
		var wrong []string
		for _, l := range pages.Looks {
			for _, walk := range []func(pages.Look) ([]string, error){w.Every, w.States} {
				found, err := walk(l)
				if err != nil {
					return err
				}
				wrong = append(wrong, found...)
			}
		}
		b.atMost("what is wrong with the pages", float64(len(wrong)), 0, "findings",
			"axe-core, words left in English, width; pictures in build/screens", wrong)
		return nil
	}, axe)
}
