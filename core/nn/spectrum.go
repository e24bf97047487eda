package nn

import (
	"math"
	"slices"
)

// Spectrum lists the singular values of the change (α/r)·B A that LoRA makes to
// the weight of the given full name, largest first, one for each rank: how many
// directions it really uses. nil where the adapter leaves that weight alone.
//
// The change itself is never formed. With S the square root of A Aᵀ [R,R], the
// values are α/r times the roots of the eigenvalues of S BᵀB S.
func (a *Adapter) Spectrum(weight string) ([]float64, error) {
	p, adapted := a.pairs[weight]
	if !adapted {
		return nil, nil
	}
	R := a.Config.Rank
	A, B := make([]float32, p.a.Len()), make([]float32, p.b.Len())
	if err := a.be.Read(A, p.a); err != nil {
		return nil, err
	}
	if err := a.be.Read(B, p.b); err != nil {
		return nil, err
	}
	in, out := p.a.Shape[1], p.b.Shape[0]
	outer, inner := newSquare(R), newSquare(R) // A Aᵀ, BᵀB
	for i := range R {
		for j := range R {
			for k := range in {
				outer[i][j] += float64(A[i*in+k]) * float64(A[j*in+k])
			}
			for k := range out {
				inner[i][j] += float64(B[k*R+i]) * float64(B[k*R+j])
			}
		}
	}
	root := outer.sqrt()
	values, _ := root.times(inner).times(root).eigen()
	for i, v := range values {
		values[i] = a.Config.Scale() * math.Sqrt(max(0, v))
	}
	slices.Sort(values)
	slices.Reverse(values)
	return values, nil
}

// square is a symmetric matrix, or a product of some.
type square [][]float64

func newSquare(n int) square {
	s := make(square, n)
	for i := range s {
		s[i] = make([]float64, n)
	}
	return s
}

func (s square) times(t square) square {
	out := newSquare(len(s))
	for i := range s {
		for k, x := range s[i] {
			for j, y := range t[k] {
				out[i][j] += x * y
			}
		}
	}
	return out
}

// sqrt of a matrix without negative eigenvalues.
func (s square) sqrt() square {
	values, vectors := s.eigen()
	out := newSquare(len(s))
	for k, v := range values {
		root := math.Sqrt(max(0, v))
		for i := range s {
			for j := range s {
				out[i][j] += root * vectors[i][k] * vectors[j][k]
			}
		}
	}
	return out
}

// sweeps bound Jacobi's method, which converges quadratically: a handful do.
const sweeps = 30

// eigen turns the matrix by plane rotations until it is diagonal (Jacobi's
// method): its eigenvalues, and the eigenvectors as columns.
func (s square) eigen() (values []float64, vectors square) {
	n := len(s)
	m, vectors := newSquare(n), newSquare(n)
	for i := range s {
		copy(m[i], s[i])
		vectors[i][i] = 1
	}
	for range sweeps {
		off, all := 0.0, 0.0
		for i := range m {
			for j, x := range m[i] {
				all += x * x
				if i != j {
					off += x * x
				}
			}
		}
		if off <= 1e-30*all {
			break
		}
		for p := range n {
			for q := p + 1; q < n; q++ {
				if m[p][q] != 0 {
					m.rotate(vectors, p, q)
				}
			}
		}
	}
	values = make([]float64, n)
	for i := range m {
		values[i] = m[i][i]
	}
	return values, vectors
}

// rotate makes m[p][q] zero.
func (m square) rotate(vectors square, p, q int) {
	theta := (m[q][q] - m[p][p]) / (2 * m[p][q])
	t := math.Copysign(1, theta) / (math.Abs(theta) + math.Hypot(theta, 1))
	c := 1 / math.Hypot(t, 1)
	sin := t * c
	for k := range m {
		m[k][p], m[k][q] = c*m[k][p]-sin*m[k][q], sin*m[k][p]+c*m[k][q]
		vectors[k][p], vectors[k][q] = c*vectors[k][p]-sin*vectors[k][q], sin*vectors[k][p]+c*vectors[k][q]
	}
	for k := range m {
		m[p][k], m[q][k] = c*m[p][k]-sin*m[q][k], sin*m[p][k]+c*m[q][k]
	}
}
