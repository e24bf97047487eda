package inspect

import (
	"cmp"
	"math"
	"slices"

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

// sweeps are far more than Jacobi's method needs: it converges quadratically, for a
// few hundred columns within ten.
const sweeps = 60

// eigen is the spectrum of m [n,n], symmetric, which is overwritten, by Jacobi's
// method with cyclic sweeps: rotations that each bring a pair of elements to 0. It
// panics where the matrix holds NaN, which no model that was loaded has.
//
// Source: Golub and Van Loan, Matrix Computations, section 8.5. The tests hold it
// against gonum, which is not linked into the page: LAPACK's routine by itself would
// take the engine over its 2 MB.
func eigen(n int, m []float64, vectors bool) spectrum {
	var v []float64 // rows are the vectors
	if vectors {
		v = make([]float64, n*n)
		for i := range n {
			v[i*n+i] = 1
		}
	}
	for range sweeps {
		off, all := 0.0, 0.0
		for i := range n {
			for j := range n {
				x := m[i*n+j] * m[i*n+j]
				all += x
				if i != j {
					off += x
				}
			}
		}
		if off <= 1e-30*all {
			return sorted(n, m, v)
		}
		for p := range n {
			for q := p + 1; q < n; q++ {
				rotate(n, m, v, p, q)
			}
		}
	}
	panic("inspect: the eigenvalues of a finite matrix do not converge")
}

// rotate turns the axes p and q so that m[p,q] becomes 0.
func rotate(n int, m, v []float64, p, q int) {
	if m[p*n+q] == 0 {
		return
	}
	tau := (m[q*n+q] - m[p*n+p]) / (2 * m[p*n+q])
	t := math.Copysign(1, tau) / (math.Abs(tau) + math.Hypot(1, tau))
	c := 1 / math.Hypot(1, t)
	s := t * c
	turn(m[p*n:(p+1)*n], m[q*n:(q+1)*n], c, s)
	for i := range n {
		a, b := m[i*n+p], m[i*n+q]
		m[i*n+p], m[i*n+q] = c*a-s*b, s*a+c*b
	}
	if v != nil {
		turn(v[p*n:(p+1)*n], v[q*n:(q+1)*n], c, s)
	}
}

func turn(x, y []float64, c, s float64) {
	for i, a := range x {
		x[i], y[i] = c*a-s*y[i], s*a+c*y[i]
	}
}

// sorted are the values on the diagonal, largest first, with their vectors.
func sorted(n int, m, v []float64) (out spectrum) {
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int { return cmp.Compare(m[j*n+j], m[i*n+i]) })
	for _, i := range order {
		out.values = append(out.values, m[i*n+i])
		if v != nil {
			out.vectors = append(out.vectors, v[i*n:(i+1)*n])
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
