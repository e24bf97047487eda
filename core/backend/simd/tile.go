package simd

// The inner loops of every matrix product. Three rows by twelve columns of C
// stay in nine accumulators, and both operands are packed so that memory is
// read straight ahead:
//
//	a: [k][3 rows] quads, a value in all four lanes: no splat in the loop
//	b: panels of [k][3] quads, twelve columns, pitch quads apart
//
// tile_gen.go writes them. What Go's wasm back end asks for (measured in
// docs/PERFORMANCE.md):
//
//   - k unrolled, and the loop a single block that tests at its end: a sum that
//     is used again in its own block is scheduled where it stands in the source,
//     one that leaves the block waits until all products are made, and then the
//     registers do not suffice.
//   - few loads per product: a load of a vector costs three instructions, since
//     its address is an addition and a truncation of its own. Three by twelve
//     needs six loads for nine products, four by eight six for eight.
//   - constant indices into one pointer to an array, so that no bounds are
//     checked, and the loads written out: the scheduler orders by source
//     position and takes the body of an inlined function for later.
//   - all panels of a row in one call; unsafe saves the slicing of both operands
//     in every turn, and the lengths are checked once.
//
//go:generate go run tile_gen.go
const (
	tileRows = 3
	tileCols = 12
	lanes    = 4
	unroll   = 16 // steps of k in one turn of the inner loop
)

// Sizes in bytes, for addresses.
const (
	floatBytes = 4
	quadBytes  = lanes * floatBytes
)

// quad is four neighbouring values in memory, what load and store move.
type quad = [lanes]float32

// quadAt views four values of a slice.
func quadAt(s []float32, i int) *quad { return (*quad)(s[i:]) }
