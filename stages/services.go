package stages

import (
	"encoding/json"
	"fmt"

	"sprout/core/autograd"
	"sprout/core/backend"
	"sprout/core/gen"
	"sprout/core/nn"
	"sprout/core/parallel"
	"sprout/core/tensor"
)

// Services of every worker beside gradients.
const (
	// lossesService: rows of tokens, targets [T] and mask [T] to the losses of
	// their tokens, [rows·T] nats.
	lossesService = "losses"
	// generateService: rows of a prompt, padded, its length and its index to
	// sequences, JSON of []gen.Sequence; the options are a writing.
	generateService = "generate"
)

// Rows that one recorded pass takes at most. Bits do not depend on them. 24 rows
// read the weights once for as many tokens and fill tiles of three rows; more
// write hardly faster and wait longer for the last to end.
const (
	scoredTokens = 1024 // rows × T of a scorer
	writtenRows  = 24   // of a generator
)

// services are what a worker offers. Passes are recorded when they are first
// needed and read the weights where they lie, so they follow a model in
// training.
type services struct {
	model   *nn.Params
	scorers map[int]*scorer // by T
	writer  *gen.Generator
	rows    int       // of writer
	out     []float32 // losses
}

func newServices(p *nn.Params) *services {
	return &services{model: p, scorers: map[int]*scorer{}}
}

// score is the scoring of one worker alone.
func (s *services) score(b *parallel.Batch, part func(first int, losses []float32)) error {
	r, err := s.losses(b, nil)
	if err == nil {
		part(0, r.Floats)
	}
	return err
}

func (s *services) losses(b *parallel.Batch, _ []byte) (parallel.Result, error) {
	T := len(b.Ints[0]) / b.Rows
	pass, err := s.scorer(b.Rows, T)
	if err != nil {
		return parallel.Result{}, err
	}
	if cap(s.out) < b.Rows*T {
		s.out = make([]float32, b.Rows*T)
	}
	s.out = s.out[:b.Rows*T]
	for from := 0; from < len(s.out); from += pass.rows * T {
		to := min(from+pass.rows*T, len(s.out))
		if err := pass.run(b.Ints[0][from:to], b.Ints[1][from:to], b.Floats[0][from:to], s.out[from:to]); err != nil {
			return parallel.Result{}, err
		}
	}
	return parallel.Result{Floats: s.out}, nil
}

// scorer is recorded for as many rows as are asked for at a time, and again for
// more where that was few.
func (s *services) scorer(rows, T int) (*scorer, error) {
	rows = min(rows, max(1, scoredTokens/T))
	old := s.scorers[T]
	if old != nil && old.rows >= rows {
		return old, nil
	}
	if old != nil {
		delete(s.scorers, T)
		old.plan.Close()
	}
	pass, err := newScorer(s.model, rows, T)
	if err != nil {
		return nil, err
	}
	s.scorers[T] = pass
	return pass, nil
}

// writing are the options of generateService. Row i draws from
// RNG(Seed, Step, First + its index).
type writing struct {
	gen.Sampling
	MaxTokens         int
	Stop              []int32
	Slide             bool
	Seed, Step, First uint64
}

func (s *services) generate(b *parallel.Batch, options []byte) (parallel.Result, error) {
	var w writing
	if err := json.Unmarshal(options, &w); err != nil {
		return parallel.Result{}, fmt.Errorf("options of %s: %w", generateService, err)
	}
	tokens, lengths, index := b.Ints[0], b.Ints[1], b.Ints[2]
	width := len(tokens) / b.Rows
	writer, err := s.generator(b.Rows)
	if err != nil {
		return parallel.Result{}, err
	}
	var out []gen.Sequence
	for from := 0; from < b.Rows; from += s.rows {
		var prompts [][]int32
		for i := from; i < min(from+s.rows, b.Rows); i++ {
			prompts = append(prompts, tokens[i*width:i*width+int(lengths[i])])
		}
		sequences, err := writer.Generate(prompts, gen.Options{
			Sampling: w.Sampling, MaxTokens: w.MaxTokens, Stop: w.Stop, Slide: w.Slide,
			Seed: w.Seed, Step: w.Step, First: w.First + uint64(index[from]),
		})
		if err != nil {
			return parallel.Result{}, err
		}
		out = append(out, sequences...)
	}
	data, err := json.Marshal(out)
	return parallel.Result{Data: data}, err
}

// generator writes as many rows at a time as are asked for, up to writtenRows.
func (s *services) generator(rows int) (*gen.Generator, error) {
	rows = min(rows, writtenRows)
	if s.writer != nil && s.rows >= rows {
		return s.writer, nil
	}
	if s.writer != nil {
		s.writer.Close()
		s.writer = nil
	}
	var err error
	if s.writer, err = gen.New(s.model, rows, nil); err != nil {
		s.writer = nil
		return nil, err
	}
	s.rows = rows
	return s.writer, nil
}

func (s *services) close() {
	for T, pass := range s.scorers {
		pass.plan.Close()
		delete(s.scorers, T)
	}
	if s.writer != nil {
		s.writer.Close()
		s.writer = nil
	}
}

// scorer is a recorded forward pass that gives the loss of every token.
type scorer struct {
	be      backend.Backend
	plan    *autograd.Plan
	seq     sequences
	rows, T int
	out     tensor.Tensor // losses [rows·T]

	// What is sent and read is always a whole pass.
	tokens, targets []int32
	mask, losses    []float32
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

// run scores at most rows rows. Rows that are missing are masked.
func (s *scorer) run(tokens, targets []int32, mask, losses []float32) error {
	copy(s.tokens, tokens)
	copy(s.targets, targets)
	clear(s.mask[copy(s.mask, mask):])
	if err := s.be.WriteInts(s.plan.At(s.seq.tokens), s.tokens); err != nil {
		return err
	}
	if err := s.be.WriteInts(s.plan.At(s.seq.targets), s.targets); err != nil {
		return err
	}
	if err := s.be.Write(s.plan.At(s.seq.mask), s.mask); err != nil {
		return err
	}
	if err := s.plan.Run(); err != nil {
		return err
	}
	if err := s.be.Read(s.losses, s.out); err != nil {
		return err
	}
	copy(losses, s.losses)
	return nil
}
