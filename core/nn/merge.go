package nn

import "sprout/core/tensor"

// Merged is a model whose weights an adapter has been worked into: it samples as
// fast as without, and every pass that records Dense shows the adapter.
type Merged struct {
	a    *Adapter
	kept map[string][]float32 // the weights that were replaced
}

// Merge works the adapter, at strength 1, into the weights of its model. What it
// replaces is kept as it was, in host memory, so that Unmerge gives back the
// very bits. Passes that record the adapter's Linear would then apply it twice.
func (a *Adapter) Merge() (*Merged, error) {
	m := &Merged{a: a, kept: map[string][]float32{}}
	err := a.merged(func(w Param, old, merged []float32) error {
		m.kept[w.Name] = old
		return a.be.Write(w.In(a.base.Slab), merged)
	})
	if err != nil {
		return nil, err
	}
	return m, nil
}

// Unmerge writes back the weights that Merge replaced. It may be called once.
func (m *Merged) Unmerge() error {
	for name, data := range m.kept {
		if err := m.a.be.Write(m.a.base.At(name), data); err != nil {
			return err
		}
		delete(m.kept, name)
	}
	return nil
}

// DumpMerged reads every weight of the model with the adapter worked in, in the
// order of the model's memory, and changes nothing: a model that needs no adapter
// any more, to save or export.
func (a *Adapter) DumpMerged(each func(name string, shape tensor.Shape, data []float32)) error {
	with := map[string][]float32{}
	err := a.merged(func(w Param, _, merged []float32) error {
		with[w.Name] = merged
		return nil
	})
	if err != nil {
		return err
	}
	return a.base.Dump(func(name string, shape tensor.Shape, data []float32) {
		if m, ok := with[name]; ok {
			data = m
		}
		each(name, shape, data)
	})
}

// merged gives each adapted weight as it is and as it becomes, rounded once.
func (a *Adapter) merged(each func(w Param, old, merged []float32) error) error {
	return a.Each(func(w Param, old []float32, with []float64) error {
		merged := make([]float32, len(with))
		for i, x := range with {
			merged[i] = float32(x)
		}
		return each(w, old, merged)
	})
}

// Each gives every weight that the adapter changes, in the order of the model's
// memory: as it is, and with the adapter at strength 1, both [out,in]. Sums are
// formed in float64 and not rounded, so that the difference of both is the very
// change.
func (a *Adapter) Each(each func(w Param, old []float32, with []float64) error) error {
	R, scale := a.Config.Rank, a.Config.Scale()
	for _, w := range a.Config.weights(a.base.Config) {
		out, in := w.Shape[0], w.Shape[1]
		old := make([]float32, out*in)
		if err := a.be.Read(old, w.In(a.base.Slab)); err != nil {
			return err
		}
		A, B, err := a.Factors(w.Name)
		if err != nil {
			return err
		}
		var magnitude []float32
		if m := a.pairs[w.Name].magnitude; !m.IsNone() {
			magnitude = make([]float32, out)
			if err := a.be.Read(magnitude, m); err != nil {
				return err
			}
		}
		v := make([]float64, out*in)
		for o := range out {
			row := v[o*in : (o+1)*in]
			for r := range R {
				b := scale * float64(B[o*R+r])
				for i, x := range A[r*in : (r+1)*in] {
					row[i] += b * float64(x)
				}
			}
			for i, x := range old[o*in : (o+1)*in] {
				row[i] += float64(x)
			}
		}
		a.form.merge(v, magnitude)
		if err := each(w, old, v); err != nil {
			return err
		}
	}
	return nil
}

// Factors reads A [R,in] and B [out,R] of a weight by its full name, nil where
// the adapter leaves it alone.
func (a *Adapter) Factors(weight string) (A, B []float32, err error) {
	p, adapted := a.pairs[weight]
	if !adapted {
		return nil, nil, nil
	}
	A, B = make([]float32, p.a.Len()), make([]float32, p.b.Len())
	if err := a.be.Read(A, p.a); err != nil {
		return nil, nil, err
	}
	return A, B, a.be.Read(B, p.b)
}
