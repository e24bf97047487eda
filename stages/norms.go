package stages

import (
	"math"

	"sprout/core/nn"
	"sprout/core/tensor"
)

// Norm is what the last step did to one tensor: Euclidean norms.
type Norm struct {
	Name     string
	Weight   float64  // after the step
	Update   float64  // of what the step added
	Gradient *float64 // before clipping; nil where it is not a number, or is gone
}

// Norms are those of all tensors that are trained, in the order in which they
// lie, and the step that they belong to, 0 before the first. They are read from
// what the step has left behind, and change nothing.
func (t *trainer) Norms() (step int, all []Norm, err error) {
	list, slab, matrices := t.tensors()
	var buf [4][]float32 // weights, gradient, both moments
	slabs := [4]tensor.Tensor{slab, t.group.Grad, t.adam.M, t.adam.V}
	for _, q := range list {
		for i, s := range slabs {
			if n := q.Shape.Len(); cap(buf[i]) < n {
				buf[i] = make([]float32, n)
			} else {
				buf[i] = buf[i][:n]
			}
			if err := t.be.Read(buf[i], q.In(s)); err != nil {
				return t.step, nil, err
			}
		}
		x := Norm{Name: q.Name}
		decays, gradient := q.Off < matrices, 0.0
		for i, w := range buf[0] {
			moved, g := t.adam.Moved(w, buf[2][i], buf[3][i], decays), float64(buf[1][i])
			x.Weight += float64(w) * float64(w)
			x.Update += moved * moved
			gradient += g * g
		}
		x.Weight, x.Update, gradient = math.Sqrt(x.Weight), math.Sqrt(x.Update), math.Sqrt(gradient)
		if finite(gradient) && !t.profiled {
			x.Gradient = &gradient
		}
		all = append(all, x)
	}
	return t.step, all, nil
}

// tensors are those that training changes.
func (t *trainer) tensors() (list []nn.Param, slab tensor.Tensor, matrices int) {
	_, slab, matrices = t.learned()
	if a := t.model.Adapter; a != nil {
		return a.List, slab, matrices
	}
	return t.model.List, slab, matrices
}
