package gen

import (
	"math"

	"sprout/core/problem"
	"sprout/core/tensor"
)

// Sampling says how a token is drawn from the model's distribution. The steps
// apply in this order: temperature, top-k, top-p over what top-k kept, and what
// remains is normalised again. The zero value is greedy.
type Sampling struct {
	Temperature float64 // divides the logits; 0 takes the most probable token
	TopK        int     // keeps the k most probable tokens; 0 keeps all
	TopP        float64 // keeps the fewest most probable tokens that reach this share; 0 or 1 keeps all
}

// Validate finds settings out of range: problem "sampling_setting".
func (s Sampling) Validate() error {
	bad := func(field string, value any, want string) error {
		return problem.New("sampling_setting", problem.Args{"field": field, "value": value, "want": want},
			"The sampling setting %s is %v, but it must be %s.", field, value, want)
	}
	switch {
	case !(s.Temperature >= 0 && s.Temperature <= 100):
		return bad("temperature", s.Temperature, "between 0 and 100")
	case s.TopK < 0:
		return bad("top_k", s.TopK, "0 or more")
	case !(s.TopP >= 0 && s.TopP <= 1):
		return bad("top_p", s.TopP, "between 0 and 1")
	}
	return nil
}

// Choice is a token drawn from a distribution, with log-probabilities in nats.
type Choice struct {
	ID           int32
	LogProb      float64 // under the distribution that was sampled, cuts included; 0 when greedy
	ModelLogProb float64 // under the model itself: temperature 1, no cuts
}

// Candidate is a token with its probability.
type Candidate struct {
	ID int32
	P  float64
}

// sampler draws tokens. It holds scratch memory only: a choice depends on
// logits, settings and generator alone.
type sampler struct {
	weights []float64 // exp((logit − max) / temperature), by token
	heap    []int32   // tokens not yet taken, most probable first in heap order
	kept    []int32   // tokens that survive the cuts, most probable first
}

func newSampler(vocab int) *sampler {
	return &sampler{weights: make([]float64, vocab), heap: make([]int32, vocab), kept: make([]int32, 0, vocab)}
}

// choose draws one token with one number from rng (none when greedy).
func (s *sampler) choose(logits []float32, o Sampling, rng *tensor.RNG) (Choice, error) {
	best := argmax(logits)
	top := float64(logits[best])
	logZ, err := logSum(logits, top)
	if err != nil {
		return Choice{}, err
	}
	c := Choice{ID: best}
	if o.Temperature > 0 {
		var share float64
		c.ID, share = s.draw(logits, top, o, rng.Float64())
		c.LogProb = math.Log(share)
	}
	c.ModelLogProb = float64(logits[c.ID]) - logZ
	return c, nil
}

// draw turns u, uniform in [0, 1), into a token and its probability.
func (s *sampler) draw(logits []float32, top float64, o Sampling, u float64) (int32, float64) {
	total := 0.0
	for i, l := range logits {
		w := math.Exp((float64(l) - top) / o.Temperature)
		s.weights[i] = w
		total += w
	}
	if (o.TopK == 0 || o.TopK >= len(logits)) && (o.TopP == 0 || o.TopP == 1) {
		return s.walk(nil, u*total, total)
	}
	total = s.cut(o, total)
	return s.walk(s.kept, u*total, total)
}

// walk goes through the tokens (nil: all) until their weights exceed at.
func (s *sampler) walk(tokens []int32, at, total float64) (int32, float64) {
	last := int32(-1) // rounding may leave at just above the sum
	n := len(tokens)
	if tokens == nil {
		n = len(s.weights)
	}
	for i := range n {
		id := int32(i)
		if tokens != nil {
			id = tokens[i]
		}
		w := s.weights[id]
		if w == 0 {
			continue
		}
		last = id
		if at -= w; at < 0 {
			break
		}
	}
	return last, s.weights[last] / total
}

// cut fills kept by top-k and top-p and returns its total weight. Of equally
// probable tokens the smaller id is kept. A heap gives the tokens in order
// without sorting all of them.
func (s *sampler) cut(o Sampling, total float64) float64 {
	s.kept = s.kept[:0]
	k := len(s.weights)
	share := 1.0
	if o.TopP > 0 {
		share = o.TopP
	}
	s.heapify()
	if o.TopK > 0 && o.TopK < k {
		k, total = o.TopK, 0
		for range k {
			id := s.pop()
			s.kept = append(s.kept, id)
			total += s.weights[id]
		}
	}
	sum := 0.0
	for n := 0; n < k; n++ {
		if n == len(s.kept) {
			s.kept = append(s.kept, s.pop())
		}
		sum += s.weights[s.kept[n]]
		if sum >= share*total {
			s.kept = s.kept[:n+1]
			break
		}
	}
	return sum
}

// before orders tokens for the cuts.
func (s *sampler) before(a, b int32) bool {
	wa, wb := s.weights[a], s.weights[b]
	return wa > wb || (wa == wb && a < b)
}

func (s *sampler) heapify() {
	s.heap = s.heap[:len(s.weights)]
	for i := range s.heap {
		s.heap[i] = int32(i)
	}
	for i := len(s.heap)/2 - 1; i >= 0; i-- {
		s.sink(i)
	}
}

func (s *sampler) pop() int32 {
	h := s.heap
	top := h[0]
	h[0] = h[len(h)-1]
	s.heap = h[:len(h)-1]
	if len(s.heap) > 0 {
		s.sink(0)
	}
	return top
}

func (s *sampler) sink(i int) {
	h := s.heap
	id := h[i]
	for {
		child := 2*i + 1
		if child >= len(h) {
			break
		}
		if child+1 < len(h) && s.before(h[child+1], h[child]) {
			child++
		}
		if !s.before(h[child], id) {
			break
		}
		h[i] = h[child]
		i = child
	}
	h[i] = id
}

// argmax is the largest logit's token, of equal ones the smallest id.
func argmax(logits []float32) int32 {
	best := 0
	for i, l := range logits {
		if l > logits[best] {
			best = i
		}
	}
	return int32(best)
}

// logSum is log Σ exp(logit), given the largest logit. Logits that are not
// finite are the problem "sampling_not_finite".
func logSum(logits []float32, top float64) (float64, error) {
	sum := 0.0
	for _, l := range logits {
		sum += math.Exp(float64(l) - top)
	}
	if math.IsNaN(sum) || math.IsInf(top, 0) {
		return 0, problem.New("sampling_not_finite", nil,
			"The model's output is not a number, so nothing can be sampled. Go back to a checkpoint from before its training diverged.")
	}
	return top + math.Log(sum), nil
}

// mostProbable fills dst with the most probable tokens at temperature 1, before
// any cut, in order; it returns dst cut to the vocabulary.
func mostProbable(dst []Candidate, logits []float32, logZ float64) []Candidate {
	n := 0
	for i, l := range logits {
		p := float64(l) // logits order as probabilities do
		if n == len(dst) && (n == 0 || p <= dst[n-1].P) {
			continue
		}
		if n < len(dst) {
			n++
		}
		j := n - 1
		for ; j > 0 && dst[j-1].P < p; j-- {
			dst[j] = dst[j-1]
		}
		dst[j] = Candidate{int32(i), p}
	}
	for i := range n {
		dst[i].P = math.Exp(dst[i].P - logZ)
	}
	return dst[:n]
}
