package workload

import (
	"fmt"

	"sprout/core/parallel"
)

// Host is where the work is done: this process, or a Web Worker. Its zero value
// is a place without workers.
type Host struct {
	// Spawn starts a worker that builds itself from the blueprint: see NewWorker.
	Spawn func(blueprint []byte) (parallel.Peer, error)
	// Breathe lets the event loop turn.
	Breathe func()
	// Memory is the size of wasm's memory in bytes.
	Memory func() int64
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
	Workers  int    `json:"workers,omitempty"` // 0: as many as are fastest
}

// Run measures; the result is for JSON.
func Run(h Host, r Request) (any, error) {
	switch r.Mode {
	case "train":
		return Train(h, r.Workload, r.Workers)
	case "decode":
		return Decode(h, r.Workload)
	case "sample":
		return Sample(h, r.Workload)
	case "op":
		return Ops(h, r.Op)
	default:
		return nil, fmt.Errorf("no mode %q", r.Mode)
	}
}
