package text

import (
	"fmt"
	"math"

	"sprout/core/problem"
	"sprout/core/tensor"
)

// Dataset is a corpus as token streams. Documents stand between EOS tokens:
//
//	EOS document EOS document EOS
//
// A continuous corpus has none. All methods are pure functions of their
// arguments: the cursor of a run is its step.
type Dataset struct {
	Train, HeldOut []uint16
	Vocab          int
	widths         []float64 // bytes per token id
}

// NewDataset encodes a corpus. onRead, if not nil, is told of the bytes encoded
// so far, about every 64 KB; an error of its own stops the work.
func NewDataset(c *Corpus, t *Tokenizer, onRead func(bytes int) error) (*Dataset, error) {
	d := &Dataset{Vocab: t.Vocab(), widths: make([]float64, t.Vocab())}
	for id := range d.widths {
		d.widths[id] = t.Width(int32(id))
	}
	e := streamEncoder{tok: t, onRead: onRead, separate: !c.Continuous}
	var err error
	if d.Train, err = e.encode(c.Train); err != nil {
		return nil, err
	}
	d.HeldOut, err = e.encode(c.HeldOut)
	return d, err
}

type streamEncoder struct {
	tok        *Tokenizer
	onRead     func(int) error
	separate   bool
	read, told int
	ids        []int32
}

func (e *streamEncoder) encode(docs []Doc) ([]uint16, error) {
	var out []uint16
	if e.separate && len(docs) > 0 {
		out = append(out, uint16(EOS))
	}
	for _, d := range docs {
		if d.Text == nil {
			out = widen(out, e.tok.AppendChat(e.ids[:0], d.Turns))
		}
		// In blocks, so that a long text needs no second copy of its tokens.
		for s := d.Text; len(s) > 0; {
			block := s[:blockEnd(s)]
			s = s[len(block):]
			e.ids = e.tok.Append(e.ids[:0], block)
			out = widen(out, e.ids)
			e.read += len(block)
			if err := e.tell(); err != nil {
				return nil, err
			}
		}
		if e.separate && out[len(out)-1] != uint16(EOS) {
			out = append(out, uint16(EOS))
		}
	}
	return out, nil
}

func (e *streamEncoder) tell() error {
	if e.onRead == nil || e.read-e.told < 64<<10 {
		return nil
	}
	e.told = e.read
	return e.onRead(e.read)
}

func widen(dst []uint16, ids []int32) []uint16 {
	for _, id := range ids {
		dst = append(dst, uint16(id))
	}
	return dst
}

// blockEnd finds a place after 64 KB or more where the tokens of s do not
// depend on being cut: after a line break that neither white space nor, for
// the sake of a simple test, one of the rarer scripts follows.
func blockEnd(s []byte) int {
	for i := 64 << 10; i < len(s); i++ {
		const firstHanByte = 0xE4
		if s[i-1] == '\n' && (s[i] > ' ' && s[i] < 0x7F || s[i] >= firstHanByte) {
			return i
		}
	}
	return len(s)
}

// Check reports a problem where the training part has no window of the given
// context, or nothing is held out.
func (d *Dataset) Check(context int) error {
	if n := len(d.Train); n < context+1 {
		return problem.New("context_too_long", problem.Args{"tokens": n, "context": context, "need": context + 1},
			"The training text has only %d tokens, but a context of %d needs at least %d. Choose a longer text or a shorter context.",
			n, context, context+1)
	}
	if n := len(d.HeldOut); n < 2 {
		return problem.New("context_too_long", problem.Args{"tokens": n, "context": context, "need": 2},
			"The held-out part has only %d tokens. Choose a longer text.", n)
	}
	return nil
}

// Batch fills B windows of T tokens of the training stream, and the tokens that
// follow them. Each window is from a uniformly random place, moved to the
// beginning of its document where that one is no longer than the window. Row b
// of step draws from its own stream of random numbers, so a batch depends on
// seed and step alone.
//
//	inputs, targets: [B,T]
//
// The stream must hold T+1 tokens (Check).
func (d *Dataset) Batch(seed uint64, step, B, T int, inputs, targets []int32) {
	if len(inputs) != B*T || len(targets) != B*T || len(d.Train) < T+1 {
		panic(fmt.Sprintf("text: batch [%d,%d] into %d and %d from %d tokens", B, T, len(inputs), len(targets), len(d.Train)))
	}
	for b := range B {
		r := tensor.NewRNG(seed, streamBatch, uint64(step), uint64(b))
		at := r.IntN(len(d.Train) - T)
		at = d.begin(at, T)
		for i, id := range d.Train[at : at+T+1] {
			if i < T {
				inputs[b*T+i] = int32(id)
			}
			if i > 0 {
				targets[b*T+i-1] = int32(id)
			}
		}
	}
}

// begin moves a window to the beginning of the document that it falls into,
// where that one has at most T tokens: a sentence whose subject stands before
// the window can only be guessed at, and to learn to guess undoes what was
// learned of facts. Longer documents and continuous text are read from anywhere.
func (d *Dataset) begin(at, T int) int {
	start, end := at, at+1
	for start > 0 && d.Train[start] != uint16(EOS) {
		if start--; at-start > T {
			return at
		}
	}
	for end < len(d.Train)-1 && d.Train[end] != uint16(EOS) {
		if end++; end-start > T {
			return at
		}
	}
	if d.Train[start] != uint16(EOS) || start+T >= len(d.Train) {
		return at
	}
	return start
}

// Windows is the number of consecutive windows of T tokens that the held-out
// stream is measured in; every token but the first is a target once.
func (d *Dataset) Windows(T int) int { return max(0, (len(d.HeldOut)-1+T-1)/T) }

// Window fills held-out window w. Positions after the stream's end are Pad with
// mask 0.
//
//	inputs, targets, mask: [T]
func (d *Dataset) Window(w, T int, inputs, targets []int32, mask []float32) {
	for i := range T {
		inputs[i], targets[i], mask[i] = Pad, Pad, 0
		if at := w*T + i; at+1 < len(d.HeldOut) {
			inputs[i], targets[i], mask[i] = int32(d.HeldOut[at]), int32(d.HeldOut[at+1]), 1
		}
	}
}

// SpreadWindows picks at most n of the Windows(T), evenly spread, always the
// same ones: a quick measure during training.
func (d *Dataset) SpreadWindows(T, n int) []int {
	total := d.Windows(T)
	n = min(n, total)
	out := make([]int, n)
	for i := range out {
		out[i] = i * total / n
	}
	return out
}

// Bytes is the length of the text that the unmasked targets stand for. Special
// tokens have no text; a nil mask masks nothing.
func (d *Dataset) Bytes(targets []int32, mask []float32) float64 {
	sum := 0.0
	for i, id := range targets {
		if mask == nil || mask[i] != 0 {
			sum += d.widths[id]
		}
	}
	return sum
}

// BitsPerByte turns a summed loss in nats into bits per byte of text, a measure
// that does not depend on the tokenizer.
func BitsPerByte(nats, bytes float64) float64 { return nats / (math.Ln2 * bytes) }
