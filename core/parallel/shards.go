// Package parallel cuts a batch into fixed shards, has each computed by
// whoever is there, and sums the gradients in an order that does not depend on
// who that was: the same bits for any number of workers.
package parallel

import "fmt"

// Shards is the number of shards of a batch of so many sequences: 4, or 8 from
// 16 on, and never more than there are sequences. It belongs to the
// configuration of a run, not to the machine.
func Shards(batch int) int {
	if batch >= 16 {
		return 8
	}
	return min(4, batch)
}

// Batch is the data of one step: inputs of equal length per row, where a row is
// what must stay together (a sequence; later a pair or a group).
type Batch struct {
	Rows int
	// Width is how long the rows' sequences are; 0 is Replica.Width. The same rows
	// in another width give other bits: it belongs to the data.
	Width  int
	Ints   [][]int32   // per integer input of the graph, rows × its width
	Floats [][]float32 // per float input
	// Scale multiplies the summed loss: 1 / (unmasked tokens of the whole batch).
	Scale float32
}

// deal copies the rows of one shard, sequence i to shard i mod shards, and
// fills up with zeros: padding tokens under mask 0.
func deal[E int32 | float32](dst, src []E, rows, shard, shards int) {
	width := len(src) / rows
	if width*rows != len(src) || len(dst)%width != 0 {
		panic(fmt.Sprintf("parallel: %d values for %d rows do not fit a shard of %d values", len(src), rows, len(dst)))
	}
	for r := range len(dst) / width {
		to := dst[r*width : (r+1)*width]
		if i := shard + r*shards; i < rows {
			copy(to, src[i*width:(i+1)*width])
		} else {
			clear(to)
		}
	}
}

// rowsPerShard is how many rows of a batch a shard has at most.
func rowsPerShard(batch int) int {
	if batch == 0 {
		return 0
	}
	s := Shards(batch)
	return (batch + s - 1) / s
}

// Node is the sum over the shards [First, First+Count) as the fixed tree forms
// it: the left half of a node is the largest power of two below Count.
type Node struct{ First, Count int }

// halves of a node of two shards or more.
func (n Node) halves() (left, right Node) {
	half := 1
	for 2*half < n.Count {
		half *= 2
	}
	return Node{n.First, half}, Node{n.First + half, n.Count - half}
}

// share of the shards: worker w of so many computes those of [first, end). The leader
// is worker 0 and gets the smaller part, since it has the sum to make as well.
func share(shards, workers, w int) (first, end int) {
	return w * shards / workers, (w + 1) * shards / workers
}

// cover appends the largest nodes below n that make up [first, end).
func cover(nodes []Node, n Node, first, end int) []Node {
	switch {
	case n.First >= end || n.First+n.Count <= first:
		return nodes
	case n.First >= first && n.First+n.Count <= end:
		return append(nodes, n)
	}
	left, right := n.halves()
	return cover(cover(nodes, left, first, end), right, first, end)
}

// part is a view of the rows [first, end).
func (b *Batch) part(first, end int) *Batch {
	p := &Batch{Rows: end - first, Width: b.Width, Scale: b.Scale}
	for _, x := range b.Ints {
		w := len(x) / b.Rows
		p.Ints = append(p.Ints, x[first*w:end*w])
	}
	for _, x := range b.Floats {
		w := len(x) / b.Rows
		p.Floats = append(p.Floats, x[first*w:end*w])
	}
	return p
}
