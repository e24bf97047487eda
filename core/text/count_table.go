package text

// countTable counts n-grams by key: open addressing with linear probing.
type countTable struct {
	keys   []uint64
	counts []int32 // 0 marks an empty slot
	n      int
	shift  uint8
}

func newCountTable(capacity int) *countTable {
	t := &countTable{shift: 64 - 10}
	size := 1 << 10
	for ; size < 2*capacity; size <<= 1 {
		t.shift--
	}
	t.keys, t.counts = make([]uint64, size), make([]int32, size)
	return t
}

func (t *countTable) slot(k uint64) int {
	mask := uint64(len(t.keys) - 1)
	i := k * 0x9E3779B97F4A7C15 >> t.shift
	for t.counts[i] != 0 && t.keys[i] != k {
		i = (i + 1) & mask
	}
	return int(i)
}

func (t *countTable) get(k uint64) int32 { return t.counts[t.slot(k)] }

func (t *countTable) add(k uint64) {
	i := t.slot(k)
	if t.counts[i] == 0 {
		if 2*t.n >= len(t.keys) {
			t.grow()
			i = t.slot(k)
		}
		t.n++
		t.keys[i] = k
	}
	t.counts[i]++
}

func (t *countTable) grow() {
	bigger := newCountTable(len(t.keys))
	for i, c := range t.counts {
		if c != 0 {
			j := bigger.slot(t.keys[i])
			bigger.keys[j], bigger.counts[j] = t.keys[i], c
		}
	}
	bigger.n = t.n
	*t = *bigger
}
