package main

import (
	"fmt"
	"time"

	"sprout/e2e/browser"
)

// live compares the pace of one run while its charts are drawn with its pace
// while another page of the same tab is open and nothing is drawn. Both take
// turns, and the median of neighbouring turns' ratios counts, so that what else
// the machine does falls on both.
func (b *bench) live() error {
	const pairs, length = 24, 2500 * time.Millisecond
	return b.page("#/pretrain?lang=en", func(p *browser.Page) error {
		_, err := eval[any](p, time.Minute, `await sprout.run({preset: 'sprout', data: 'town', steps: 100000,
			params: {eval_every: 50000, sample_every: 50000, checkpoint_every: 50000}})`)
		if err != nil {
			return err
		}
		// Past the choice of workers and the compiler's second tier.
		if err := p.Wait(3*time.Minute, "sprout.state().step > 80 && !sprout.state().workers?.measuring"); err != nil {
			return err
		}
		var ratios []float64
		for pair := range pairs {
			var pace [2]float64 // steps/s while drawn, while not
			for turn := range pace {
				which := (pair + turn) % 2
				if pace[which], err = turnOf(p, which == 0, length); err != nil {
					return err
				}
			}
			ratios = append(ratios, pace[0]/pace[1])
		}
		if _, err := eval[any](p, time.Minute, "await sprout.stop()"); err != nil {
			return err
		}
		b.atLeast("throughput kept while charts are drawn", median(ratios), 0.95, "of the throughput without",
			fmt.Sprintf("one run; median of %d pairs of turns of %v, with the run's page open and with one that draws nothing", pairs, length), ratios)
		return nil
	})
}

// turnOf is the pace of the run in steps/s.
func turnOf(p *browser.Page, drawn bool, length time.Duration) (float64, error) {
	route := "#/tokenizer?lang=en"
	if drawn {
		route = "#/pretrain?lang=en"
	}
	return eval[float64](p, length+time.Minute, fmt.Sprintf(`location.hash = %q
		await new Promise(r => setTimeout(r, 700))
		if (Boolean(document.querySelector('main canvas')) !== %t) throw new Error('charts, or none, where the other was expected')
		// A turn begins and ends with news of a step.
		const news = () => new Promise(r => { const off = sprout.on('metrics', e => { off(); r([e.metrics.at(-1).step, performance.now()]) }) })
		const [from, began] = await news()
		await new Promise(r => setTimeout(r, %d))
		const [to, ended] = await news()
		return (to - from) / (ended - began) * 1000`, route, drawn, length.Milliseconds()))
}
