package inspect

import (
	"math"

	"sprout/core/nn"
)

// Comparison gives each weight before and after training, in the order of the
// model's memory. What it gives is valid during the call.
type Comparison func(each func(w nn.Param, before []float32, after []float64) error) error

// WithAdapter compares a model's weights without and with its adapter.
func WithAdapter(a *nn.Adapter) Comparison { return a.Each }

// Between compares two models of one configuration, whose weights are found by
// name. Weights that either lacks are left out.
func Between(cfg nn.Config, before, after func(name string) []float32) Comparison {
	params, _ := cfg.Layout()
	return func(each func(w nn.Param, before []float32, after []float64) error) error {
		for _, w := range params {
			x, y := before(w.Name), after(w.Name)
			if len(x) != w.Shape.Len() || len(y) != len(x) {
				continue
			}
			exact := make([]float64, len(y))
			for i, v := range y {
				exact[i] = float64(v)
			}
			if err := each(w, x, exact); err != nil {
				return err
			}
		}
		return nil
	}
}

// Change is what was done to one matrix. Sizes are Frobenius norms.
type Change struct {
	nn.Param
	Size     float64 // ‖ΔW‖
	Relative float64 // ‖ΔW‖/‖W‖, W before; 0 where W is 0
}

// Changes measures every matrix of a comparison.
func Changes(c Comparison) (out []Change, err error) {
	err = c(func(w nn.Param, before []float32, after []float64) error {
		if !w.Matrix() {
			return nil
		}
		change := Change{Param: w}
		whole := 0.0
		for i, x := range before {
			d := after[i] - float64(x)
			change.Size += d * d
			whole += float64(x) * float64(x)
		}
		change.Size = math.Sqrt(change.Size)
		if whole > 0 {
			change.Relative = change.Size / math.Sqrt(whole)
		}
		out = append(out, change)
		return nil
	})
	return out, err
}

// Delta is the change ΔW of one matrix [out,in].
type Delta struct {
	Change
	Values []float64 // [out·in], row-major
	// Singular values, largest first, min(out,in) of them. They are the roots of
	// the eigenvalues of ΔW ΔWᵀ or ΔWᵀΔW, whichever is smaller, so those below
	// 1e-7 of the largest are rounding and given as 0.
	Singular []float64
}

// roundedAway is the share of the largest singular value below which the root of
// an eigenvalue tells nothing.
const roundedAway = 1e-7

// DeltaOf finds the change of the matrix of a full name, nil where the comparison
// has no such matrix.
func DeltaOf(c Comparison, name string) (out *Delta, err error) {
	err = c(func(w nn.Param, before []float32, after []float64) error {
		if w.Name != name || !w.Matrix() {
			return nil
		}
		d := &Delta{Values: make([]float64, len(after))}
		for i, x := range before {
			d.Values[i] = after[i] - float64(x)
		}
		list, err := Changes(func(each func(nn.Param, []float32, []float64) error) error { return each(w, before, after) })
		if err != nil {
			return err
		}
		d.Change = list[0]
		d.Singular = singular(w.Shape[0], w.Shape[1], d.Values)
		out = d
		return nil
	})
	return out, err
}

func singular(rows, cols int, values []float64) []float64 {
	if rows < cols { // the other Gram matrix is the smaller one
		turned := make([]float64, len(values))
		for i := range rows {
			for j := range cols {
				turned[j*rows+i] = values[i*cols+j]
			}
		}
		rows, cols, values = cols, rows, turned
	}
	out := eigen(cols, gram(rows, cols, values, 1), false)
	for i, v := range out.values {
		out.values[i] = math.Sqrt(max(0, v))
		if out.values[i] <= roundedAway*out.values[0] {
			out.values[i] = 0
		}
	}
	return out.values
}

// Extremes draws a matrix [rows,cols] in at most most×most cells. A cell stands
// for a square of block·block elements and holds the one farthest from 0, with
// its sign, so that nothing large is averaged away; where the matrix is small
// enough, block is 1 and a cell is an element.
func Extremes(rows, cols int, values []float64, most int) (cells []float32, height, width, block int) {
	block = max((rows+most-1)/most, (cols+most-1)/most)
	height, width = (rows+block-1)/block, (cols+block-1)/block
	cells = make([]float32, height*width)
	for i := range rows {
		for j := range cols {
			cell := &cells[i/block*width+j/block]
			if x := float32(values[i*cols+j]); abs(x) > abs(*cell) {
				*cell = x
			}
		}
	}
	return cells, height, width, block
}

func abs(x float32) float32 { return max(x, -x) }
