package stages

import (
	"math"
	"slices"

	"sprout/core/parallel"
	"sprout/core/tensor"
	"sprout/core/text"
)

// streamPacking shuffles the conversations of an epoch.
const streamPacking = 0x7061636b696e67

// packer lays conversations into windows of T positions, each once an epoch.
// Window n is a function of the seed and n alone.
type packer struct {
	lengths []int // positions of each conversation, 1 … T
	T       int
	seed    uint64

	epoch, first int     // first is the number of the epoch's first window
	windows      [][]int // conversations of each
}

// window lists the conversations of window n.
func (p *packer) window(n int) []int {
	if p.windows == nil || n < p.first {
		p.epoch, p.first = 0, 0
		p.pack()
	}
	for n >= p.first+len(p.windows) {
		p.first += len(p.windows)
		p.epoch++
		p.pack()
	}
	return p.windows[n-p.first]
}

// pack takes the conversations in a random order and puts each where it leaves
// the least room (best fit), so that few positions are wasted; the windows are
// shuffled, or the last ones would be the emptiest.
func (p *packer) pack() {
	rng := tensor.NewRNG(p.seed, streamPacking, uint64(p.epoch))
	p.windows = p.windows[:0]
	open := make([][]int, p.T+1) // windows by the room that is left
	for _, c := range rng.Perm(len(p.lengths)) {
		need := p.lengths[c]
		room := need
		for room < p.T && len(open[room]) == 0 {
			room++
		}
		w := len(p.windows)
		if last := len(open[room]) - 1; last >= 0 {
			w = open[room][last]
			open[room] = open[room][:last]
			p.windows[w] = append(p.windows[w], c)
		} else {
			p.windows = append(p.windows, []int{c})
		}
		open[room-need] = append(open[room-need], w)
	}
	mixed := make([][]int, len(p.windows))
	for i, w := range rng.Perm(len(p.windows)) {
		mixed[i] = p.windows[w]
	}
	p.windows = mixed
}

// lessons makes the batches of fine-tuning: windows of packed conversations,
// and among them windows of the text that the model was pretrained on.
type lessons struct {
	conversations []Conversation
	packer
	data   *text.Dataset // nil: no replay
	replay float64       // share of the rows
	B      int

	inputs, targets, pos, from []int32 // [B,T]
	mask, talk                 []float32
}

func newLessons(conversations []Conversation, data *text.Dataset, replay float64, seed uint64, B, T int) *lessons {
	l := &lessons{conversations: conversations, packer: packer{T: T, seed: seed}, data: data, replay: replay, B: B}
	l.teach(conversations)
	for _, x := range []*[]int32{&l.inputs, &l.targets, &l.pos, &l.from} {
		*x = make([]int32, B*T)
	}
	l.mask, l.talk = make([]float32, B*T), make([]float32, B*T)
	return l
}

// teach takes the place of the conversations.
func (l *lessons) teach(conversations []Conversation) {
	l.conversations, l.windows, l.lengths = conversations, nil, nil
	for _, c := range conversations {
		l.lengths = append(l.lengths, c.positions())
	}
}

// replayed counts the rows of text in all steps before this one. Their share is
// exact in the long run also where a batch cannot be divided so.
func (l *lessons) replayed(step int) int {
	return int(math.Floor(float64(step*l.B) * l.replay))
}

// fill makes the batch of a step: first conversations, then text. Its scale is
// one over the learned tokens of the whole batch.
func (l *lessons) fill(step int, b *parallel.Batch) {
	T := l.T
	before := l.replayed(step)
	again := l.replayed(step+1) - before
	talks, first := l.B-again, step*l.B-before
	for r := range talks {
		l.row(r, l.window(first+r))
	}
	if again > 0 {
		at := talks * T
		l.data.Batch(l.seed, step, again, T, l.inputs[at:], l.targets[at:])
		for i := at; i < l.B*T; i++ {
			l.pos[i], l.from[i] = int32((i-at)%T), 0
			l.mask[i], l.talk[i] = 1, 0
		}
	}
	l.batch(b)
}

// batch is all rows as they are.
func (l *lessons) batch(b *parallel.Batch) {
	learned := 0
	for _, m := range l.mask {
		learned += int(m)
	}
	b.Rows = l.B
	b.Ints = append(b.Ints[:0], l.inputs, l.targets, l.pos, l.from)
	b.Floats = append(b.Floats[:0], l.mask, l.talk)
	b.Scale = 1 / float32(learned)
}

// row writes conversations one behind the other. Each begins at position 0 and
// sees none before it; the rest is padding that nothing is learned from.
func (l *lessons) row(r int, conversations []int) {
	all := make([]Conversation, len(conversations))
	for i, c := range conversations {
		all[i] = l.conversations[c]
	}
	l.lay(r, all)
}

// lay is row for conversations of one's own.
func (l *lessons) lay(r int, conversations []Conversation) {
	T, at := l.T, r*l.T
	end := at + T
	for _, x := range conversations {
		n := x.positions()
		x.place(l.inputs[at:at+n], l.targets[at:at+n], l.mask[at:at+n])
		for i := range n {
			l.pos[at+i], l.from[at+i] = int32(i), int32(at-r*T)
			l.talk[at+i] = l.mask[at+i]
			if x.Again != nil && x.Again[i+1] {
				l.talk[at+i] = 0
			}
		}
		at += n
	}
	for i := at; i < end; i++ {
		l.inputs[i], l.targets[i], l.mask[i], l.talk[i] = text.Pad, text.Pad, 0, 0
		l.pos[i], l.from[i] = 0, int32(i-r*T)
	}
}

// streams are the tokens of conversations one behind the other.
func streams(all []Conversation) []int32 {
	n := 0
	for _, c := range all {
		n += len(c.Tokens)
	}
	out := make([]int32, 0, n)
	for _, c := range all {
		out = append(out, c.Tokens...)
	}
	return slices.Clip(out)
}
