package text

// candidate is a pair that may be merged next.
type candidate struct {
	count int
	key   uint32 // left<<16 | right
}

// <loss>

// before is the order of merging: frequent first, then the smaller ids.
func (c candidate) before(d candidate) bool {
	return c.count > d.count || (c.count == d.count && c.key < d.key)
}

// best takes the most frequent pair off the heap. Counts only fall once a pair
// is known: every gain of a merge is a pair with its new token. An entry whose
// count has fallen since is put back with the new one.
func (tr *bpeTrainer) best() (int32, bool) {
	for len(tr.heap) > 0 {
		c := tr.pop()
		i := tr.pairs.get(c.key)
		switch now := tr.counts[i]; {
		case now < 2: // joining what occurs once teaches nothing
		case now == c.count:
			return i, true
		default:
			tr.push(candidate{now, c.key})
		}
	}
	return 0, false
}

// </loss>

func (tr *bpeTrainer) push(c candidate) {
	h := append(tr.heap, c)
	i := len(h) - 1
	for i > 0 {
		parent := (i - 1) / 2
		if !c.before(h[parent]) {
			break
		}
		h[i] = h[parent]
		i = parent
	}
	h[i] = c
	tr.heap = h
}

func (tr *bpeTrainer) pop() candidate {
	h := tr.heap
	top, last := h[0], h[len(h)-1]
	h = h[:len(h)-1]
	tr.heap = h
	if len(h) == 0 {
		return top
	}
	i := 0
	for {
		child := 2*i + 1
		if child >= len(h) {
			break
		}
		if child+1 < len(h) && h[child+1].before(h[child]) {
			child++
		}
		if !h[child].before(last) {
			break
		}
		h[i] = h[child]
		i = child
	}
	h[i] = last
	return top
}
