package optest

import (
	"fmt"

	"sprout/core/backend"
	"sprout/core/op"
	"sprout/core/tensor"
)

// RowInvariance checks that a row gives the same bits in batches of 1, 3 and 64
// rows wherever it stands, so that decoding, batched rollouts and training
// agree on every log-probability.
func RowInvariance(be backend.Backend) []Result {
	var rs []Result
	for _, f := range rowFamilies() {
		rs = append(rs, f.check(be))
	}
	return append(rs, productInvariance(be)...)
}

// rowFamily is an operation whose outputs have one row per row of its inputs.
type rowFamily struct {
	recorded        // in: 64 rows each
	shared   []int  // inputs that all rows use
	outputs  []int  // outputs that have rows
	name     string // what is special about it
}

const manyRows = 64

// rowFamilies are the operations on rows together with those of their
// gradients.
func rowFamilies() []rowFamily {
	rng := tensor.NewRNG(2)
	x := func(shape ...int) Value { return normal(&rng, 1, append([]int{manyRows}, shape...)...) }
	weight := func(shape ...int) Value { return normal(&rng, 1, shape...) }
	const c = 67
	var fs []rowFamily
	// add takes the inputs of a case and the ones among them that rows share;
	// the gradient's inputs are recorded, and its shared ones named.
	add := func(cs Case, shared []int, gradient op.Kind, gradientShared, gradientRows []int) {
		calls, err := cs.expand()
		if err != nil {
			panic(err)
		}
		var outputs []int
		for i := range calls[0].out {
			outputs = append(outputs, i)
		}
		fs = append(fs, rowFamily{calls[0], shared, outputs, cs.Why})
		for _, k := range calls[1:] {
			if k.kind == gradient {
				fs = append(fs, rowFamily{k, gradientShared, gradientRows, cs.Why})
				break
			}
		}
	}
	first := []int{0}
	add(Case{Kind: "embedding", In: []Value{weight(9, c), ids(&rng, 9, manyRows)}}, []int{0}, "", nil, nil)
	add(Case{Kind: "rms_norm", Params: op.RMSNorm{Eps: 1e-5}, In: []Value{x(c), weight(c)}, Diff: first}, []int{1}, "rms_norm_grad", []int{2}, first)
	add(Case{Kind: "rope", Params: op.RoPE{Heads: 3}, In: []Value{x(3 * 10), ids(&rng, 16, manyRows), ropeTable(16, 10)}}, []int{2}, "", nil, nil)
	add(Case{Kind: "swiglu", In: []Value{x(c), x(c)}, Diff: first}, nil, "swiglu_grad", nil, []int{0, 1})
	ones := Value{Shape: tensor.Shape{manyRows}, F: make([]float32, manyRows)}
	for i := range ones.F {
		ones.F[i] = 1
	}
	add(Case{Kind: "cross_entropy", In: []Value{x(c), ids(&rng, c, manyRows), ones}, Diff: first}, nil, "cross_entropy_grad", nil, first)
	add(Case{Kind: "log_probs", In: []Value{x(c), ids(&rng, c, manyRows)}, Diff: first}, nil, "log_probs_grad", nil, first)
	for _, kind := range []op.Kind{"softmax", "log_softmax"} {
		add(Case{Kind: kind, In: []Value{x(c)}, Diff: first}, nil, kind+"_grad", nil, first)
	}
	for _, kind := range []op.Kind{"kl_forward", "kl_reverse"} {
		add(Case{Kind: kind, In: []Value{x(c), x(c), floats(0.7)}, Diff: []int{1}}, []int{2}, kind+"_grad", []int{3}, first)
	}
	add(Case{Kind: "jsd", In: []Value{x(c), x(c), floats(0.7), floats(0.3)}, Diff: []int{1}}, []int{2, 3}, "jsd_grad", []int{3, 4}, first)
	for _, kind := range []op.Kind{"exp", "sigmoid", "log_sigmoid"} {
		add(Case{Kind: kind, In: []Value{x(3)}, Diff: first}, nil, kind+"_grad", nil, first)
	}
	add(Case{Kind: "log", In: []Value{uniform(&rng, 0.1, 9, manyRows, 3)}, Diff: first}, nil, "log_grad", nil, first)
	for _, kind := range []op.Kind{"add", "mul", "min", "max"} {
		add(Case{Kind: kind, In: []Value{x(c), weight(c)}}, []int{1}, "", nil, nil)
	}
	add(Case{Kind: "sum_rows", In: []Value{x(c)}}, nil, "", nil, nil)
	start := Value{Shape: tensor.Shape{manyRows}, I: make([]int32, manyRows)}
	add(Case{
		Kind: "attention", Params: op.Attention{Heads: 4, KVHeads: 2},
		In: []Value{x(11, 4*6), x(11, 2*6), x(11, 2*6), start, {}}, Diff: first,
	}, nil, "attention_grad", nil, []int{0, 1, 2})
	add(Case{
		Kind: "attention", Params: op.Attention{Heads: 4, KVHeads: 2}, Why: "decoding",
		In: []Value{x(1, 4*6), x(29, 2*6), x(29, 2*6), ids(&rng, 29, manyRows), {}},
	}, nil, "", nil, nil)
	add(Case{Kind: "neg", In: []Value{x(c)}}, nil, "", nil, nil)
	add(Case{Kind: "sub", In: []Value{x(c), weight(c)}}, []int{1}, "", nil, nil)
	return fs
}

// check computes all rows, then single rows and three at a time.
func (f rowFamily) check(be backend.Backend) Result {
	r := Result{Kind: f.kind, Name: fmt.Sprintf("rows of %s", f.kind)}
	if f.name != "" {
		r.Name += ", " + f.name
	}
	return guarded(be, r, func() error {
		all, err := f.run(be)
		if err != nil {
			return err
		}
		for _, part := range [][2]int{{0, 1}, {5, 1}, {63, 1}, {0, 3}, {30, 3}, {61, 3}} {
			got, err := f.slice(part[0], part[1]).run(be)
			if err != nil {
				return err
			}
			for _, i := range f.outputs {
				size := len(all[i]) / manyRows
				want := all[i][part[0]*size : (part[0]+part[1])*size]
				if !sameBits(got[i], want) {
					return fmt.Errorf("rows %d to %d of 64 change when computed alone, output %d: %s",
						part[0], part[0]+part[1]-1, i, worst(got[i], want))
				}
			}
		}
		return nil
	})
}

// slice is the family's call on n rows.
func (f rowFamily) slice(first, n int) recorded {
	k := recorded{kind: f.kind, params: f.params}
	shared := map[int]bool{}
	for _, i := range f.shared {
		shared[i] = true
	}
	for i, v := range f.in {
		if !shared[i] && !v.absent() {
			v = v.rows(first, n)
		}
		k.in = append(k.in, v)
	}
	rows := map[int]bool{}
	for _, i := range f.outputs {
		rows[i] = true
	}
	for i, v := range f.out {
		if rows[i] {
			v = v.rows(first, n)
		}
		k.out = append(k.out, v)
	}
	return k
}

// productInvariance does the same for both axes of a matrix product, in every
// transposed form: an element depends on K alone.
func productInvariance(be backend.Backend) (rs []Result) {
	rng := tensor.NewRNG(3)
	const k = 131
	a, b := normal(&rng, 1, manyRows, k), normal(&rng, 1, manyRows, k) // C = A·Bᵀ
	for _, p := range []op.MatMul{{TransB: true}, {}, {TransA: true}, {TransA: true, TransB: true}} {
		product := func(row, m, col, n int) ([]float32, error) {
			x, y := a.rows(row, m), b.rows(col, n)
			if p.TransA {
				x = x.transposed()
			}
			if !p.TransB {
				y = y.transposed()
			}
			out := Value{Shape: tensor.Shape{m, n}, F: make([]float32, m*n)}
			got, err := recorded{kind: "matmul", params: p, in: []Value{x, y}, out: []Value{out}}.run(be)
			if err != nil {
				return nil, err
			}
			return got[0], nil
		}
		r := Result{Kind: "matmul", Name: fmt.Sprintf("elements of matmul%+v", p)}
		rs = append(rs, guarded(be, r, func() error {
			all, err := product(0, manyRows, 0, manyRows)
			if err != nil {
				return err
			}
			for _, c := range [][4]int{{0, 1, 0, 64}, {5, 1, 0, 64}, {61, 3, 0, 64}, {0, 64, 7, 1}, {0, 64, 3, 3}, {2, 1, 63, 1}, {2, 3, 9, 33}} {
				got, err := product(c[0], c[1], c[2], c[3])
				if err != nil {
					return err
				}
				for i, x := range got {
					row, col := c[0]+i/c[3], c[2]+i%c[3]
					if want := all[row*manyRows+col]; !sameBits([]float32{x}, []float32{want}) {
						return fmt.Errorf("element [%d,%d] is %v in a product of %d×%d, %v in one of 64×64", row, col, x, c[1], c[3], want)
					}
				}
			}
			return nil
		}))
	}
	return rs
}

func (v Value) transposed() Value {
	m, n := v.Shape[0], v.Shape[1]
	t := Value{Shape: tensor.Shape{n, m}, F: make([]float32, m*n)}
	for i := range m {
		for j := range n {
			t.F[j*m+i] = v.F[i*n+j]
		}
	}
	return t
}

// guarded runs a check of r.Kind, with panics as failures, if be supports it.
func guarded(be backend.Backend, r Result, check func() error) (out Result) {
	out = r
	if !be.Supports(r.Kind) {
		out.OK, out.Skipped = true, true
		return out
	}
	defer func() {
		if p := recover(); p != nil {
			out.OK, out.Detail = false, fmt.Sprint("panic: ", p)
		}
	}()
	if err := check(); err != nil {
		out.Detail = err.Error()
		return out
	}
	out.OK = true
	return out
}
