package stages

import (
	"encoding/json"
	"runtime"

	"sprout/core/backend"
	"sprout/core/checkpoint"
	"sprout/core/gen"
	"sprout/core/nn"
	"sprout/core/parallel"
	"sprout/core/problem"
	"sprout/core/tensor"
	"sprout/core/text"
)

// Machine is what a model is computed on. Its fields are those of Setup.
type Machine struct {
	NewBackend func() (backend.Backend, error)
	// Workers is how many compute; 0 takes MaxWorkers, and where that is 0, too,
	// the cores of the machine.
	Workers, MaxWorkers int
	Spawn               func(Blueprint) (parallel.Peer, error)
	OnLost              func(*problem.Problem)
	Now                 func() float64
	Yield               func()
}

// Examinee is a checkpoint that is to be read, and, where it is an adapter, the
// one of the model under it.
type Examinee struct {
	Checkpoint, Base *checkpoint.Checkpoint
}

// Reader is a model that answers and scores, with all workers, and learns
// nothing. It is used by one goroutine.
type Reader struct {
	Meta      checkpoint.Meta
	Model     *nn.Params
	Tokenizer *text.Tokenizer
	context   int // that it was trained for; the model may read more
	group     *parallel.Group
	watch     func() error // asked as work comes in; an error ends it
}

// OpenReader puts a checkpoint on a machine. Problems: those of LoadModel and of
// tokenizers, "parent_vocab".
func OpenReader(of Examinee, m Machine) (*Reader, error) { return openReader(of, m, 0) }

// openReader reads at least so many tokens at once: rotary positions need no
// weights.
func openReader(of Examinee, m Machine, context int) (*Reader, error) {
	c, own, err := widened(of.Checkpoint, context)
	if err != nil {
		return nil, err
	}
	tok, err := text.ParseJSON(c.Tokenizer)
	if err != nil {
		return nil, err
	}
	be, err := m.NewBackend()
	if err != nil {
		return nil, err
	}
	p, err := LoadModel(be, c, of.Base)
	if err != nil {
		be.Close()
		return nil, err
	}
	if p.Config.Vocab != tok.Vocab() {
		p.Close()
		be.Close()
		return nil, problem.New("parent_vocab", problem.Args{"have": p.Config.Vocab, "want": tok.Vocab()},
			"The model knows %d tokens, but the tokenizer makes %d; use the model's own tokenizer.", p.Config.Vocab, tok.Vocab())
	}
	b := Blueprint{Config: p.Config}
	if p.Adapter != nil {
		b.Adapter = &p.Adapter.Config
	}
	r := &Reader{Meta: c.Meta, Model: p, Tokenizer: tok, context: own}
	crew := m.crew(b)
	if m.OnLost != nil {
		crew.OnLost = func(why error, replaced bool) { m.OnLost(workerLost(r.group, why, replaced)) }
	}
	r.group = parallel.NewServing(reading(p), crew)
	return r, nil
}

// widened is a checkpoint that reads at least so many tokens, and how many it
// was trained for.
func widened(c *checkpoint.Checkpoint, context int) (wide *checkpoint.Checkpoint, own int, err error) {
	cfg, err := nn.ParseConfig(c.Meta.Config)
	own = cfg.Context
	if err != nil || own >= context {
		return c, own, err
	}
	cfg.Context = context
	wide = new(checkpoint.Checkpoint)
	*wide = *c
	if wide.Meta.Config, err = json.Marshal(cfg); err != nil {
		panic("stages: " + err.Error()) // finite numbers and strings always encode
	}
	return wide, own, nil
}

// Close frees everything.
func (r *Reader) Close() { r.group.Close() }

// Rollout continues prompts; see Run.
func (r *Reader) Rollout(prompts [][]int32, o gen.Options) ([]gen.Sequence, error) {
	return rollout(prompts, o, false, func(b *parallel.Batch, options []byte, collect func(parallel.Result) error) error {
		return r.group.Serve(generateService, b, options, func(_ int, x parallel.Result) error {
			if err := r.watched(); err != nil {
				return err
			}
			return collect(x)
		})
	})
}

func (r *Reader) score(b *parallel.Batch, part func(first int, losses []float32)) error {
	return r.group.Serve(lossesService, b, nil, func(first int, x parallel.Result) error {
		part(first, x.Floats)
		return r.watched()
	})
}

func (r *Reader) watched() error {
	if r.watch == nil {
		return nil
	}
	return r.watch()
}

// reading is a model with the services of every stage and nothing to learn. The
// adapter's weights travel as frozen ones.
func reading(p *nn.Params) parallel.Replica {
	s := newServices(p)
	r := parallel.Replica{
		Backend: p.Backend(), Slab: p.Slab,
		Services: map[string]parallel.Service{lossesService: s.scorers.serve, generateService: s.generate},
		Close: func() {
			s.close()
			p.Close()
			p.Backend().Close()
		},
	}
	s.offerVerdicts(&r)
	if p.Adapter != nil {
		r.Frozen = []tensor.Tensor{p.Adapter.Slab}
	}
	return r
}

// reader builds the side of a worker that only reads.
func (b Blueprint) reader(be backend.Backend) (*parallel.Worker, error) {
	p, err := nn.NewParams(be, b.Config)
	if err == nil && b.Adapter != nil {
		if p.Adapter, err = nn.NewAdapter(p, *b.Adapter); err != nil {
			p.Adapter = nil
			p.Close()
		}
	}
	if err != nil {
		be.Close()
		return nil, err
	}
	return parallel.NewWorker(reading(p), 1), nil
}

// crew are the workers that read.
func (m Machine) crew(b Blueprint) parallel.Crew {
	spawn := m.Spawn
	if spawn == nil {
		spawn = m.goroutine
	}
	most := m.MaxWorkers
	if most == 0 {
		most = runtime.NumCPU()
	}
	return parallel.Crew{
		Spawn:   func() (parallel.Peer, error) { return spawn(b) },
		Workers: m.Workers, Max: most, Now: m.Now, Yield: m.Yield,
	}
}

func (m Machine) goroutine(b Blueprint) (parallel.Peer, error) {
	return parallel.NewGoroutine(func() (*parallel.Worker, error) {
		be, err := m.NewBackend()
		if err != nil {
			return nil, err
		}
		return b.Worker(be)
	}), nil
}
