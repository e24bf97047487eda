package nn

// RopeTable is the table of rotary positions (Su et al. 2021, arXiv
// 2104.09864), [positions, D]: row t holds cos(t·f₀) … cos(t·f_{D/2−1}), then
// the sines, with fᵢ = theta^(−2i/D), halves rotated as in Hugging Face's Llama.
//
// Only additions, multiplications and divisions in float64 are used, none of
// which a compiler may fuse, so that every machine finds the same bits. Row
// t+1 is row t turned once more; the error grows by about 1e-16 a row, far
// below float32.
func RopeTable(positions, dim int, theta float64) []float32 {
	half := dim / 2
	table := make([]float32, positions*dim)
	ratio := root(1/theta, half)
	f := 1.0
	for i := range half {
		stepCos, stepSin := cosSin(f)
		c, s := 1.0, 0.0
		for t := range positions {
			table[t*dim+i], table[t*dim+half+i] = float32(c), float32(s)
			c, s = float64(c*stepCos)-float64(s*stepSin), float64(s*stepCos)+float64(c*stepSin)
		}
		f = float64(f * ratio)
	}
	return table
}

// root is the n-th root of x in (0, 1], by bisection.
func root(x float64, n int) float64 {
	low, high := 0.0, 1.0
	for range 64 {
		middle := (low + high) / 2
		power := 1.0
		for range n {
			power = float64(power * middle)
		}
		if power < x {
			low = middle
		} else {
			high = middle
		}
	}
	return high
}

// cosSin sums the Taylor series of an angle in [0, 1] radian, smallest terms
// first.
func cosSin(x float64) (cos, sin float64) {
	square := float64(x * x)
	cos, sin = 1, 1
	for n := 22; n > 0; n -= 2 {
		cos = 1 - float64(float64(square/float64(n*(n-1)))*cos)
		sin = 1 - float64(float64(square/float64(n*(n+1)))*sin)
	}
	return cos, float64(x * sin)
}
