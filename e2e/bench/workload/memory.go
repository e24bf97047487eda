package workload

import (
	"encoding/json"
	"runtime"
	"time"

	"sprout/core/backend/simd"
	"sprout/core/parallel"
)

// Memory in bytes.
type Memory struct {
	Heap  uint64 `json:"heap"`           // Go's objects in use, after a collection
	Total uint64 `json:"total"`          // allocated since the start
	Wasm  int64  `json:"wasm,omitempty"` // size of wasm's memory, which never shrinks
}

func (h Host) memory() Memory {
	// What has a finaliser goes in the second round.
	runtime.GC()
	runtime.GC()
	var s runtime.MemStats
	runtime.ReadMemStats(&s)
	m := Memory{Heap: s.HeapAlloc, Total: s.TotalAlloc}
	if h.Memory != nil {
		m.Wasm = h.Memory()
	}
	return m
}

// heapService tells of a worker's memory.
const heapService = "heap"

func heap(*parallel.Batch, []byte) (parallel.Result, error) {
	data, err := json.Marshal(Host{}.memory())
	return parallel.Result{Data: data}, err
}

// memories of all workers, the leader first.
func (t *Trainer) memories() (all []Memory, err error) {
	b := &parallel.Batch{Rows: t.group.Workers()}
	err = t.group.Serve(heapService, b, nil, func(_ int, r parallel.Result) error {
		var m Memory
		if err := json.Unmarshal(r.Data, &m); err != nil {
			return err
		}
		all = append(all, m)
		return nil
	})
	return all, err
}

// HeapUse is what replayed steps do to the heap.
type HeapUse struct {
	Model   string  `json:"model"`
	Steps   int     `json:"steps"`
	Workers int     `json:"workers"`
	PerStep float64 `json:"bytes_per_step"` // allocated by all workers together
	Growth  int64   `json:"growth"`         // of the heaps in use, bytes
	StepMs  float64 `json:"ms"`
}

// tiny is a model whose step is over at once, so that what is not arithmetic
// shows.
var tiny = Shape{Model: model(1, 2, 32, 64, 16), Batch: 4}

// Heap replays steps: of char with one worker, where nothing may be allocated,
// and 10,000 of a tiny model with two, where only their conversation may.
func Heap(h Host) (uses []HeapUse, err error) {
	for _, x := range []struct {
		model                string
		shape                Shape
		workers, warm, steps int
	}{
		{"char", Shapes["char"], 1, 3, 10},
		{"tiny", tiny, 1, 200, 2000},
		{"tiny", tiny, 2, 500, 10_000},
	} {
		u, err := heapUse(h, x.shape, x.workers, x.warm, x.steps)
		if err != nil {
			return nil, err
		}
		u.Model = x.model
		uses = append(uses, u)
	}
	return uses, nil
}

func heapUse(h Host, shape Shape, workers, warm, steps int) (u HeapUse, err error) {
	be := simd.New()
	defer be.Close()
	t, err := NewTrainer(h, be, shape, workers)
	if err != nil {
		return u, err
	}
	defer t.Close()
	if _, err := t.timeSteps(h, warm); err != nil {
		return u, err
	}
	// Asking allocates, too: what the second question finds is counted off.
	if _, err := t.memories(); err != nil {
		return u, err
	}
	asked, err := t.memories()
	if err != nil {
		return u, err
	}
	before, err := t.memories()
	if err != nil {
		return u, err
	}
	// The event loop turns only where workers make it: a turn allocates.
	began := time.Now()
	for range steps {
		if _, err := t.Step(); err != nil {
			return u, err
		}
	}
	ms := time.Since(began).Seconds() * 1e3
	after, err := t.memories()
	if err != nil {
		return u, err
	}
	u = HeapUse{Steps: steps, Workers: t.group.Workers(), StepMs: ms / float64(steps)}
	total := 0.0
	for i := range after {
		total += float64(after[i].Total-before[i].Total) - float64(before[i].Total-asked[i].Total)
		u.Growth += int64(after[i].Heap) - int64(before[i].Heap)
	}
	u.PerStep = max(0, total/float64(steps))
	return u, nil
}
