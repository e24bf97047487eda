package simd

const (
	tileRows = 4
	tileCols = 8
	lanes    = 4
	unroll   = 8 // steps of k in one turn of the inner loop
)

// quad is four neighbouring values in memory, what load and store move.
type quad = [lanes]float32

// quadAt views four values of a slice.
func quadAt(s []float32, i int) *quad { return (*quad)(s[i:]) }
