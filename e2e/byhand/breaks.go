package byhand

import (
	"fmt"
	"strings"
	"time"

	"sprout/e2e/browser"
)

// Break is an experiment that goes wrong on purpose, and the page that has it.
type Break struct{ Name, Page string }

// Breaks are all that the page offers. Pretraining begins with nothing, SFT with
// a model that has read, and the others with one that answers; β = 0 needs a
// reward model besides.
var Breaks = []Break{
	{"lrMax", "pretrain"},
	{"library", "pretrain"},
	{"lr30", "sft"},
	{"noMask", "sft"},
	{"tooLong", "sft"},
	{"rankOne", "lora"},
	{"alphaMax", "lora"},
	{"certain", "reward"},
	{"betaZero", "ppo"},
	{"tinyLr", "dpo"},
	{"coin", "cdpo"},
	{"farMargin", "ipo"},
	{"biased", "judge"},
	{"cold", "grpo"},
	{"repeat", "simpo"},
	{"sharp", "distill"},
	{"stale", "dr_grpo"},
	{"nobodyBetter", "dapo"},
	{"unpriced", "spo"},
	{"raving", "distill_sequence"},
	{"ownWords", "gkd"},
}

// Shown is what an experiment showed: the verdict ("seen", "overflow" or
// "unseen"), the page's words for it, with the run's own figures, and how long
// it took from the click to the words.
type Shown struct {
	Break
	Verdict, Words string
	Seconds        float64
}

// Broke opens the page of an experiment by its address, presses the one button
// and waits for the verdict and for the end of the run. What the run has saved
// must be gone afterwards, and the settings that the reader had come back.
func Broke(p *browser.Page, b Break, query string) (Shown, error) {
	h, s := Hand{p}, Shown{Break: b}
	article := fmt.Sprintf("article[data-break=%q]", b.Name)
	count := func() (n int, err error) {
		return browser.Eval[int](p, short, "(async () => (await sprout.checkpoints.list()).length)()")
	}
	if _, err := browser.Eval[any](p, short, "location.hash = "+browser.Quote("#/"+b.Page+query)+", undefined"); err != nil {
		return s, err
	}
	if err := h.Wait(short, "document.querySelector('"+article+" button:enabled')"); err != nil {
		return s, fmt.Errorf("the button of %s: %w", b.Name, err)
	}
	before, err := count()
	if err != nil {
		return s, err
	}
	began := time.Now()
	if err := h.Click(article + " button"); err != nil {
		return s, err
	}
	const found = "(document.querySelector('ARTICLE .found')?.dataset.verdict ?? 'waiting') !== 'waiting'"
	if err := h.Wait(10*time.Minute, strings.ReplaceAll(found, "ARTICLE", article)+" || sprout.state().problems.length > 0"); err != nil {
		return s, err
	}
	s.Seconds = time.Since(began).Seconds()
	said, err := browser.Eval[[]string](p, short, "(e => e ? [e.dataset.verdict, e.innerText] : ['', JSON.stringify(sprout.state().problems)])(document.querySelector('"+article+" .found'))")
	if err != nil {
		return s, err
	}
	if s.Verdict, s.Words = said[0], said[1]; s.Verdict == "" {
		return s, fmt.Errorf("%s did not begin: %s", b.Name, s.Words)
	}
	if err := h.Wait(10*time.Minute, "['done', 'failed', 'stopped'].includes(sprout.state().phase)"); err != nil {
		return s, err
	}
	if err := h.Wait(short, fmt.Sprintf("(async () => (await sprout.checkpoints.list()).length === %d)()", before)); err != nil {
		return s, fmt.Errorf("something of %s is left: %w", b.Name, err)
	}
	const changed = "(u => ['library', 'lr', 'steps', 'beta', 'temperature', 'rank', 'loss_mask', 'first_place'].filter(k => u.has(k)).join())(new URLSearchParams(location.hash.split('?')[1]))"
	set, err := browser.Eval[string](p, short, changed)
	if err != nil {
		return s, err
	}
	if set == "" {
		return s, fmt.Errorf("the address does not tell what %s has set", b.Name)
	}
	if err := h.Press("Put my settings back"); err != nil {
		return s, err
	}
	if err := h.Wait(short, changed+" === ''"); err != nil {
		return s, fmt.Errorf("the settings are not back after %s: %w", b.Name, err)
	}
	return s, nil
}

// Bring gives the page a checkpoint from a file, as a learner would.
func Bring(p *browser.Page, file string) error {
	h := Hand{p}
	before, err := browser.Eval[int](p, short, "(async () => (await sprout.checkpoints.list()).length)()")
	if err != nil {
		return err
	}
	return do(
		func() error { return h.Press("Checkpoints") },
		func() error { return h.Wait(short, "document.querySelector('[role=dialog] input[type=file]')") },
		func() error { return h.Choose("[role=dialog] input[type=file]", file) },
		func() error {
			return h.Wait(time.Minute, fmt.Sprintf("(async () => (await sprout.checkpoints.list()).length === %d)()", before+1))
		},
		func() error { return h.Press("Close") })
}
