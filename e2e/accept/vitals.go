package main

import (
	"slices"
	"time"

	"sprout/e2e/browser"
)

// watch notes, from the first moment of a page, what a reader would feel: long
// tasks, shifts of the layout, how long each interaction waits for its frame, and
// how long until the page has its new look.
const watch = `
globalThis.felt = {tasks: [], shifts: [], waits: new Map()}
const notes = (type, f, more) => new PerformanceObserver(l => l.getEntries().forEach(f)).observe({type, buffered: true, ...more})
notes('longtask', e => felt.tasks.push([e.startTime, e.duration]))
notes('layout-shift', e => e.hadRecentInput || felt.shifts.push({at: e.startTime, value: e.value,
	what: e.sources.map(s => { const n = s.node, of = n?.parentElement
		return n?.nodeName + '.' + (n?.className ?? '') + (n?.nodeType === 3 ? ' in ' + of?.nodeName + '.' + of?.className + ': ' + n.data.slice(0, 40) : '') })}))
notes('event', e => e.interactionId && felt.waits.set(e.interactionId, {name: e.name, ms: Math.max(e.duration, felt.waits.get(e.interactionId)?.ms ?? 0)}),
	{durationThreshold: 16})
felt.looks = []
let pressed = 0
addEventListener('pointerup', e => (pressed = e.timeStamp), true)
addEventListener('DOMContentLoaded', () => new MutationObserver(() => {
	const from = pressed
	requestAnimationFrame(() => { const after = new MessageChannel(); after.port1.onmessage = () => felt.looks.push(performance.now() - from); after.port2.postMessage(0) })
}).observe(document.documentElement, {attributes: true, attributeFilter: ['data-theme', 'data-projector']}))`

// vitals are the first moments of a visit, as Lighthouse defines them.
func (b *bench) vitals() error {
	var painted, interactive []float64
	for range 5 {
		err := b.watched("#/?lang=en", func(p *browser.Page) error {
			// Interactive: after the last long task before five quiet seconds.
			at, err := eval[[2]float64](p, time.Minute, `
				const paint = performance.getEntriesByName('first-contentful-paint')[0].startTime
				for (;;) {
					const last = Math.max(paint, ...felt.tasks.map(([at, ms]) => at + ms))
					const quiet = felt.tasks.map(([at, ms], i) => [i ? felt.tasks[i - 1][0] + felt.tasks[i - 1][1] : paint, at]).find(([from, to]) => to - from > 5000)
					if (quiet) return [paint, Math.max(paint, quiet[0])]
					if (performance.now() - last > 5000) return [paint, last]
					await new Promise(r => setTimeout(r, 100))
				}`)
			painted, interactive = append(painted, at[0]), append(interactive, at[1])
			return err
		})
		if err != nil {
			return err
		}
	}
	const how = "median of 5 fresh profiles on localhost, from navigation"
	b.atMost("first contentful paint", median(painted), 1000, "ms", how, painted)
	b.atMost("interactive", median(interactive), 2000, "ms", how+" to the end of the last long task before five seconds without any", interactive)
	return nil
}

// alive looks at a page that trains and draws: whether its main thread is free,
// its layout stands still, and it answers.
func (b *bench) alive() error {
	return b.watched("#/pretrain?lang=en", func(p *browser.Page) error {
		if _, err := eval[any](p, time.Minute, "await sprout.run({preset: 'sprout', data: 'town', params: {steps: 100000, eval_every: 20, sample_every: 20, checkpoint_every: 40}})"); err != nil {
			return err
		}
		if err := p.Wait(2*time.Minute, "sprout.state().step > 5"); err != nil {
			return err
		}
		type felt struct {
			Tasks  [][2]float64 `json:"tasks"`
			Shifts []struct {
				At    float64  `json:"at"`
				Value float64  `json:"value"`
				What  []string `json:"what"`
			} `json:"shifts"`
		}
		f, err := eval[felt](p, 2*time.Minute, "felt.tasks.length = felt.shifts.length = 0; await new Promise(r => setTimeout(r, 45000)); return {tasks: felt.tasks, shifts: felt.shifts}")
		if err != nil {
			return err
		}
		worst, shift := 0.0, 0.0
		for _, task := range f.Tasks {
			worst = max(worst, task[1])
		}
		for _, s := range f.Shifts {
			shift += s.Value
		}
		b.atMost("longest task of the main thread while training", worst, 50, "ms", "long tasks over 45 s of training with measurements, samples and saves; 0 means none over 50 ms", f.Tasks)
		b.atMost("layout shift while training", shift, 0, "", "all shifts over the same 45 s, added up", f.Shifts)
		return b.answers(p)
	})
}

// answers presses keys and buttons while the page trains.
func (b *bench) answers(p *browser.Page) error {
	if _, err := eval[any](p, time.Second, "felt.waits.clear(); felt.looks.length = 0"); err != nil {
		return err
	}
	for range 20 {
		for _, press := range []string{
			"header .tools button[aria-label]:nth-of-type(3)", // the theme
			".projector",
			".projector",
		} {
			if err := p.Click(press); err != nil {
				return err
			}
			time.Sleep(100 * time.Millisecond)
		}
	}
	type detail struct {
		Waits []float64 `json:"waits"`
		Looks []float64 `json:"looks"` // ms to the frame in which the whole page has changed
	}
	all, err := eval[detail](p, 10*time.Second, "await new Promise(r => setTimeout(r, 500)); await sprout.stop(); return {waits: [...felt.waits.values()].map(w => w.ms), looks: felt.looks}")
	if err != nil {
		return err
	}
	waits := all.Waits
	// What the observer leaves out took less than 16 ms.
	const pressed = 60
	for len(waits) < pressed {
		waits = append(waits, 16)
	}
	slices.Sort(waits)
	slices.Sort(all.Looks)
	all.Waits = waits
	b.atMost("interaction answered while training", waits[len(waits)-1-len(waits)/50], 50, "ms",
		"60 presses of buttons that change the whole page, from the press to the next frame, which shows the button's new state; one of 50 may be worse; looks: to the frame that shows the whole page changed", all)
	return nil
}

// watched is page with its moments noted from the beginning.
func (b *bench) watched(route string, f func(*browser.Page) error) error {
	return b.page(route, f, watch)
}
