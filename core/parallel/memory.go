package parallel

import (
	"encoding/binary"
	"math/rand/v2"
	"runtime"
)

// memoryService, which every worker has, tells how much main memory the instance
// that it lives in has taken: its number, by which workers of the same instance
// are known, and bytes.
const memoryService = "memory"

// instance is this process, or this instance of a wasm module.
var instance = rand.Uint64()

func ownMemory() Result {
	var s runtime.MemStats
	runtime.ReadMemStats(&s)
	data := binary.LittleEndian.AppendUint64(nil, instance)
	return Result{Data: binary.LittleEndian.AppendUint64(data, s.Sys)}
}

// Memory is the main memory that all workers have taken together, in bytes: of
// wasm instances their sum, of goroutines that of the process once. What was
// taken is not given back while an instance lives, so it is the most that was
// needed so far. It is asked between steps.
func (g *Group) Memory() (sum int64, err error) {
	seen := map[uint64]bool{}
	err = g.Serve(memoryService, &Batch{Rows: g.Workers()}, nil, func(_ int, r Result) error {
		if id := binary.LittleEndian.Uint64(r.Data); !seen[id] {
			seen[id] = true
			sum += int64(binary.LittleEndian.Uint64(r.Data[8:]))
		}
		return nil
	})
	return sum, err
}
