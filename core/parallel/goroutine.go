package parallel

import (
	"errors"
	"fmt"
)

// goroutine is a Peer with a backend of its own in the same process.
type goroutine struct {
	jobs    chan order
	results chan answer
}

type order struct {
	weights []float32
	job     *Job
}

type answer struct {
	Result
	err error
}

// NewGoroutine starts a peer. The worker is built, used and closed on the new
// goroutine alone.
func NewGoroutine(build func() (*Worker, error)) Peer {
	p := &goroutine{jobs: make(chan order, 1), results: make(chan answer, 1)}
	go p.serve(build)
	return p
}

func (p *goroutine) serve(build func() (*Worker, error)) {
	defer close(p.results)
	var w *Worker
	defer func() {
		if w != nil {
			w.Close()
		}
	}()
	emit := func(r Result) error {
		p.results <- answer{Result: r}
		return nil
	}
	for o := range p.jobs {
		err := func() (err error) {
			// A mistake here must not end the program: the leader takes over.
			defer func() {
				if r := recover(); r != nil {
					err = fmt.Errorf("worker: %v", r)
				}
			}()
			if w == nil {
				if w, err = build(); err != nil {
					return err
				}
			}
			return w.Do(o.weights, o.job, emit)
		}()
		if err != nil {
			p.results <- answer{err: err}
			return
		}
	}
}

func (p *goroutine) Start(weights []float32, j *Job) error {
	p.jobs <- order{weights, j}
	return nil
}

func (p *goroutine) Next() (Result, error) {
	a, ok := <-p.results
	if !ok {
		return Result{}, errors.New("worker: it has ended")
	}
	return a.Result, a.err
}

// Close lets the goroutine finish what it is computing and end.
func (p *goroutine) Close() {
	close(p.jobs)
	go func() {
		for range p.results {
			// What nobody waits for any more.
		}
	}()
}
