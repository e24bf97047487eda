package workload

import (
	"runtime"
	"time"
)

// Peak is the highest rate of exact arithmetic on one core, in GFLOP/s: as many
// multiplications as additions, in registers, nothing loaded.
func Peak(h Host) float64 {
	const turns = 200
	s := seconds(func() { runtime.KeepAlive(chains(turns)) }, 300*time.Millisecond, 60, h)
	return 2 * 6 * unrolled * lanes * turns / s / 1e9
}

// unrolled: a turn of a loop costs as much as many vector operations.
const unrolled = 32

// Factor, summand and where the chains begin: numbers that the compiler does
// not know.
var start = [14]float32{1, 1e-3, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13}
