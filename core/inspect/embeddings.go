package inspect

import (
	"cmp"
	"math"
	"slices"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/lapack"
	"gonum.org/v1/gonum/lapack/gonum"

	"sprout/core/nn"
)

// Map lays the token embeddings out on a plane: the two directions in which they
// differ most (principal component analysis, Pearson 1901), computed from their
// covariance.
type Map struct {
	X, Y []float64 // [V], coordinates along the first and the second component
	// Explained are the shares of all variance along either; what is missing from 1
	// the plane does not show.
	Explained [2]float64
}

// Embeddings draws a model's map. A component's sign is free; its largest entry
// is taken as positive, so that the map of one model is always the same.
func Embeddings(p *nn.Params) (*Map, error) {
	V, C := p.Config.Vocab, p.Config.Channels
	x, err := embedding(p)
	if err != nil {
		return nil, err
	}
	for c := range C {
		mean := 0.0
		for v := range V {
			mean += x[v*C+c]
		}
		mean /= float64(V)
		for v := range V {
			x[v*C+c] -= mean
		}
	}
	e := eigen(C, gram(V, C, x, 1/float64(max(1, V-1))), true)
	total := 0.0
	for _, v := range e.values {
		total += max(0, v)
	}
	m := &Map{}
	for k, to := range []*[]float64{&m.X, &m.Y} {
		*to = make([]float64, V)
		if k >= C || total == 0 {
			continue
		}
		m.Explained[k] = max(0, e.values[k]) / total
		direction := e.vectors[k]
		largest := 0.0
		for _, d := range direction {
			if math.Abs(d) > math.Abs(largest) {
				largest = d
			}
		}
		for v := range V {
			dot := 0.0
			for c, d := range direction {
				dot += x[v*C+c] * d
			}
			(*to)[v] = math.Copysign(1, largest) * dot
		}
	}
	return m, nil
}

// Neighbour is a token with the cosine between its embedding and another's.
type Neighbour struct {
	ID     int32
	Cosine float64
}

// Nearest lists the n tokens whose embeddings point most nearly where that of
// the given token does, in all directions, not only the two of the map. The token
// itself is left out.
func Nearest(p *nn.Params, token int32, n int) ([]Neighbour, error) {
	V, C := p.Config.Vocab, p.Config.Channels
	x, err := embedding(p)
	if err != nil {
		return nil, err
	}
	row := func(v int) []float64 { return x[v*C : (v+1)*C] }
	own := row(int(token))
	var out []Neighbour
	for v := range V {
		if v == int(token) {
			continue
		}
		size := math.Sqrt(dot(own, own) * dot(row(v), row(v)))
		if size > 0 {
			out = append(out, Neighbour{int32(v), dot(own, row(v)) / size})
		}
	}
	slices.SortStableFunc(out, func(a, b Neighbour) int { return cmp.Compare(b.Cosine, a.Cosine) })
	return out[:min(n, len(out))], nil
}

func dot(a, b []float64) (sum float64) {
	for i, x := range a {
		sum += x * b[i]
	}
	return sum
}

// embedding reads the matrix [V,C].
func embedding(p *nn.Params) ([]float64, error) {
	w := p.At(nn.Embed)
	data := make([]float32, w.Len())
	if err := p.Backend().Read(data, w); err != nil {
		return nil, err
	}
	out := make([]float64, len(data))
	for i, x := range data {
		out[i] = float64(x)
	}
	return out, nil
}

// spectrum is that of a symmetric matrix, largest eigenvalue first.
type spectrum struct {
	values  []float64
	vectors [][]float64 // of each value
}

// eigen panics where the matrix holds NaN, which no model that was loaded has. m is
// [n,n], symmetric, and is overwritten.
//
// LAPACK's dsyev is called by itself: gonum/mat would bring all of LAPACK into the
// page, a tenth of the engine.
func eigen(n int, m []float64, vectors bool) spectrum {
	job := lapack.EVNone
	if vectors {
		job = lapack.EVCompute
	}
	values, work := make([]float64, n), make([]float64, 1)
	var l gonum.Implementation
	l.Dsyev(job, blas.Upper, n, m, n, values, work, -1) // asks how much room it wants
	work = make([]float64, int(work[0]))
	if !l.Dsyev(job, blas.Upper, n, m, n, values, work, len(work)) {
		panic("inspect: the eigenvalues of a finite matrix do not converge")
	}
	out := spectrum{values: values}
	slices.Reverse(out.values)
	if vectors {
		for k := range n {
			column := make([]float64, n)
			for i := range column {
				column[i] = m[i*n+n-1-k]
			}
			out.vectors = append(out.vectors, column)
		}
	}
	return out
}

// gram is scale·XᵀX of x [rows,cols]: [cols,cols], summed in the order of the rows.
func gram(rows, cols int, x []float64, scale float64) []float64 {
	out := make([]float64, cols*cols)
	for r := range rows {
		row := x[r*cols : (r+1)*cols]
		for i, a := range row {
			to := out[i*cols : (i+1)*cols]
			for j, b := range row {
				to[j] += scale * a * b
			}
		}
	}
	return out
}
