package stages

import (
	"math"

	"sprout/core/autograd"
	"sprout/core/backend"
	"sprout/core/nn"
	"sprout/core/tensor"
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

// Evaluator measures a model, as it is at each call, on the held-out part of a
// corpus and on the facts of its town.
type Evaluator struct {
	be      backend.Backend
	data    *text.Dataset
	T       int
	score   *scorer
	windows []int
	ngrams  []NGram

	clozes []cloze
	recall *scorer
}

// NewEvaluator scores windows of T tokens, at most budget tokens, and of the
// town's facts (nil: no town) in the given languages at most facts. n-gram
// models are fitted on the training part and measured on the very same tokens.
func NewEvaluator(p *nn.Params, d *text.Dataset, T, budget int, town *world.Town, langs []world.Lang, tok *text.Tokenizer, facts int) (*Evaluator, error) {
	e := &Evaluator{be: p.Backend(), data: d, T: T, windows: d.SpreadWindows(T, max(1, budget/T))}
	e.ngrams = baselines(d, T, e.windows)
	var err error
	if e.score, err = newScorer(p, min(len(e.windows), max(1, 1024/T)), T); err != nil {
		return nil, err
	}
	if town == nil {
		return e, nil
	}
	longest := 0
	e.clozes, longest = newClozes(town, langs, tok, facts)
	if longest > p.Config.Context {
		e.clozes = nil // this model cannot read a whole sentence
		return e, nil
	}
	if e.recall, err = newScorer(p, 32, longest); err != nil {
		e.Close()
		return nil, err
	}
	return e, nil
}

// Measure scores a model on the whole held-out part, up to a budget of 262,144
// tokens, in windows as long as its context, and on every fact of the town.
func Measure(p *nn.Params, d *text.Dataset, town *world.Town, langs []world.Lang, tok *text.Tokenizer) (Evaluation, error) {
	T := p.Config.Context
	if err := d.Check(T); err != nil {
		return Evaluation{}, err
	}
	return measure(p, d, T, town, langs, tok)
}

func measure(p *nn.Params, d *text.Dataset, T int, town *world.Town, langs []world.Lang, tok *text.Tokenizer) (Evaluation, error) {
	e, err := NewEvaluator(p, d, T, fullTokens, town, langs, tok, math.MaxInt)
	if err != nil {
		return Evaluation{}, err
	}
	defer e.Close()
	return e.Measure()
}

// Close frees the recorded passes; the model stays.
func (e *Evaluator) Close() {
	for _, s := range []*scorer{e.score, e.recall} {
		if s != nil {
			s.plan.Close()
		}
	}
}

// Bytes is the memory of the recorded passes.
func (e *Evaluator) Bytes() int64 {
	n := e.score.plan.Bytes()
	if e.recall != nil {
		n += e.recall.plan.Bytes()
	}
	return n
}

// Measure scores the windows and asks for the facts.
func (e *Evaluator) Measure() (Evaluation, error) {
	out := Evaluation{NGrams: e.ngrams, Recall: -1}
	nats, bytes, tokens := 0.0, 0.0, 0
	err := e.eachBatch(func(n int) error {
		losses, err := e.score.run()
		if err != nil {
			return err
		}
		for i := range n * e.T {
			nats += float64(losses[i])
			tokens += int(e.score.mask[i])
		}
		bytes += e.data.Bytes(e.score.targets[:n*e.T], e.score.mask[:n*e.T])
		return nil
	})
	if err != nil {
		return out, err
	}
	out.Tokens = tokens
	out.Loss = nats / float64(tokens)
	out.BitsPerByte = bitsPerByte(nats, bytes)
	if len(e.clozes) > 0 {
		out.Recall, err = e.recallFacts()
	}
	return out, err
}

// bitsPerByte is 0 where the tokens stand for no text.
func bitsPerByte(nats, bytes float64) float64 {
	if bytes == 0 {
		return 0
	}
	return text.BitsPerByte(nats, bytes)
}

// eachBatch fills the scorer with the next n windows and calls f.
func (e *Evaluator) eachBatch(f func(n int) error) error {
	s := e.score
	for from := 0; from < len(e.windows); from += s.rows {
		n := min(s.rows, len(e.windows)-from)
		clear(s.mask)
		for i, w := range e.windows[from : from+n] {
			r := s.row(i)
			e.data.Window(w, e.T, s.tokens[r:r+e.T], s.targets[r:r+e.T], s.mask[r:r+e.T])
		}
		if err := f(n); err != nil {
			return err
		}
	}
	return nil
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

// scorer is a recorded forward pass that gives the loss of every token.
type scorer struct {
	be              backend.Backend
	plan            *autograd.Plan
	seq             sequences
	rows, T         int
	tokens, targets []int32
	mask, losses    []float32
	out             tensor.Tensor // losses [rows·T]
}

func newScorer(p *nn.Params, rows, T int) (*scorer, error) {
	t := autograd.NewTape()
	s := &scorer{
		be: p.Backend(), rows: rows, T: T, seq: newSequences(t, rows, T),
		tokens: make([]int32, rows*T), targets: make([]int32, rows*T),
		mask: make([]float32, rows*T), losses: make([]float32, rows*T),
	}
	logits := p.Forward(t, s.seq.in, nn.Options{}).Logits
	losses := t.Emit("cross_entropy", nil, logits, s.seq.targets.Reshape(rows*T), s.seq.mask.Reshape(rows*T))[0]
	var err error
	if s.plan, err = t.Compile(s.be, losses); err != nil {
		return nil, err
	}
	s.out = s.plan.At(losses)
	return s, s.seq.ready(s.be, s.plan)
}

// row is where row i begins in the host's arrays.
func (s *scorer) row(i int) int { return i * s.T }

// run sends the host's arrays and returns the losses [rows·T].
func (s *scorer) run() ([]float32, error) {
	if err := s.be.WriteInts(s.plan.At(s.seq.tokens), s.tokens); err != nil {
		return nil, err
	}
	if err := s.be.WriteInts(s.plan.At(s.seq.targets), s.targets); err != nil {
		return nil, err
	}
	if err := s.be.Write(s.plan.At(s.seq.mask), s.mask); err != nil {
		return nil, err
	}
	if err := s.plan.Run(); err != nil {
		return nil, err
	}
	return s.losses, s.be.Read(s.losses, s.out)
}
