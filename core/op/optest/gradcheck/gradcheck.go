// Package gradcheck holds the gradients of all operations against central
// differences in float64. It stands apart from optest because
// gonum's differences do not belong into the page.
package gradcheck

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/diff/fd"

	"sprout/core/autograd"
	"sprout/core/backend"
	"sprout/core/backend/ref"
	"sprout/core/op"
	"sprout/core/op/optest"
	"sprout/core/tensor"
)

// Limit bounds ‖gradient − differences‖ / ‖differences‖.
const Limit = 1e-5

const (
	// full is the number of elements up to which every partial derivative is
	// checked; larger inputs are checked along directions.
	full       = 7 * 7
	directions = 3
	// step is larger than gonum's default: sums of many terms lose digits, and
	// the error of the formula, of order step², is still far below Limit.
	step = 3e-5
)

// Result is the outcome for one input of one case.
type Result struct {
	Name  string
	Kind  op.Kind
	Input int     // index among the operation's inputs
	Error float64 // relative, see Limit
	OK    bool
}

func (r Result) String() string {
	return fmt.Sprintf("%s, input %d: relative error %.3g", r.Name, r.Input, r.Error)
}

// CheckGradients checks every differentiable input of every conformance case.
func CheckGradients() ([]Result, error) {
	var rs []Result
	for _, c := range optest.Cases() {
		if c.Kinks || c.Diff == nil {
			continue
		}
		r, err := Check(c)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", c, err)
		}
		rs = append(rs, r...)
	}
	return rs, nil
}

// reference is what ref.Backend[float64] adds to a backend.
type reference interface {
	backend.Backend
	Write64(t tensor.Tensor, src []float64)
	Read64(dst []float64, t tensor.Tensor)
}

// graph is one case recorded twice: forward alone and with its gradient.
type graph struct {
	be       reference
	forward  *autograd.Plan
	both     *autograd.Plan
	in, grad []tensor.Tensor
	out      tensor.Tensor
	seed     []float64
}

// Check compares the gradients of Σ seed·output, with a random seed, for the
// first output of the case.
func Check(c optest.Case) ([]Result, error) { return check(ref.New[float64](), c) }

func check(be reference, c optest.Case) ([]Result, error) {
	g, values, err := record(be, c)
	if err != nil {
		return nil, err
	}
	if err := g.both.Run(); err != nil {
		return nil, err
	}
	var rs []Result
	for j, i := range c.Diff {
		analytic := make([]float64, g.grad[j].Len())
		g.be.Read64(analytic, g.grad[j])
		r := Result{Name: c.String(), Kind: c.Kind, Input: i, Error: g.compare(i, values[i], analytic)}
		r.OK = r.Error <= Limit
		rs = append(rs, r)
	}
	return rs, nil
}

// record puts the case on tapes whose inputs are real tensors.
func record(be reference, c optest.Case) (*graph, [][]float64, error) {
	g := &graph{be: be, in: make([]tensor.Tensor, len(c.In))}
	values := make([][]float64, len(c.In))
	for i, v := range c.In {
		if v.Shape == nil {
			continue
		}
		dt := tensor.F32
		if v.I != nil {
			dt = tensor.I32
		}
		buf, err := g.be.Alloc(dt, v.Shape.Len())
		if err != nil {
			return nil, nil, err
		}
		g.in[i] = tensor.Tensor{Buf: buf, DType: dt, Shape: v.Shape}
		if v.I != nil {
			if err := g.be.WriteInts(g.in[i], v.I); err != nil {
				return nil, nil, err
			}
			continue
		}
		for _, x := range v.F {
			values[i] = append(values[i], float64(x))
		}
		g.be.Write64(g.in[i], values[i])
	}

	tape := autograd.NewTape()
	out := tape.Emit(c.Kind, c.Params, g.in...)[0]
	var err error
	if g.forward, err = tape.Compile(g.be, out); err != nil {
		return nil, nil, err
	}
	g.out = g.forward.At(out)

	tape = autograd.NewTape()
	out = tape.Emit(c.Kind, c.Params, g.in...)[0]
	seed := tape.Input(tensor.F32, out.Shape...)
	var wrt []tensor.Tensor
	for _, i := range c.Diff {
		wrt = append(wrt, g.in[i])
	}
	grads := tape.Backward(out, seed, wrt...)
	for j, d := range grads {
		if d.IsNone() {
			return nil, nil, fmt.Errorf("input %d has no gradient", c.Diff[j])
		}
	}
	if g.both, err = tape.Compile(g.be, grads...); err != nil {
		return nil, nil, err
	}
	for _, d := range grads {
		g.grad = append(g.grad, g.both.At(d))
	}
	rng := tensor.NewRNG(11)
	g.seed = make([]float64, out.Len())
	for i := range g.seed {
		g.seed[i] = rng.Normal()
	}
	g.be.Write64(g.both.At(seed), g.seed)
	return g, values, nil
}

// compare is the relative error of the gradient of input i at x.
func (g *graph) compare(i int, x, analytic []float64) float64 {
	out := make([]float64, len(g.seed))
	f := func(at []float64) float64 {
		g.be.Write64(g.in[i], at)
		if err := g.forward.Run(); err != nil {
			panic(err) // the reference backend never fails
		}
		g.be.Read64(out, g.out)
		sum := 0.0
		for j, y := range out {
			sum += g.seed[j] * y
		}
		return sum
	}
	defer g.be.Write64(g.in[i], x)

	settings := &fd.Settings{Formula: fd.Central, Step: step}
	if len(x) <= full {
		want := fd.Gradient(nil, f, x, settings)
		return relative(analytic, want)
	}
	rng := tensor.NewRNG(12, uint64(len(x)))
	got, want := make([]float64, directions), make([]float64, directions)
	at := make([]float64, len(x))
	for d := range directions {
		direction := make([]float64, len(x))
		for j := range direction {
			direction[j] = rng.Normal() / math.Sqrt(float64(len(x)))
			got[d] += analytic[j] * direction[j]
		}
		want[d] = fd.Derivative(func(s float64) float64 {
			for j := range at {
				at[j] = x[j] + s*direction[j]
			}
			return f(at)
		}, 0, settings)
	}
	return relative(got, want)
}

// relative is ‖got − want‖ / ‖want‖; below a size at which differences are
// rounding alone the error counts as it is.
func relative(got, want []float64) float64 {
	var diff, size float64
	for i, w := range want {
		diff += (got[i] - w) * (got[i] - w)
		size += w * w
	}
	return math.Sqrt(diff) / math.Max(math.Sqrt(size), 1e-3)
}
