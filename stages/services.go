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
	// rewardsService: rows of tokens, targets, which are not looked at, and a mask
	// that is 1 at the last token of an answer, [T] each, to rewards, [rows]. Only a
	// model with the head for it has it.
	rewardsService = "rewards"
	// generateService: rows of a prompt, padded, its length and its index to
	// sequences, JSON of []gen.Sequence; the options are a writing.
	generateService = "generate"
)

// Rows that one recorded pass takes at most. Bits do not depend on them. 48 rows,
// and the halves that a generator goes on with as answers end, read the weights
// once for as many tokens and fill tiles of three rows; more write no faster.
const (
	scoredTokens = 1024 // rows × T of a scorer
	writtenRows  = 48   // of a generator
)

// services are what a worker offers. Passes are recorded when they are first
// needed and read the weights where they lie, so they follow a model in
// training.
type services struct {
	model   *nn.Params
	scorers *passes
	judges  *passes
	writer  *gen.Generator
	rows    int         // of writer
	plain   bool        // writer leaves the adapter out
	more    []*passes   // those of one stage alone
	others  []*services // of models beside
}

// passes are scorers of one kind on one model, by T.
type passes struct {
	model  *nn.Params
	record func(p *nn.Params, rows, T int) (*scorer, error)
	by     map[int]*scorer
	out    []float32 // the numbers of the last rows
}

func newPasses(p *nn.Params, record func(p *nn.Params, rows, T int) (*scorer, error)) *passes {
	return &passes{model: p, record: record, by: map[int]*scorer{}}
}

func newServices(p *nn.Params) *services {
	return &services{model: p, scorers: newPasses(p, newScorer), judges: newPasses(p, newJudge)}
}

// add offers another kind of pass.
func (s *services) add(r *parallel.Replica, name string, p *passes) {
	s.more = append(s.more, p)
	r.Services[name] = p.serve
}

// score is the scoring of one worker alone.
func (s *services) score(b *parallel.Batch, part func(first int, losses []float32)) error {
	r, err := s.scorers.serve(b, nil)
	if err == nil {
		part(0, r.Floats)
	}
	return err
}

// serve reads the rows of a batch; the result is valid until the next one.
func (p *passes) serve(b *parallel.Batch, _ []byte) (parallel.Result, error) {
	T := len(b.Ints[0]) / b.Rows
	pass, err := p.get(b.Rows, T)
	if err != nil {
		return parallel.Result{}, err
	}
	w := pass.width
	if cap(p.out) < b.Rows*w {
		p.out = make([]float32, b.Rows*w)
	}
	p.out = p.out[:b.Rows*w]
	for from := 0; from < b.Rows; from += pass.rows {
		to := min(from+pass.rows, b.Rows)
		err := pass.run(b.Ints[0][from*T:to*T], b.Ints[1][from*T:to*T], b.Floats[0][from*T:to*T], p.out[from*w:to*w])
		if err != nil {
			return parallel.Result{}, err
		}
	}
	return parallel.Result{Floats: p.out}, nil
}

// get records a pass for as many rows as are asked for at a time, and again for
// more where that was few.
func (p *passes) get(rows, T int) (*scorer, error) {
	rows = min(rows, max(1, scoredTokens/T))
	old := p.by[T]
	if old != nil && old.rows >= rows {
		return old, nil
	}
	if old != nil {
		delete(p.by, T)
		old.plan.Close()
	}
	pass, err := p.record(p.model, rows, T)
	if err != nil {
		return nil, err
	}
	p.by[T] = pass
	return pass, nil
}

func (p *passes) close() {
	for T, pass := range p.by {
		pass.plan.Close()
		delete(p.by, T)
	}
}

// writing are the options of generateService. Row i draws from
// RNG(Seed, Step, First + its index).
type writing struct {
	gen.Sampling
	MaxTokens         int
	Stop              []int32
	Slide             bool
	Seed, Step, First uint64
	// Plain leaves the model's adapter out.
	Plain bool
}

func (s *services) generate(b *parallel.Batch, options []byte) (parallel.Result, error) {
	var w writing
	if err := json.Unmarshal(options, &w); err != nil {
		return parallel.Result{}, fmt.Errorf("options of %s: %w", generateService, err)
	}
	tokens, lengths, index := b.Ints[0], b.Ints[1], b.Ints[2]
	width := len(tokens) / b.Rows
	writer, err := s.generator(b.Rows, w.Plain)
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
func (s *services) generator(rows int, plain bool) (*gen.Generator, error) {
	rows = min(rows, writtenRows)
	if s.writer != nil && s.rows >= rows && s.plain == plain {
		return s.writer, nil
	}
	if s.writer != nil {
		s.writer.Close()
		s.writer = nil
	}
	var err error
	var linear nn.Linear
	if plain {
		linear = nn.Dense
	}
	if s.writer, err = gen.New(s.model, rows, linear); err != nil {
		s.writer = nil
		return nil, err
	}
	s.rows, s.plain = rows, plain
	return s.writer, nil
}

// bytes is the memory of all that was recorded.
func (s *services) bytes() int64 {
	n := s.scorers.bytes() + s.judges.bytes()
	for _, p := range s.more {
		n += p.bytes()
	}
	if s.writer != nil {
		n += s.writer.Bytes()
	}
	return n
}

func (p *passes) bytes() (n int64) {
	for _, pass := range p.by {
		n += pass.plan.Bytes()
	}
	return n
}

func (s *services) close() {
	s.scorers.close()
	s.judges.close()
	for _, p := range s.more {
		p.close()
	}
	if s.writer != nil {
		s.writer.Close()
		s.writer = nil
	}
	for _, other := range s.others {
		other.close()
	}
}

// scorer is a recorded forward pass that gives numbers for every row: the loss
// of every token, or a reward.
type scorer struct {
	be      backend.Backend
	plan    *autograd.Plan
	seq     sequences
	rows, T int
	width   int           // numbers for a row
	out     tensor.Tensor // [rows·width]

	// What is sent and read is always a whole pass.
	tokens, targets []int32
	mask, numbers   []float32
}

// newScorer gives the loss of every token, [T] for a row.
func newScorer(p *nn.Params, rows, T int) (*scorer, error) {
	return newPass(p, rows, T, T, func(t *autograd.Tape, seq sequences) tensor.Tensor {
		logits := p.Forward(t, seq.in, nn.Options{}).Logits
		return t.Emit("cross_entropy", nil, logits, seq.targets.Reshape(rows*T), seq.mask.Reshape(rows*T))[0]
	})
}

func newPass(p *nn.Params, rows, T, width int, record func(*autograd.Tape, sequences) tensor.Tensor) (*scorer, error) {
	t := autograd.NewTape()
	s := &scorer{
		be: p.Backend(), rows: rows, T: T, width: width, seq: newSequences(t, rows, T),
		tokens: make([]int32, rows*T), targets: make([]int32, rows*T),
		mask: make([]float32, rows*T), numbers: make([]float32, rows*width),
	}
	numbers := record(t, s.seq)
	var err error
	if s.plan, err = t.Compile(s.be, numbers); err != nil {
		return nil, err
	}
	s.out = s.plan.At(numbers)
	return s, s.seq.ready(s.be, s.plan)
}

// run scores at most rows rows. Rows that are missing are masked.
func (s *scorer) run(tokens, targets []int32, mask, numbers []float32) error {
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
	if err := s.be.Read(s.numbers, s.out); err != nil {
		return err
	}
	copy(numbers, s.numbers)
	return nil
}
