// Package gen writes text with a model: prefill of the prompts, decoding from
// the KV cache, sampling, and streaming token by token.
package gen

import (
	"errors"
	"fmt"

	"sprout/core/nn"
	"sprout/core/problem"
	"sprout/core/tensor"
	"sprout/core/text"
)

func init() {
	problem.Register(map[string]string{
		"sampling_setting":    "a sampling setting out of range (field, value, want)",
		"sampling_not_finite": "the model's output is NaN or infinite while sampling",
	})
}

// Generator continues up to Batch prompts at a time with one model. Its plans
// read the model's weights where they lie, so it follows a model in training.
// It serves one goroutine.
//
// Answers end at different lengths. When half of the rows have ended, the others
// move together, and what follows is computed for half as many; a row's bits do
// not depend on it.
type Generator struct {
	params *nn.Params
	linear nn.Linear
	batch  int
	kv     []nn.KV
	passes map[passShape]*pass
	moves  map[int]*move // by the number of rows that stay

	sampler *sampler
	logits  []float32 // [B,V]
	rows    []row     // by prompt
	places  []int     // the prompt of each row of the cache that is in use
	top     []Candidate
	token   Token // handed to OnToken, the same one every time
}

// New reserves the cache of a generator for batches of the given size. linear
// is that of nn.Options.
func New(p *nn.Params, batch int, linear nn.Linear) (*Generator, error) {
	if batch < 1 {
		panic(fmt.Sprintf("gen: batch of %d", batch))
	}
	g := &Generator{
		params: p, linear: linear, batch: batch, passes: map[passShape]*pass{}, moves: map[int]*move{},
		sampler: newSampler(p.Config.Vocab), logits: make([]float32, batch*p.Config.Vocab),
		rows: make([]row, batch), places: make([]int, 0, batch),
	}
	var err error
	if g.kv, err = newCache(p, batch); err != nil {
		return nil, err
	}
	if _, err = g.pass(batch, 1); err != nil {
		g.Close()
		return nil, err
	}
	return g, nil
}

// Bytes is the memory of the cache and of the recorded passes.
func (g *Generator) Bytes() int64 {
	n := int64(0)
	for _, p := range g.passes {
		n += p.plan.Bytes()
	}
	for _, m := range g.moves {
		n += m.plan.Bytes()
	}
	for _, c := range g.kv {
		n += 4 * int64(c.Keys.Len()+c.Values.Len())
	}
	return n
}

// Close frees cache and plans; the model stays.
func (g *Generator) Close() {
	freeCache(g.params.Backend(), g.kv)
	g.kv = nil
	for shape, p := range g.passes {
		p.plan.Close()
		delete(g.passes, shape)
	}
	for rows, m := range g.moves {
		m.plan.Close()
		delete(g.moves, rows)
	}
}

// passShape is how many rows a pass has, of how many tokens.
type passShape struct{ rows, tokens int }

// pass is recorded when it is first needed.
func (g *Generator) pass(rows, tokens int) (*pass, error) {
	shape := passShape{rows, tokens}
	if p := g.passes[shape]; p != nil {
		return p, nil
	}
	p, err := record(g.params, firstRows(g.kv, rows), g.linear, rows, tokens)
	if err != nil {
		return nil, err
	}
	g.passes[shape] = p
	return p, nil
}

// Stop says why a sequence ended.
type Stop string

const (
	StopEOS     Stop = "eos"     // a stop token was sampled
	StopLength  Stop = "length"  // MaxTokens were sampled
	StopContext Stop = "context" // the cache is full
	StopCalled  Stop = "stopped" // OnToken returned ErrStop
)

// ErrStop, returned by OnToken, ends all sequences early; it is no failure.
var ErrStop = errors.New("stop sampling")

// Options of one Generate.
type Options struct {
	Sampling
	// MaxTokens bounds each answer; 0 means until the context is full.
	MaxTokens int
	// Stop lists the tokens that end an answer; nil means EOS. They belong to
	// the answer.
	Stop []int32
	// Slide goes on when the context is full: the cache is filled again with
	// the last half of the context. Needs MaxTokens. A model then sees a text
	// that begins in the middle, so later stages leave it off.
	Slide bool
	// Seed, Step and First choose the random numbers: row i draws from
	// RNG(Seed, Step, First+i), whatever the other rows do.
	Seed, Step, First uint64
	// Top asks for this many of the most probable tokens in OnToken.
	Top int
	// OnToken, if set, is told of every token as it is sampled. The Token is
	// valid during the call. An error other than ErrStop is returned.
	OnToken func(*Token) error
	// Decode, if set, fills Token.Delta.
	Decode *text.Tokenizer
}

// Token is one sampled token.
type Token struct {
	Choice
	Row   int // index of the prompt
	Index int // 0 for the first token after the prompt
	Top   []Candidate
	// Delta is the text that this token completes, never cut inside a
	// character. What remains unfinished comes with the last token.
	Delta string
	// Stop is set on the last token of a sequence.
	Stop Stop
}

// Sequence is an answer without its prompt.
type Sequence struct {
	Tokens []int32
	// LogProbs of the tokens under the distribution that sampled them, and
	// under the model itself (temperature 1, no cuts), in nats.
	LogProbs, ModelLogProbs []float64
	Stop                    Stop
}

// Generate continues each prompt. An empty prompt is EOS, which begins a
// document. A prompt that leaves no room in the context loses its start: the
// last half of the context is kept. It panics for more prompts than the batch
// and for tokens outside the vocabulary.
func (g *Generator) Generate(prompts [][]int32, o Options) ([]Sequence, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	if len(prompts) == 0 || len(prompts) > g.batch {
		panic(fmt.Sprintf("gen: %d prompts in a batch of %d", len(prompts), g.batch))
	}
	if o.Stop == nil {
		o.Stop = []int32{text.EOS}
	}
	if o.MaxTokens == 0 {
		o.Slide = false
	}
	if len(g.top) < o.Top {
		g.top = make([]Candidate, o.Top)
	}
	g.begin(prompts, &o)
	err := g.prefill()
	for err == nil && g.active() {
		if err = g.sample(&o); err == nil && g.active() {
			err = g.advance(&o)
		}
	}
	if err != nil && !errors.Is(err, ErrStop) {
		return nil, err
	}
	out := make([]Sequence, len(prompts))
	for i := range out {
		if g.rows[i].Stop == "" {
			g.rows[i].Stop = StopCalled
		}
		out[i] = g.rows[i].Sequence
		g.rows[i] = row{}
	}
	return out, nil
}

// row is a sequence in progress.
type row struct {
	Sequence
	history []int32 // tokens in the cache, and the newest one that is not yet
	start   int     // first token of history that the cache holds
	rng     tensor.RNG
	decoder *text.Decoder
	active  bool
}

// streamSample separates sampling from all other random numbers of a seed.
const streamSample = 0x73616d706c65

func (g *Generator) begin(prompts [][]int32, o *Options) {
	context := g.params.Config.Context
	g.places = g.places[:fewestRows(g.batch, len(prompts))]
	for i := range g.places {
		g.places[i] = i
	}
	for i := range g.rows {
		g.rows[i] = row{}
		if i >= len(prompts) {
			continue
		}
		prompt := prompts[i]
		if len(prompt) == 0 {
			prompt = []int32{text.EOS}
		}
		if len(prompt) >= context {
			prompt = prompt[len(prompt)-max(1, context/2):]
		}
		most := o.MaxTokens
		if most == 0 || !o.Slide {
			most = context - len(prompt) + 1
		}
		if o.MaxTokens > 0 {
			most = min(most, o.MaxTokens)
		}
		r := row{active: true, rng: tensor.NewRNG(o.Seed, streamSample, o.Step, o.First+uint64(i))}
		r.history = append(make([]int32, 0, len(prompt)+most), prompt...)
		r.Tokens = make([]int32, 0, most)
		r.LogProbs, r.ModelLogProbs = make([]float64, 0, most), make([]float64, 0, most)
		if o.Decode != nil && o.OnToken != nil {
			r.decoder = text.NewDecoder(o.Decode)
		}
		g.rows[i] = r
	}
}

func (g *Generator) active() bool { return g.count() > 0 }

// count is how many rows go on.
func (g *Generator) count() (n int) {
	for i := range g.rows {
		if g.rows[i].active {
			n++
		}
	}
	return n
}

// fewestRows is the least of batch, its half, the half of that and so on that n
// rows fit into.
func fewestRows(batch, n int) int {
	for half := (batch + 1) / 2; half >= n && half < batch; half = (batch + 1) / 2 {
		batch = half
	}
	return batch
}

// prefill writes the cache of every active row from its history and leaves the
// logits of the next tokens. Shorter rows are padded on the right: what the
// padding writes lies after the row's end and is overwritten before it is seen.
func (g *Generator) prefill() error {
	longest := 1
	for i := range g.rows {
		if g.rows[i].active {
			longest = max(longest, g.rows[i].cached())
		}
	}
	T := bucket(longest, g.params.Config.Context)
	p, err := g.pass(len(g.places), T)
	if err != nil {
		return err
	}
	for place, i := range g.places {
		r := &g.rows[i]
		n := 0
		if r.active {
			n = copy(p.hostTokens[place*T:(place+1)*T], r.history[r.start:])
		}
		for j := range T {
			if j >= n {
				p.hostTokens[place*T+j] = text.Pad
			}
			p.hostPos[place*T+j] = int32(j)
		}
		p.hostStart[place] = 0
		if T > 1 {
			p.hostLast[place] = int32(place*T + max(0, n-1))
		}
	}
	return g.run(p)
}

// run leaves the logits of a pass over all places.
func (g *Generator) run(p *pass) error {
	return p.run(g.logits[:len(g.places)*g.params.Config.Vocab])
}

// bucket is the padded length of a prefill: a power of two or one and a half of
// it, so that few plans serve every prompt and little is padding.
func bucket(n, context int) int {
	b := 1
	for b < n {
		b *= 2
	}
	if b >= 8 && n <= b/4*3 {
		b = b / 4 * 3
	}
	return min(b, context)
}

// cached is the number of tokens that the cache holds or is about to.
func (r *row) cached() int { return len(r.history) - r.start }

// sample draws the next token of every active row from the logits.
func (g *Generator) sample(o *Options) error {
	V := g.params.Config.Vocab
	for place, i := range g.places {
		r := &g.rows[i]
		if !r.active {
			continue
		}
		logits := g.logits[place*V : (place+1)*V]
		c, err := g.sampler.choose(logits, o.Sampling, &r.rng)
		if err != nil {
			return err
		}
		r.Tokens = append(r.Tokens, c.ID)
		r.LogProbs = append(r.LogProbs, c.LogProb)
		r.ModelLogProbs = append(r.ModelLogProbs, c.ModelLogProb)
		r.history = append(r.history, c.ID)
		g.end(r, o)
		if o.OnToken != nil {
			if err := g.tell(i, c, logits, o); err != nil {
				return err
			}
		}
	}
	return nil
}

// end decides whether the newest token was the row's last.
func (g *Generator) end(r *row, o *Options) {
	for _, id := range o.Stop {
		if r.Tokens[len(r.Tokens)-1] == id {
			r.Stop = StopEOS
		}
	}
	switch {
	case r.Stop != "":
	case len(r.Tokens) == o.MaxTokens:
		r.Stop = StopLength
	case r.cached() > g.params.Config.Context && !o.Slide:
		r.Stop = StopContext
	}
	r.active = r.Stop == ""
}

func (g *Generator) tell(i int, c Choice, logits []float32, o *Options) error {
	r := &g.rows[i]
	t := &g.token
	*t = Token{Choice: c, Row: i, Index: len(r.Tokens) - 1, Stop: r.Stop}
	if o.Top > 0 {
		t.Top = mostProbable(g.top[:o.Top], logits, float64(logits[c.ID])-c.ModelLogProb)
	}
	if r.decoder != nil {
		t.Delta = r.decoder.Push(c.ID)
		if !r.active {
			t.Delta += r.decoder.Flush()
		}
	}
	return o.OnToken(t)
}

// advance feeds the newest tokens. A row that has ended writes Pad into the first
// place of its cache, where nobody looks any more, and sees nothing but that.
func (g *Generator) advance(o *Options) error {
	if rows := fewestRows(len(g.places), g.count()); rows < len(g.places) {
		if err := g.moveTogether(rows); err != nil {
			return err
		}
	}
	context := g.params.Config.Context
	slide := false
	p, err := g.pass(len(g.places), 1)
	if err != nil {
		return err
	}
	for place, i := range g.places {
		r := &g.rows[i]
		if !r.active {
			p.hostTokens[place], p.hostPos[place], p.hostStart[place] = text.Pad, 0, 0
			continue
		}
		if r.cached() > context {
			r.start = len(r.history) - max(1, context/2)
			slide = true
		}
		at := int32(r.cached() - 1)
		p.hostTokens[place], p.hostPos[place], p.hostStart[place] = r.history[len(r.history)-1], at, at
	}
	if slide {
		// The other rows are written again with the same bits.
		return g.prefill()
	}
	return g.run(p)
}

// moveTogether puts the active rows into the first places, in their order.
// Rows that have ended fill up what is left.
func (g *Generator) moveTogether(rows int) error {
	m := g.moves[rows]
	if m == nil {
		var err error
		if m, err = newMove(g.params.Backend(), g.kv, rows); err != nil {
			return err
		}
		g.moves[rows] = m
	}
	n := 0
	for _, going := range []bool{true, false} {
		for place, i := range g.places {
			if n < rows && g.rows[i].active == going {
				m.from[n], m.stay[n] = int32(place), i
				n++
			}
		}
	}
	copy(g.places, m.stay)
	g.places = g.places[:rows]
	return m.run()
}
