package stages

import (
	"math"

	"sprout/core/nn"
	"sprout/core/parallel"
	"sprout/core/text"
	"sprout/core/world"
)

// Budgets of a measurement. During training a spread of windows is scored,
// always the same; an evaluation on demand covers more.
const (
	trainingTokens = 8 << 10
	fullTokens     = 256 << 10
	trainingFacts  = 32
)

// handedOut is how many tokens are given to the scoring at a time: enough to
// keep every worker busy, and little memory.
const handedOut = 32 << 10

// scoring computes the losses [rows·T] of a batch of tokens, targets and mask,
// [rows,T] each. They come in order, in parts of whole rows, each valid until
// the call returns.
type scoring func(b *parallel.Batch, part func(first int, losses []float32)) error

// evaluator measures a model, as it is at each call, on the held-out part of a
// corpus and on the facts of its town.
type evaluator struct {
	score   scoring
	data    *text.Dataset
	T       int
	windows []int
	ngrams  []NGram

	clozes  []cloze
	longest int // sentence of a cloze

	batch parallel.Batch
}

// newEvaluator scores windows of T tokens, at most budget tokens, and of the
// town's facts (nil: no town) in the given languages at most facts, by a model
// that reads so many tokens. n-gram models are fitted on the training part and
// measured on the very same tokens.
func newEvaluator(score scoring, d *text.Dataset, T, budget int, town *world.Town, langs []world.Lang, tok *text.Tokenizer, facts, context int) *evaluator {
	e := newReader(score, d, T, budget, town, langs, tok, facts, context)
	e.ngrams = baselines(d, T, e.windows)
	return e
}

// newReader is an evaluator without n-gram models, and without windows where d
// is nil.
func newReader(score scoring, d *text.Dataset, T, budget int, town *world.Town, langs []world.Lang, tok *text.Tokenizer, facts, context int) *evaluator {
	e := &evaluator{score: score, data: d, T: T}
	if d != nil {
		e.windows = d.SpreadWindows(T, max(1, budget/T))
	}
	e.batch.Ints, e.batch.Floats = make([][]int32, 2), make([][]float32, 1)
	if town == nil {
		return e
	}
	e.clozes, e.longest = newClozes(town, langs, tok, facts)
	if e.longest > context {
		e.clozes = nil // this model cannot read a whole sentence
	}
	return e
}

// Measure scores a model on the whole held-out part, up to a budget of 262,144
// tokens, in windows as long as its context, and on every fact of the town.
func Measure(p *nn.Params, d *text.Dataset, town *world.Town, langs []world.Lang, tok *text.Tokenizer) (Evaluation, error) {
	T := p.Config.Context
	if err := d.Check(T); err != nil {
		return Evaluation{}, err
	}
	s := newServices(p)
	defer s.close()
	return newEvaluator(s.score, d, T, fullTokens, town, langs, tok, math.MaxInt, T).measure()
}

func (e *evaluator) baselines() []NGram { return e.ngrams }

// measure scores the windows and asks for the facts.
func (e *evaluator) measure() (Evaluation, error) {
	out := Evaluation{NGrams: e.ngrams, Recall: -1}
	read, err := e.read()
	if err != nil {
		return out, err
	}
	out.Loss, out.BitsPerByte, out.Tokens = read.mean(), read.bitsPerByte(), read.tokens
	if len(e.clozes) > 0 {
		out.Recall, err = e.recall()
	}
	return out, err
}

// tally sums losses.
type tally struct {
	nats, bytes float64
	tokens      int
}

// mean is the loss of a token, in nats.
func (s tally) mean() float64 { return s.nats / float64(s.tokens) }

// bitsPerByte is 0 where the tokens stand for no text.
func (s tally) bitsPerByte() float64 {
	if s.bytes == 0 {
		return 0
	}
	return text.BitsPerByte(s.nats, s.bytes)
}

// read scores the windows.
func (e *evaluator) read() (sum tally, err error) {
	T := e.T
	for windows := e.windows; len(windows) > 0; {
		n := min(len(windows), max(1, handedOut/T))
		b := e.rows(n, T)
		inputs, targets, mask := b.Ints[0], b.Ints[1], b.Floats[0]
		for i, w := range windows[:n] {
			e.data.Window(w, T, inputs[i*T:(i+1)*T], targets[i*T:(i+1)*T], mask[i*T:(i+1)*T])
		}
		if err := e.add(&sum); err != nil {
			return sum, err
		}
		sum.bytes += e.data.Bytes(targets, mask)
		windows = windows[n:]
	}
	return sum, nil
}

// add scores the batch and adds its losses and tokens.
func (e *evaluator) add(sum *tally) error {
	err := e.score(&e.batch, func(_ int, losses []float32) {
		for _, l := range losses {
			sum.nats += float64(l)
		}
	})
	for _, m := range e.batch.Floats[0] {
		sum.tokens += int(m)
	}
	return err
}

// rows is a batch of so many rows of T, to be filled.
func (e *evaluator) rows(n, T int) *parallel.Batch {
	b := &e.batch
	b.Rows = n
	if cap(b.Floats[0]) < n*T {
		b.Ints[0], b.Ints[1], b.Floats[0] = make([]int32, n*T), make([]int32, n*T), make([]float32, n*T)
	}
	b.Ints[0], b.Ints[1], b.Floats[0] = b.Ints[0][:n*T], b.Ints[1][:n*T], b.Floats[0][:n*T]
	return b
}

// baselines measures the n-gram models on the targets of the windows.
func baselines(d *text.Dataset, T int, windows []int) []NGram {
	var out []NGram
	for _, b := range d.Baselines(T, windows) {
		if !finite(b.BitsPerByte) { // the targets stand for no text
			b.BitsPerByte = 0
		}
		out = append(out, NGram(b))
	}
	return out
}
