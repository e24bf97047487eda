package text

import (
	"encoding/binary"
	"hash/fnv"
	"math"
	"slices"
	"unicode/utf8"

	"sprout/core/problem"
	"sprout/core/tensor"
)

// Corpus is what a tokenizer and a model learn from, and what they are measured
// on.
type Corpus struct {
	Name           string
	Format         string // "text", "jsonl", "town"
	Train, HeldOut []Doc
	// Continuous says that HeldOut goes on where Train stops: one text cut in
	// two, with no end of document between or after them.
	Continuous bool
	// Notes tell what was done to the file: an excerpt, replaced bytes. They
	// are no errors.
	Notes []*problem.Problem
}

// heldOutShare of a corpus is never trained on.
const heldOutShare = 0.1

// CorpusFromText makes a corpus of one text: its last tenth, from a character
// boundary on, is held out.
func CorpusFromText(name string, text []byte) *Corpus {
	cut := int(float64(len(text)) * (1 - heldOutShare))
	for cut < len(text) && !utf8.RuneStart(text[cut]) {
		cut++
	}
	return &Corpus{
		Name: name, Format: "text", Continuous: true,
		Train: []Doc{{Text: text[:cut:cut]}}, HeldOut: []Doc{{Text: text[cut:]}},
	}
}

// CorpusFromDocs makes a corpus of documents. A text is held out with a
// probability of one tenth, drawn from seed and its index. Of conversations a
// tenth of the questions is, with all that begin with them: a question that is
// asked in several lines would else be learned in one and measured in another. At
// least one document is held out, and one is trained on, where there are two.
func CorpusFromDocs(name, format string, docs []Doc, seed uint64) *Corpus {
	c := &Corpus{Name: name, Format: format}
	asked := heldOutQuestions(docs, seed)
	for i, d := range docs {
		held := false
		if d.Text == nil && asked != nil {
			held = asked[d.question(seed)]
		} else {
			r := tensor.NewRNG(seed, streamHeldOut, uint64(i))
			held = r.Float64() < heldOutShare
		}
		if held {
			c.HeldOut = append(c.HeldOut, d)
		} else {
			c.Train = append(c.Train, d)
		}
	}
	if n := len(c.Train); len(c.HeldOut) == 0 && n > 1 {
		c.HeldOut, c.Train = c.Train[n-1:], c.Train[:n-1]
	}
	if n := len(c.HeldOut); len(c.Train) == 0 && n > 1 {
		c.Train, c.HeldOut = c.HeldOut[:1], c.HeldOut[1:]
	}
	return c
}

// heldOutQuestions are a tenth of what conversations ask, at least one; nil where
// all ask the same, so that answers alone can be held out.
func heldOutQuestions(docs []Doc, seed uint64) map[uint64]bool {
	var order []uint64 // as good as random
	for _, d := range docs {
		if d.Text == nil {
			order = append(order, d.question(seed))
		}
	}
	slices.Sort(order)
	if order = slices.Compact(order); len(order) < 2 {
		return nil
	}
	held := map[uint64]bool{}
	for _, q := range order[:max(1, int(float64(len(order))*heldOutShare))] {
		held[q] = true
	}
	return held
}

// question is the hash of what comes before a conversation's first answer.
func (d Doc) question(seed uint64) uint64 {
	h := fnv.New64a()
	h.Write(binary.LittleEndian.AppendUint64(nil, seed))
	for _, t := range d.Turns {
		if t.Role == RoleAssistant {
			break
		}
		for _, s := range [...]string{string(t.Role), t.Content} {
			h.Write(binary.LittleEndian.AppendUint64(nil, uint64(len(s))))
			h.Write([]byte(s))
		}
	}
	return h.Sum64()
}

// Excerpt is the corpus with only a share of what is learned from, in (0, 1]: its
// first documents, or of one text its beginning, up to a character boundary. At
// least one document, or a byte, is left. What is held out stays the same.
func (c *Corpus) Excerpt(share float64) *Corpus {
	if !(share > 0 && share < 1) {
		return c
	}
	out := *c
	if !c.Continuous {
		out.Train = c.Train[:int(math.Ceil(share*float64(len(c.Train))))]
		return &out
	}
	out.Train = slices.Clone(c.Train)
	for i, d := range out.Train {
		cut := int(math.Ceil(share * float64(len(d.Text))))
		for cut < len(d.Text) && !utf8.RuneStart(d.Text[cut]) {
			cut++
		}
		out.Train[i].Text = d.Text[:cut:cut]
	}
	return &out
}

// Streams of random numbers that belong to this package.
const (
	streamHeldOut = 0x68656c646f7574
	streamBatch   = 0x6261746368
	streamExcerpt = 0x65786365727074
)

// Size is the number of documents, bytes and characters in docs.
func Size(docs []Doc) (n, bytes, chars int) {
	for _, d := range docs {
		for part := range d.parts() {
			bytes += len(part)
			chars += utf8.RuneCount(part)
		}
	}
	return len(docs), bytes, chars
}

// All lists training and held-out documents: what a character tokenizer is
// made from, so that a character seen only in the held-out part is no stranger.
func (c *Corpus) All() []Doc {
	return append(append(make([]Doc, 0, len(c.Train)+len(c.HeldOut)), c.Train...), c.HeldOut...)
}
