package text

import "strings"

// BPEOptions steer TrainBPE.
type BPEOptions struct {
	Merges int // at most this many; fewer where no pair occurs twice
	// OnMerge, if set, is told of every merge as it is learned. An error stops
	// the training and is returned.
	OnMerge func(LearnedMerge) error
	// OnRead, if set, is told of the bytes counted so far, about every 64 KB.
	OnRead func(bytes int) error
}

// LearnedMerge is a merge with its bytes.
type LearnedMerge struct {
	Rank              int
	Left, Right, Text string // bytes, not always valid UTF-8
	Count             int
}

// TrainBPE learns byte-pair encoding (Gage 1994; Sennrich et al.,
// arXiv 1508.07909): again and again the most frequent pair of neighbouring
// tokens becomes a token. Of equally frequent pairs the one with the smaller
// left id wins, then the one with the smaller right id. Pairs are counted inside
// pre-tokens only (SplitPattern), over each distinct pre-token once.
//
// Differs from plain byte-level BPE: a token is whole characters or a part of
// one, never the end of one with the beginning of the next. Chinese tokens
// stay readable, and a model has fewer ways to write invalid UTF-8. Encoding
// follows the list of merges as anywhere else.
func TrainBPE(docs []Doc, o BPEOptions) (*Tokenizer, error) {
	tr := bpeTrainer{tok: newBPE(BPE), index: map[string]int32{}}
	if err := tr.count(docs, o.OnRead); err != nil {
		return nil, err
	}
	for _, s := range tr.tok.tokens {
		tr.shape = append(tr.shape, shapeOf(s))
	}
	if err := tr.learn(o); err != nil {
		return nil, err
	}
	return tr.tok, nil
}

// <loss>

// learn makes the most frequent pair a token, again and again.
func (tr *bpeTrainer) learn(o BPEOptions) error {
	tr.countPairs()
	for len(tr.tok.merges) < o.Merges && tr.tok.Vocab() < MaxVocab {
		pair, ok := tr.best()
		if !ok {
			break
		}
		m, ok := tr.merge(pair)
		if !ok || o.OnMerge == nil {
			continue
		}
		t := tr.tok
		err := o.OnMerge(LearnedMerge{
			Rank: len(t.merges) - 1, Count: m.Count,
			Left: t.tokens[m.Left], Right: t.tokens[m.Right], Text: t.tokens[m.ID],
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// </loss>

// bpeTrainer keeps the distinct pre-tokens as symbols in one array and, per
// pair, its count and the words it occurs in, so that a merge touches only
// those.
type bpeTrainer struct {
	tok   *Tokenizer
	index map[string]int32 // pre-token → word
	shape []utf8Shape      // by id
	words []word
	syms  []uint16

	pairs  pairTable // pair → index of the three arrays below
	keys   []uint32
	counts []int
	where  [][]int32 // words; may name words that lost the pair since

	heap []candidate
}

type word struct {
	start, len int32
	count      int
}

// count collects the distinct pre-tokens of all documents.
func (tr *bpeTrainer) count(docs []Doc, onRead func(int) error) error {
	read, told := 0, 0
	for _, d := range docs {
		for part := range d.parts() {
			s := newSplitter(part)
			for p := s.next(); p != nil; p = s.next() {
				read += len(p)
				if i, ok := tr.index[string(p)]; ok {
					tr.words[i].count++
				} else {
					tr.index[string(p)] = int32(len(tr.words))
					tr.words = append(tr.words, word{int32(len(tr.syms)), int32(len(p)), 1})
					for _, b := range p {
						tr.syms = append(tr.syms, uint16(firstByte)+uint16(b))
					}
				}
				if onRead != nil && read-told >= 64<<10 {
					told = read
					if err := onRead(read); err != nil {
						return err
					}
				}
			}
		}
	}
	tr.index = nil
	return nil
}

// merge joins a pair everywhere. It refuses to spell a special token's name,
// which tokenizer.json could not tell from the token itself.
func (tr *bpeTrainer) merge(pair int32) (Merge, bool) {
	t := tr.tok
	key := tr.keys[pair]
	m := Merge{Left: pairLeft(key), Right: pairRight(key), Count: tr.counts[pair]}
	text := t.tokens[m.Left] + t.tokens[m.Right]
	if strings.HasPrefix(text, "<|") && isSpecialName(text) {
		return Merge{}, false
	}
	// The token is new: within its borders the ranks are applied in the same
	// order wherever its bytes occur, so they come from no other pair.
	m.ID = int32(t.Vocab())
	tr.shape = append(tr.shape, shapeOf(text))
	known := len(tr.keys)
	for _, w := range tr.where[pair] {
		tr.mergeWord(w, uint16(m.Left), uint16(m.Right), uint16(m.ID))
	}
	tr.where[pair], tr.counts[pair] = nil, 0
	for i := known; i < len(tr.keys); i++ {
		tr.push(candidate{tr.counts[i], tr.keys[i]})
	}
	t.addMerge(m)
	return m, true
}

func (tr *bpeTrainer) mergeWord(w int32, a, b, id uint16) {
	wd := &tr.words[w]
	s := tr.syms[wd.start : wd.start+wd.len]
	n := 0
	for i := 0; i < len(s); i++ {
		if s[i] != a || i+1 == len(s) || s[i+1] != b {
			s[n] = s[i]
			n++
			continue
		}
		if n > 0 {
			tr.drop(uint32(s[n-1])<<16|uint32(a), wd.count)
			tr.add(uint32(s[n-1])<<16|uint32(id), w, wd.count)
		}
		if i+2 < len(s) {
			tr.drop(uint32(b)<<16|uint32(s[i+2]), wd.count)
			tr.add(uint32(id)<<16|uint32(s[i+2]), w, wd.count)
		}
		s[n] = id
		n++
		i++
	}
	wd.len = int32(n)
}

func isSpecialName(s string) bool {
	for _, n := range specialNames {
		if s == n {
			return true
		}
	}
	return false
}
