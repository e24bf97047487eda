package workload

import "runtime"

// Memory in bytes.
type Memory struct {
	Heap uint64 `json:"heap"`           // Go's objects in use, after a collection
	Sys  uint64 `json:"sys"`            // taken from the system by Go
	Wasm int64  `json:"wasm,omitempty"` // size of wasm's memory, which never shrinks
}

func (h Host) memory() Memory {
	s := collected()
	m := Memory{Heap: s.HeapAlloc, Sys: s.Sys}
	if h.Memory != nil {
		m.Wasm = h.Memory()
	}
	return m
}

// collected is the heap without garbage; what has a finaliser goes in the
// second round.
func collected() (s runtime.MemStats) {
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&s)
	return s
}
