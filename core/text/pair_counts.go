package text

// <loss>

// countPairs counts all pairs of neighbours, in each distinct pre-token once.
func (tr *bpeTrainer) countPairs() {
	for w, wd := range tr.words {
		s := tr.syms[wd.start : wd.start+wd.len]
		for i := 1; i < len(s); i++ {
			tr.add(uint32(s[i-1])<<16|uint32(s[i]), int32(w), wd.count)
		}
	}
	for i, k := range tr.keys {
		tr.push(candidate{tr.counts[i], k})
	}
}

// </loss>

// add notes more occurrences of a pair in word w.
func (tr *bpeTrainer) add(key uint32, w int32, n int) {
	i := tr.pairs.get(key)
	if i < 0 {
		if !tr.shape[pairLeft(key)].joins(tr.shape[pairRight(key)]) {
			return
		}
		i = int32(len(tr.keys))
		tr.pairs.put(key, i)
		tr.keys = append(tr.keys, key)
		tr.counts = append(tr.counts, 0)
		tr.where = append(tr.where, nil)
	}
	tr.counts[i] += n
	if ws := tr.where[i]; len(ws) == 0 || ws[len(ws)-1] != w {
		tr.where[i] = append(ws, w)
	}
}

// drop takes occurrences of a pair away.
func (tr *bpeTrainer) drop(key uint32, n int) {
	if i := tr.pairs.get(key); i >= 0 {
		tr.counts[i] -= n
	}
}
