package text

// pairTable maps a pair of token ids to a small number: open addressing with
// linear probing, several times faster than a Go map under wasm.
type pairTable struct {
	keys  []uint32
	vals  []int32 // value + 1; 0 marks an empty slot
	n     int
	shift uint8
}

func pairKey(left, right int32) uint32 { return uint32(left)<<16 | uint32(right) }

func pairLeft(k uint32) int32  { return int32(k >> 16) }
func pairRight(k uint32) int32 { return int32(k & 0xFFFF) }

// get returns the value of k, or -1.
func (t *pairTable) get(k uint32) int32 {
	if t.n == 0 {
		return -1
	}
	mask := uint32(len(t.keys) - 1)
	for i := k * 2654435769 >> t.shift; ; i = (i + 1) & mask {
		if t.vals[i] == 0 {
			return -1
		}
		if t.keys[i] == k {
			return t.vals[i] - 1
		}
	}
}

// put sets the value of k, v ≥ 0.
func (t *pairTable) put(k uint32, v int32) {
	if 2*t.n >= len(t.keys) {
		t.grow()
	}
	mask := uint32(len(t.keys) - 1)
	i := k * 2654435769 >> t.shift
	for t.vals[i] != 0 && t.keys[i] != k {
		i = (i + 1) & mask
	}
	if t.vals[i] == 0 {
		t.n++
	}
	t.keys[i], t.vals[i] = k, v+1
}

func (t *pairTable) grow() {
	old := *t
	size := max(256, 2*len(old.keys))
	*t = pairTable{keys: make([]uint32, size), vals: make([]int32, size), shift: 32}
	for s := size; s > 1; s >>= 1 {
		t.shift--
	}
	for i, v := range old.vals {
		if v != 0 {
			t.put(old.keys[i], v-1)
		}
	}
}
