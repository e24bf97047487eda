package text

// Encode cuts a text into tokens. Special tokens never come out of a text.
func (t *Tokenizer) Encode(text string) []int32 {
	return t.Append(make([]int32, 0, len(text)/2+1), []byte(text))
}

// Append encodes text and appends its tokens to dst.
func (t *Tokenizer) Append(dst []int32, text []byte) []int32 {
	if t.kind == Char {
		return t.encodeChars(dst, text)
	}
	s := newSplitter(text)
	for p := s.next(); p != nil; p = s.next() {
		if len(p) == 1 {
			dst = append(dst, firstByte+int32(p[0]))
			continue
		}
		if ids, ok := t.cache.get(p); ok {
			dst = append(dst, ids...)
			continue
		}
		from := len(dst)
		dst = t.encodePiece(dst, p, len(t.merges))
		t.cache.put(p, dst[from:])
	}
	return dst
}

// EncodeFirst is Encode with the first n merges only: what the tokenizer would
// have done at that moment of its training. It panics for a Char tokenizer.
func (t *Tokenizer) EncodeFirst(text string, n int) []int32 {
	if t.kind == Char {
		panic("text: a character tokenizer has no merges")
	}
	dst := make([]int32, 0, len(text)/2+1)
	s := newSplitter([]byte(text))
	for p := s.next(); p != nil; p = s.next() {
		dst = t.encodePiece(dst, p, n)
	}
	return dst
}

// encodePiece applies the merges of rank < limit to one pre-token: always the
// lowest rank, of equal ranks the leftmost.
func (t *Tokenizer) encodePiece(dst []int32, p []byte, limit int) []int32 {
	const none = int32(1<<31 - 1)
	var idBuf, rankBuf [maxPiece]int32
	ids, ranks := idBuf[:len(p)], rankBuf[:len(p)] // ranks[i]: of the pair (i, i+1)
	rank := func(l, r int32) int32 {
		if k := t.ranks.get(pairKey(l, r)); k >= 0 && int(k) < limit {
			return k
		}
		return none
	}
	for i, b := range p {
		ids[i] = firstByte + int32(b)
	}
	for i := range len(p) - 1 {
		ranks[i] = rank(ids[i], ids[i+1])
	}
	for n := len(ids); n > 1; n = len(ids) {
		best := 0
		for i := 1; i < n-1; i++ {
			if ranks[i] < ranks[best] {
				best = i
			}
		}
		if ranks[best] == none {
			break
		}
		ids[best] = t.merges[ranks[best]].ID
		ids = append(ids[:best+1], ids[best+2:]...)
		ranks = append(ranks[:best], ranks[best+1:]...)
		if best > 0 {
			ranks[best-1] = rank(ids[best-1], ids[best])
		}
		if best+1 < len(ids) {
			ranks[best] = rank(ids[best], ids[best+1])
		}
	}
	return append(dst, ids...)
}

// pieceCache remembers the tokens of pre-tokens. It starts afresh when full.
type pieceCache struct {
	at    map[string]piece
	arena []int32
}

type piece struct{ off, len int32 }

const maxCached = 1 << 16

func (c *pieceCache) get(p []byte) ([]int32, bool) {
	e, ok := c.at[string(p)]
	return c.arena[e.off : e.off+e.len], ok
}

func (c *pieceCache) put(p []byte, ids []int32) {
	if c.at == nil || len(c.at) >= maxCached {
		c.at, c.arena = make(map[string]piece), c.arena[:0]
	}
	c.at[string(p)] = piece{int32(len(c.arena)), int32(len(ids))}
	c.arena = append(c.arena, ids...)
}
