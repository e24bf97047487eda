package stages

import (
	"testing"

	"github.com/stretchr/testify/require"

	"sprout/core/backend/simd"
	"sprout/core/gen"
	"sprout/core/nn"
	"sprout/core/tensor"
)

// BenchmarkRollout samples 64 answers of 32 tokens on one worker.
func BenchmarkRollout(b *testing.B) {
	preset, err := nn.FindPreset("sprout")
	require.NoError(b, err)
	cfg := preset.For(800)
	cfg.Context = 160 // as SFT leaves it
	be := simd.New()
	p, err := nn.NewParams(be, cfg)
	require.NoError(b, err)
	require.NoError(b, p.Init(1))
	s := newServices(p)
	defer func() {
		s.close()
		p.Close()
		be.Close()
	}()
	r := tensor.NewRNG(1)
	prompts := make([][]int32, 64)
	for i := range prompts {
		for range 12 + i%5 {
			prompts[i] = append(prompts[i], int32(5+r.IntN(cfg.Vocab-5)))
		}
	}
	o := gen.Options{Sampling: gen.Sampling{Temperature: 1}, MaxTokens: 32, Stop: []int32{-1}}
	for b.Loop() {
		_, err := s.rollout(prompts, o)
		require.NoError(b, err)
	}
	b.ReportMetric(64*32*float64(b.N)/b.Elapsed().Seconds(), "tokens/s")
}
