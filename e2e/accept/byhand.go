package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

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

// breaks presses every button that breaks something on purpose, on models that
// have learned enough to have something to lose, and reads what the page says.
// $SPROUT_BREAKS names those to press; without it, all.
func (b *bench) breaks() error {
	models, err := grown()
	if err != nil {
		return err
	}
	return b.page("#/?lang=en", func(p *browser.Page) error {
		for _, name := range []string{"pretrain", "sft"} {
			if err := byhand.Bring(p, filepath.Join(models, name+".safetensors")); err != nil {
				return err
			}
		}
		only := os.Getenv("SPROUT_BREAKS")
		if only == "" || strings.Contains(only, "betaZero") {
			// A judge that can be fooled, from the choices of the town.
			if _, err := eval[any](p, 10*time.Minute, `const {done} = await sprout.run({stage: 'reward', parent: (await sprout.checkpoints.list()).find(c => c.stage === 'sft').id}); await done`); err != nil {
				return err
			}
		}
		var all []byhand.Shown
		unseen := 0.0
		for _, x := range byhand.Breaks {
			if only != "" && !strings.Contains(","+only+",", ","+x.Name+",") {
				continue
			}
			shown, err := byhand.Broke(p, x, b.choices(p, x))
			if err != nil {
				return err
			}
			fmt.Fprintf(os.Stderr, "  %-10s %-8s %5.0f s  %s\n", x.Name, shown.Verdict, shown.Seconds, shown.Words)
			if all = append(all, shown); shown.Verdict != "seen" && shown.Verdict != "overflow" {
				unseen++
			}
		}
		b.atMost("experiments that break nothing", unseen, 0, "of those on the pages", "each by its one button, on a model that recalls the facts", all)
		return nil
	})
}

// choices are those that a break needs besides its button.
func (b *bench) choices(p *browser.Page, x byhand.Break) string {
	if x.Name != "betaZero" {
		return ""
	}
	id, err := eval[string](p, time.Minute, "return (await sprout.checkpoints.list()).find(c => c.stage === 'reward').id")
	if err != nil {
		return ""
	}
	return "?reward=" + id
}

// grown is a folder with a model that has read and one that answers, made
// natively where it is not there yet.
func grown() (string, error) {
	dir, err := filepath.Abs(filepath.Join("build", "breaks", "seed-1"))
	if err != nil {
		return "", err
	}
	if _, err := os.Stat(filepath.Join(dir, "sft.safetensors")); err == nil {
		return dir, nil
	}
	cmd := exec.Command("go", "run", "./cmd/train", "-journey", "-quiet", "-only", "pretrain,sft", "-out", filepath.Dir(dir), "-report", filepath.Join("build", "breaks", "journey.json"))
	cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
	return dir, cmd.Run()
}
