package workload

import (
	"fmt"
	"slices"
	"time"

	"sprout/core/backend/simd"
	"sprout/core/gen"
	"sprout/core/nn"
)

// Decoding is tokens/s with the KV cache, as the peers print it.
type Decoding struct {
	Rate struct {
		KV float64 `json:"kv"`
	} `json:"decode_tok_s"`
}

// Decode writes 256 tokens, one sequence, restarting the cache when the context
// is full as the peers do.
func Decode(h Host, name string) (d Decoding, err error) {
	d.Rate.KV, err = writing(h, name, 1)
	return d, err
}

// Sampling is tokens/s of all sequences together.
type Sampling struct {
	Batch int     `json:"batch"`
	Rate  float64 `json:"tok_s"`
}

// Sample writes like Decode, in batches of several sizes.
func Sample(h Host, name string) (all []Sampling, err error) {
	for _, batch := range []int{1, 8, 32} {
		rate, err := writing(h, name, batch)
		if err != nil {
			return nil, err
		}
		all = append(all, Sampling{batch, rate})
	}
	return all, nil
}

// writing is the median rate of five times 256 tokens for each of some
// sequences, in tokens/s.
func writing(h Host, name string, sequences int) (tokensPerSecond float64, err error) {
	const tokens = 256
	shape, err := shapeOf(name)
	if err != nil {
		return 0, err
	}
	model, err := nn.NewParams(simd.New(), shape.Model)
	if err != nil {
		return 0, err
	}
	defer model.Close()
	if err := model.Init(1); err != nil {
		return 0, err
	}
	g, err := gen.New(model, sequences, nil)
	if err != nil {
		return 0, err
	}
	defer g.Close()
	prompts := make([][]int32, sequences)
	write := func(seed uint64) error {
		for done := 0; done < tokens; {
			n := min(shape.Model.Context, tokens-done)
			// No token ends the text: the count is the work.
			out, err := g.Generate(prompts, gen.Options{
				Sampling: gen.Sampling{Temperature: 1}, MaxTokens: n, Stop: []int32{}, Seed: seed, Step: uint64(done),
			})
			if err != nil {
				return err
			}
			for _, s := range out {
				if len(s.Tokens) != n {
					return fmt.Errorf("asked for %d tokens, got %d", n, len(s.Tokens))
				}
			}
			done += n
		}
		h.breathe()
		return nil
	}
	for began := time.Now(); time.Since(began) < 500*time.Millisecond; {
		if err := write(0); err != nil {
			return 0, err
		}
	}
	rates := make([]float64, 5)
	for i := range rates {
		began := time.Now()
		if err := write(uint64(i) + 1); err != nil {
			return 0, err
		}
		rates[i] = float64(sequences*tokens) / time.Since(began).Seconds()
	}
	slices.Sort(rates)
	return rates[len(rates)/2], nil
}

// RolloutTime is how long answers to many prompts take.
type RolloutTime struct {
	Answers int       `json:"answers"`
	Tokens  int       `json:"tokens"` // of each
	Ms      []float64 `json:"ms"`
}

// Rollout has the preset sprout answer 64 prompts with 32 tokens each, five times,
// in batches of 48 as stages do.
func Rollout(h Host) (r RolloutTime, err error) {
	const together = 48
	r.Answers, r.Tokens = 64, 32
	preset, err := nn.FindPreset("sprout")
	if err != nil {
		return r, err
	}
	shape := preset.For(1285) // the quick town's vocabulary
	shape.Context = 160       // as SFT leaves it
	model, err := nn.NewParams(simd.New(), shape)
	if err != nil {
		return r, err
	}
	defer model.Close()
	if err := model.Init(1); err != nil {
		return r, err
	}
	g, err := gen.New(model, together, nil)
	if err != nil {
		return r, err
	}
	defer g.Close()
	prompts := make([][]int32, r.Answers)
	for i := range prompts {
		for k := range 12 + i%5 {
			prompts[i] = append(prompts[i], int32(5+(37*i+101*k)%1280))
		}
	}
	for n := range 7 {
		began := time.Now()
		for from := 0; from < len(prompts); from += together {
			part := prompts[from:min(from+together, len(prompts))]
			_, err := g.Generate(part, gen.Options{
				Sampling: gen.Sampling{Temperature: 1}, MaxTokens: r.Tokens, Stop: []int32{}, Seed: uint64(n), First: uint64(from),
			})
			if err != nil {
				return r, err
			}
		}
		if n > 1 { // the compiler's second tier has settled
			r.Ms = append(r.Ms, 1000*time.Since(began).Seconds())
		}
		h.breathe()
	}
	return r, nil
}
