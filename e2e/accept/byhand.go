package main

import (
	"fmt"
	"os"

	"sprout/e2e/browser"
	"sprout/e2e/byhand"
)

// clicks walks through everything with nothing but clicks and keys.
func (b *bench) clicks() error {
	return b.page("#/?lang=en", func(p *browser.Page) error {
		legs, err := byhand.Chain(p, func(l byhand.Leg) { fmt.Fprintf(os.Stderr, "  %-32s %.1f s\n", l.Name, l.Seconds) })
		if err != nil {
			return err
		}
		all, longest := 0.0, 0.0
		for _, l := range legs {
			all, longest = all+l.Seconds, max(longest, l.Seconds)
		}
		b.atMost("all stages by clicks alone, fastest preset", all, 120, "s", "from the first page through every stage, the judge's labels, the arena and two report cards", legs)
		b.atMost("the longest of them", longest, 20, "s", "one stop of the same walk", nil)
		return nil
	})
}
