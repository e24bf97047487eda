package workload

import (
	"encoding/json"
	"fmt"
	"runtime"

	"sprout/core/backend/simd"
	"sprout/core/parallel"
)

// Host is where the work is done: this process (Native), or a Web Worker.
type Host struct {
	// Spawn starts a worker that builds itself from the blueprint by NewWorker.
	Spawn func(blueprint []byte) (parallel.Peer, error)
	// Cores of the machine.
	Cores int
	// Breathe lets the event loop turn; may be nil.
	Breathe func()
	// Memory is the size of wasm's memory in bytes; may be nil.
	Memory func() int64
}

// Native is this process, whose workers are goroutines.
func Native() Host {
	return Host{
		Cores: runtime.GOMAXPROCS(0),
		Spawn: func(blueprint []byte) (parallel.Peer, error) {
			return parallel.NewGoroutine(func() (*parallel.Worker, error) { return NewWorker(blueprint) }), nil
		},
	}
}

// NewWorker builds a worker beside the leader; its blueprint is a Shape.
func NewWorker(blueprint []byte) (*parallel.Worker, error) {
	var s Shape
	if err := json.Unmarshal(blueprint, &s); err != nil {
		return nil, err
	}
	r, _, err := replica(simd.New(), s)
	if err != nil {
		return nil, err
	}
	return parallel.NewWorker(r, s.Batch), nil
}

// crew says who helps; 0 workers: one per core. A worker that is lost ends the
// measurement: its time would be in the figures.
func (h Host) crew(s Shape, workers int) parallel.Crew {
	if workers == 0 {
		workers = h.Cores
	}
	c := parallel.Crew{
		Workers: workers, Max: workers,
		OnLost: func(why error, _ bool) { panic(why) },
	}
	if h.Spawn != nil {
		c.Spawn = func() (parallel.Peer, error) {
			blueprint, err := json.Marshal(s)
			if err != nil {
				return nil, err
			}
			return h.Spawn(blueprint)
		}
	}
	return c
}

func (h Host) breathe() {
	if h.Breathe != nil {
		h.Breathe()
	}
}

// Request says what to measure.
type Request struct {
	Mode     string `json:"mode"`
	Workload string `json:"workload,omitempty"`
	Op       string `json:"op,omitempty"`
	Workers  int    `json:"workers,omitempty"` // 0: one per core
}

// Run measures; the result is for JSON.
func Run(h Host, r Request) (any, error) {
	switch r.Mode {
	case "train":
		return Train(h, r.Workload, r.Workers)
	case "scaling":
		return Scaling(h, r.Workload)
	case "decode":
		return Decode(h, r.Workload)
	case "sample":
		return Sample(h, r.Workload)
	case "rollout":
		return Rollout(h)
	case "profile":
		return Profile(h, r.Workload)
	case "heap":
		return Heap(h)
	case "tokenizer":
		return Tokenizing(h)
	case "cost":
		return Cost(h, r.Workload)
	case "op":
		return Ops(h, r.Op)
	default:
		return nil, fmt.Errorf("no mode %q", r.Mode)
	}
}
