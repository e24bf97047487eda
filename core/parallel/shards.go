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
	Rows   int
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
