package parallel

import "fmt"

// goroutine is a Peer with a backend of its own in the same process.
type goroutine struct {
	jobs    chan job
	results chan result
	free    chan []float32 // buffers that the group no longer reads
	last    []float32
}

type job struct {
	weights []float32
	batch   *Batch
	shards  []int
}

type result struct {
	work []float32
	err  error
}

// NewGoroutine starts a peer for batches of so many rows. The replica is built,
// used and closed on the new goroutine alone.
func NewGoroutine(build func() (Replica, error), batch int) Peer {
	p := &goroutine{jobs: make(chan job, 1), results: make(chan result, 2), free: make(chan []float32, 3)}
	go p.serve(build, batch)
	return p
}

func (p *goroutine) serve(build func() (Replica, error), batch int) {
	defer close(p.results)
	var w *worker
	for j := range p.jobs {
		err := func() (err error) {
			// A mistake here must not end the program: the leader takes over.
			defer func() {
				if r := recover(); r != nil {
					err = fmt.Errorf("worker: %v", r)
				}
			}()
			if w == nil {
				r, err := build()
				if err != nil {
					return err
				}
				if w, err = newWorker(r, RowsPerShard(batch)); err != nil {
					return err
				}
				for range cap(p.free) {
					p.free <- make([]float32, w.work.Len())
				}
			}
			return p.step(w, j, Shards(batch))
		}()
		if err != nil {
			p.results <- result{err: err}
			break
		}
	}
	if w != nil {
		w.close()
	}
}

func (p *goroutine) step(w *worker, j job, shards int) error {
	if err := w.Backend.Write(w.Slab, j.weights); err != nil {
		return err
	}
	for _, s := range j.shards {
		if err := w.compute(j.batch, s, shards); err != nil {
			return err
		}
		buf := <-p.free
		if err := w.Backend.Read(buf, w.work); err != nil {
			return err
		}
		p.results <- result{work: buf}
	}
	return nil
}

func (p *goroutine) Start(weights []float32, b *Batch, shards []int) error {
	p.jobs <- job{weights, b, shards}
	return nil
}

func (p *goroutine) Next() ([]float32, error) {
	if p.last != nil {
		p.free <- p.last
		p.last = nil
	}
	r, ok := <-p.results
	if !ok {
		return nil, fmt.Errorf("worker: it has ended")
	}
	p.last = r.work
	return r.work, r.err
}

// Close lets the goroutine finish what it is computing and end.
func (p *goroutine) Close() {
	close(p.jobs)
	go func() {
		for r := range p.results {
			if r.work != nil {
				p.free <- r.work
			}
		}
	}()
}
