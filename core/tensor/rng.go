package tensor

import "math"

// RNG is a small counter-based generator (SplitMix64, Steele et al. 2014). Its
// whole state is two words, so a checkpoint saves it exactly. Every sampled
// sequence gets a stream of its own (see NewRNG), which does not depend on who
// draws first.
type RNG struct {
	Key     uint64 `json:"key"`
	Counter uint64 `json:"counter"`
}

// NewRNG seeds a generator; further words (step, index, …) select the stream.
func NewRNG(seed uint64, stream ...uint64) RNG {
	key := mix(seed + golden)
	for _, s := range stream {
		// Mixed once more, or seed 1 with stream 2 would be seed 2 with stream 1.
		key = mix(mix(key+golden) ^ mix(s+golden))
	}
	return RNG{Key: key}
}

const golden = 0x9E3779B97F4A7C15

func mix(x uint64) uint64 {
	x ^= x >> 30
	x *= 0xBF58476D1CE4E5B9
	x ^= x >> 27
	x *= 0x94D049BB133111EB
	return x ^ x>>31
}

// Uint64 returns 64 random bits.
func (r *RNG) Uint64() uint64 {
	r.Counter++
	return mix(r.Key + r.Counter*golden)
}

// Float64 is uniform in [0, 1).
func (r *RNG) Float64() float64 { return float64(r.Uint64()>>11) / (1 << 53) }

// IntN is uniform in [0, n). It panics for n ≤ 0.
func (r *RNG) IntN(n int) int {
	if n <= 0 {
		panic("tensor: IntN needs a positive n")
	}
	// Rejection keeps the draw unbiased; the loop almost never repeats.
	limit := math.MaxUint64 - math.MaxUint64%uint64(n)
	for {
		if x := r.Uint64(); x < limit {
			return int(x % uint64(n))
		}
	}
}

// Normal is standard normal (Box-Muller, one value per two draws so that the
// state stays two words). Its bits are the same in wasm and on amd64, where
// math.Log and math.Cos are the same Go code; a processor for which the compiler
// fuses multiplications and additions may differ in the last of 53 bits.
func (r *RNG) Normal() float64 {
	u := 1 - r.Float64()
	v := r.Float64()
	return math.Sqrt(-2*math.Log(u)) * math.Cos(2*math.Pi*v)
}

// Perm is a random permutation of 0 … n-1.
func (r *RNG) Perm(n int) []int {
	p := make([]int, n)
	for i := range p {
		j := r.IntN(i + 1)
		p[i], p[j] = p[j], i
	}
	return p
}
