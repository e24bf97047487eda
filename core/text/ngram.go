package text

import (
	"math"
	"math/bits"
)

// NGram is an interpolated n-gram model up to trigrams (Jelinek and Mercer
// 1980), the baseline that a transformer has to beat:
//
//	p₁(c)    = λ₁ n(c)/N          + (1−λ₁)/V
//	p₂(c|b)  = λ₂ n(b c)/n(b)     + (1−λ₂) p₁(c)
//	p₃(c|ab) = λ₃ n(a b c)/n(a b) + (1−λ₃) p₂(c|b)
//
// n(b), n(a b) count contexts, that is, occurrences that something follows. A λ
// depends on the logarithm of its context's count: what was seen often is
// trusted more. The λ maximise the likelihood of the last twentieth of the
// training stream under counts from the rest (expectation maximisation); then
// the counts are taken over the whole stream.
type NGram struct {
	vocab    int
	tokens   int
	uni      []int32
	bi, tri  *countTable
	last     [2]uint16 // the final two tokens: contexts that nothing follows
	lambda1  float64
	lambda23 [2][33]float64 // [order-2][bits.Len(context count)]
}

// MaxOrder is the order of the largest n-gram model.
const MaxOrder = 3

// FitNGram learns from a stream of at least one token.
func FitNGram(train []uint16, vocab int) *NGram {
	m := &NGram{vocab: vocab}
	m.setDefaults()
	if cut := len(train) - min(len(train)/20, 200_000); cut > 0 && len(train)-cut >= 50 {
		m.count(train[:cut])
		m.fit(train, cut)
	}
	m.count(train)
	return m
}

func (m *NGram) setDefaults() {
	m.lambda1 = 0.99
	for n := range m.lambda23[0] {
		// Trust grows with the context's count; a stream too short to hold a
		// slice back keeps these values.
		c := math.Exp2(float64(n)) / 2
		m.lambda23[0][n], m.lambda23[1][n] = c/(c+2), c/(c+4)
	}
}

func (m *NGram) count(s []uint16) {
	m.tokens = len(s)
	m.uni = make([]int32, m.vocab)
	m.bi, m.tri = newCountTable(1<<12), newCountTable(1<<14)
	for i, c := range s {
		m.uni[c]++
		if i >= 1 {
			m.bi.add(biKey(s[i-1], c))
		}
		if i >= 2 {
			m.tri.add(triKey(s[i-2], s[i-1], c))
		}
	}
	n := len(s)
	m.last = [2]uint16{s[max(0, n-2)], s[n-1]}
}

func biKey(b, c uint16) uint64     { return uint64(b)<<16 | uint64(c) }
func triKey(a, b, c uint16) uint64 { return uint64(a)<<32 | uint64(b)<<16 | uint64(c) }

// contexts returns n(b) and n(a b).
func (m *NGram) contexts(a, b uint16, hasA bool) (nb, nab int32) {
	nb = m.uni[b]
	if b == m.last[1] {
		nb--
	}
	if hasA {
		nab = m.bi.get(biKey(a, b))
		if m.tokens >= 2 && a == m.last[0] && b == m.last[1] {
			nab--
		}
	}
	return nb, nab
}

// fit sets every λ on s[cut:].
func (m *NGram) fit(s []uint16, cut int) {
	n := len(s) - cut
	high, low := make([]float64, n), make([]float64, n)
	bucket := make([]uint8, n)
	for i := range n {
		high[i] = float64(m.uni[s[cut+i]]) / float64(m.tokens)
		low[i] = 1 / float64(m.vocab)
	}
	var one [33]float64
	one[0] = m.lambda1
	maximise(&one, high, low, bucket)
	m.lambda1 = one[0]
	for order := 2; order <= MaxOrder; order++ {
		for i := range n {
			at := cut + i
			low[i] += m.weight(order-1, bucket[i]) * (high[i] - low[i])
			nb, nab := m.contexts(s[at-2], s[at-1], true)
			context, joint := nb, int32(0)
			if order == 2 {
				joint = m.bi.get(biKey(s[at-1], s[at]))
			} else {
				context, joint = nab, m.tri.get(triKey(s[at-2], s[at-1], s[at]))
			}
			high[i], bucket[i] = low[i], uint8(bits.Len32(uint32(context)))
			if context > 0 {
				high[i] = float64(joint) / float64(context)
			}
		}
		maximise(&m.lambda23[order-2], high, low, bucket)
	}
}

func (m *NGram) weight(order int, bucket uint8) float64 {
	if order == 1 {
		return m.lambda1
	}
	return m.lambda23[order-2][bucket]
}

// maximise runs expectation maximisation for Σ log(λ high + (1−λ) low), one λ
// per bucket. Buckets with fewer than 20 samples keep their value.
func maximise(lambda *[33]float64, high, low []float64, bucket []uint8) {
	for range 15 {
		var sum, n [33]float64
		for i, h := range high {
			l := lambda[bucket[i]]
			if p := l*h + (1-l)*low[i]; p > 0 {
				sum[bucket[i]] += l * h / p
			}
			n[bucket[i]]++
		}
		for b := range lambda {
			if n[b] >= 20 {
				lambda[b] = min(max(sum[b]/n[b], 1e-6), 1-1e-6)
			}
		}
	}
}

// Prob is the probability that c follows a b under the model of the given
// order, 1 to MaxOrder. hasA is false where b begins the stream.
func (m *NGram) Prob(order int, a, b, c uint16, hasA bool) float64 {
	p := m.lambda1*float64(m.uni[c])/float64(m.tokens) + (1-m.lambda1)/float64(m.vocab)
	if order == 1 {
		return p
	}
	nb, nab := m.contexts(a, b, hasA)
	if nb > 0 {
		l := m.lambda23[0][bits.Len32(uint32(nb))]
		p += l * (float64(m.bi.get(biKey(b, c)))/float64(nb) - p)
	}
	if order == 3 && nab > 0 {
		l := m.lambda23[1][bits.Len32(uint32(nab))]
		p += l * (float64(m.tri.get(triKey(a, b, c)))/float64(nab) - p)
	}
	return p
}

// Baseline is an n-gram model's loss on held-out targets.
type Baseline struct {
	Order       int
	Loss        float64 // nats per token
	BitsPerByte float64
}

// Baselines fits the n-gram models on the training stream and measures them on
// the targets of the given held-out windows of T tokens, those that a model is
// measured on; nil means all windows. An n-gram's context reaches across the
// border of a window, which is to its advantage.
func (d *Dataset) Baselines(T int, windows []int) []Baseline {
	m := FitNGram(d.Train, d.Vocab)
	if windows == nil {
		windows = d.SpreadWindows(T, d.Windows(T))
	}
	out := make([]Baseline, MaxOrder)
	s := d.HeldOut
	tokens, bytes := 0, 0.0
	for _, w := range windows {
		for i := w*T + 1; i < min(w*T+T+1, len(s)); i++ {
			var a uint16
			if i >= 2 {
				a = s[i-2]
			}
			tokens++
			bytes += d.widths[s[i]]
			for o := range out {
				out[o].Loss -= math.Log(m.Prob(o+1, a, s[i-1], s[i], i >= 2))
			}
		}
	}
	for o := range out {
		out[o].Order = o + 1
		out[o].BitsPerByte = BitsPerByte(out[o].Loss, bytes)
		out[o].Loss /= float64(tokens)
	}
	return out
}
