package main

import (
	"os"
	"path/filepath"
	"time"

	"sprout/e2e/browser"
)

// outcome of a run on the page.
type outcome struct {
	State   string  `json:"state"`
	HeldOut float64 `json:"held_out"` // nats per token, the last measured
	BPB     float64 `json:"bits_per_byte"`
	Trigram float64 `json:"trigram"` // bits per byte
	Seconds float64 `json:"seconds"` // of training
	Steps   int     `json:"steps"`
	Recall  float64 `json:"recall"` // share of facts; -1 without a town
	Samples []struct {
		Step int    `json:"step"`
		Text string `json:"text"`
	} `json:"samples"`
}

const report = `
	const s = sprout.state(), last = s.metrics.findLast(m => m.held_out_loss !== undefined)
	return {state, held_out: last.held_out_loss, bits_per_byte: last.bits_per_byte, trigram: s.run.ngrams.at(-1).bits_per_byte,
		seconds: s.metrics.at(-1).seconds, steps: s.step, recall: last.recall ?? -1, samples: s.samples.slice(-3)}`

// train runs on the page to the end; options are those of sprout.run.
func train(p *browser.Page, limit time.Duration, options string) (outcome, error) {
	return eval[outcome](p, limit, "const {done} = await sprout.run("+options+"); const state = await done;"+report)
}

func uploaded(name string) (string, error) {
	text, err := os.ReadFile(filepath.Join(shared, "data", name))
	if err != nil {
		return "", err
	}
	return "{name: " + browser.Quote(name) + ", text: " + browser.Quote(string(text)) + "}", nil
}

// shakespeare is nanoGPT's small CPU run.
func (b *bench) shakespeare() error {
	data, err := uploaded("shakespeare.txt")
	if err != nil {
		return err
	}
	return b.page("#/pretrain", func(p *browser.Page) error {
		o, err := train(p, 40*time.Minute, "{preset: 'sprout', seed: 1, tokenizer: 'char', data: "+data+", steps: 2000, params: {context: 64, batch: 12, eval_every: 250}}")
		if err != nil {
			return err
		}
		loss, err := eval[float64](p, 5*time.Minute, "return (await sprout.evaluate('live')).loss")
		b.atMost("shakespeare, 2000 steps, held-out loss", loss, 1.90, "nats per character", "4 layers, 4 heads, 128 channels, context 64, batch 12, one worker in Chromium; over the whole held-out part", o)
		return err
	})
}

func (b *bench) chinese() error {
	data, err := uploaded("classical-chinese.txt")
	if err != nil {
		return err
	}
	return b.page("#/pretrain", func(p *browser.Page) error {
		o, err := train(p, 20*time.Minute, "{preset: 'sprout', seed: 1, tokenizer: 'char', data: "+data+", steps: 300, params: {context: 64, eval_every: 100, sample_every: 100}}")
		if err != nil {
			return err
		}
		unigram, err := eval[float64](p, time.Second, "return sprout.state().run.ngrams[0].loss")
		if err != nil {
			return err
		}
		b.atMost("classical Chinese, 300 steps, held-out against the unigram", o.HeldOut/unigram, 0.9, "ratio", "character-level", o)
		broken := 0.0
		for _, s := range o.Samples {
			for _, r := range s.Text {
				if r == '\uFFFD' {
					broken++
				}
			}
		}
		text, err := eval[string](p, time.Minute, "return (await sprout.sample({prompt: '子曰', maxTokens: 200, temperature: 0.8, seed: 1})).text")
		b.atMost("classical Chinese, broken characters in its samples", broken, 0, "characters", "the three samples of the run", text)
		return err
	})
}

// town is the default run: how long until the model beats the trigram, from
// the press of the button, text and tokenizer included.
func (b *bench) town() error {
	return b.page("#/pretrain", func(p *browser.Page) error {
		o, err := eval[outcome](p, 30*time.Minute, `const begin = performance.now()
			const {info, done} = await sprout.run({preset: 'sprout', seed: 1, data: 'town'})
			const beaten = new Promise(r => sprout.on('metrics', e => e.metrics.some(m => m.bits_per_byte < info.ngrams.at(-1).bits_per_byte) && r(performance.now() - begin)))
			globalThis.beatenAfter = await Promise.race([beaten, done.then(() => 1e12)]) / 1000
			const state = await sprout.stop().then(() => 'stopped', () => 'done');`+
			report)
		if err != nil {
			return err
		}
		seconds, err := eval[float64](p, time.Second, "return globalThis.beatenAfter ?? 1e9")
		b.atMost("town, sprout, time to beat the trigram", seconds, 120, "s", "default settings, one worker in Chromium, from the start of preparing text and tokenizer; held-out bits per byte measured every 100 steps", o)
		return err
	})
}
