package nn

import (
	"math"

	"sprout/core/backend"
	"sprout/core/problem"
	"sprout/core/tensor"
)

// weights are named tensors in one slab of a backend.
type weights struct {
	Slab tensor.Tensor // f32 [length of the layout]
	List []Param       // in the order of memory

	be backend.Backend
	at map[string]int // index in List
}

func newWeights(be backend.Backend, list []Param) weights {
	w := weights{List: list, be: be, at: make(map[string]int, len(list))}
	for i, q := range list {
		w.at[q.Name] = i
	}
	return w
}

// Backend is where the weights live.
func (w *weights) Backend() backend.Backend { return w.be }

// Count is the number of weights.
func (w *weights) Count() (n int) {
	for _, q := range w.List {
		n += q.Shape.Len()
	}
	return n
}

// At is a weight by its name. It panics for a name that the model lacks.
func (w *weights) At(name string) tensor.Tensor { return w.List[w.index(name)].In(w.Slab) }

func (w *weights) index(name string) int {
	i, ok := w.at[name]
	if !ok {
		panic("nn: the model has no weight " + name)
	}
	return i
}

// Load writes weights that get finds by name. A weight that is missing, of
// another length or not finite is a problem, and then nothing was written. A
// head that is missing becomes 0.
func (w *weights) Load(get func(name string) []float32) error { return w.LoadInto(w.Slab, get) }

// LoadInto is Load for any slab of the model's layout.
func (w *weights) LoadInto(slab tensor.Tensor, get func(name string) []float32) error {
	for _, q := range w.List {
		data := get(q.Name)
		if data == nil && q.Head {
			continue
		}
		if len(data) != q.Shape.Len() {
			return problem.New("model_tensor",
				problem.Args{"tensor": q.Name, "have": len(data), "want": q.Shape.Len()},
				"The tensor %s has %d values, but the model needs %d.", q.Name, len(data), q.Shape.Len())
		}
		for i, x := range data {
			if !finite(x) {
				return problem.New("model_not_finite", problem.Args{"tensor": q.Name, "index": i},
					"The tensor %s is not finite at element %d; a model with such a value cannot be used. Choose another checkpoint or file.", q.Name, i)
			}
		}
	}
	for _, q := range w.List {
		data := get(q.Name)
		if data == nil {
			data = make([]float32, q.Shape.Len())
		}
		if err := w.be.Write(q.In(slab), data); err != nil {
			return err
		}
	}
	return nil
}

// finite is false for NaN and the infinities.
func finite(x float32) bool { return math.Float32bits(x)&0x7f800000 != 0x7f800000 }

// Dump reads every weight, in the order of memory.
func (w *weights) Dump(each func(name string, shape tensor.Shape, data []float32)) error {
	return w.DumpFrom(w.Slab, each)
}

// DumpFrom is Dump for any slab of the model's layout. The data belongs to the
// caller.
func (w *weights) DumpFrom(slab tensor.Tensor, each func(name string, shape tensor.Shape, data []float32)) error {
	for _, q := range w.List {
		data := make([]float32, q.Shape.Len())
		if err := w.be.Read(data, q.In(slab)); err != nil {
			return err
		}
		each(q.Name, q.Shape, data)
	}
	return nil
}
