package stages

import (
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/diff/fd"

	"sprout/core/autograd"
	"sprout/core/backend"
	"sprout/core/backend/ref"
	"sprout/core/backend/simd"
	"sprout/core/tensor"
)

// data is a tensor on the host.
type data struct {
	shape tensor.Shape
	f     []float64
	i     []int32 // instead of f
}

func column(x ...float64) data { return data{shape: tensor.Shape{len(x)}, f: x} }

func ids(x ...int32) data { return data{shape: tensor.Shape{len(x)}, i: x} }

func rowsOf(cols int, x ...float64) data { return data{shape: tensor.Shape{len(x) / cols, cols}, f: x} }

func filled(n int, x float64) data {
	d := column(make([]float64, n)...)
	for i := range d.f {
		d.f[i] = x
	}
	return d
}

// drawn are n normal numbers from a stream.
func drawn(stream uint64, n int, scale float64) []float64 {
	rng, out := tensor.NewRNG(5, stream), make([]float64, n)
	for i := range out {
		out[i] = scale * rng.Normal()
	}
	return out
}

// objective is a recorded function of tensors.
type objective func(t *autograd.Tape, k *constants, in []tensor.Tensor) tensor.Tensor

// probe is an objective ready to be asked.
type probe struct {
	t     *testing.T
	be    backend.Backend
	plan  *autograd.Plan
	data  []data
	in    []tensor.Tensor
	out   tensor.Tensor
	grads map[int]tensor.Tensor
}

// probing records an objective with its gradients by the inputs wrt.
func probing(t *testing.T, be backend.Backend, f objective, in []data, wrt ...int) *probe {
	t.Helper()
	p := &probe{t: t, be: be, data: in, grads: map[int]tensor.Tensor{}}
	tape, k := autograd.NewTape(), &constants{}
	var sources []tensor.Tensor
	for i, d := range in {
		dt := tensor.F32
		if d.i != nil {
			dt = tensor.I32
		}
		p.in = append(p.in, tape.Input(dt, d.shape...))
		for _, w := range wrt {
			if w == i {
				sources = append(sources, p.in[i])
			}
		}
	}
	p.out = f(tape, k, p.in)
	keep := []tensor.Tensor{p.out}
	var seed tensor.Tensor
	if len(wrt) > 0 {
		seed = tape.Input(tensor.F32, p.out.Shape...)
		for j, g := range tape.Backward(p.out, seed, sources...) {
			require.False(t, g.IsNone(), "input %d has no gradient", wrt[j])
			p.grads[wrt[j]] = g
			keep = append(keep, g)
		}
	}
	var err error
	p.plan, err = tape.Compile(be, keep...)
	require.NoError(t, err)
	require.NoError(t, k.ready(be, p.plan))
	if len(wrt) > 0 {
		p.write(seed, filled(p.out.Len(), 1).f)
	}
	for i, d := range in {
		if d.i != nil {
			require.NoError(t, be.WriteInts(p.plan.At(p.in[i]), d.i))
		} else {
			p.write(p.in[i], d.f)
		}
	}
	return p
}

func (p *probe) write(x tensor.Tensor, v []float64) {
	if be, ok := p.be.(*ref.Backend[float64]); ok {
		be.Write64(p.plan.At(x), v)
		return
	}
	f := make([]float32, len(v))
	for i := range v {
		f[i] = float32(v[i])
	}
	require.NoError(p.t, p.be.Write(p.plan.At(x), f))
}

func (p *probe) read(x tensor.Tensor) []float64 {
	v := make([]float64, x.Len())
	if be, ok := p.be.(*ref.Backend[float64]); ok {
		be.Read64(v, p.plan.At(x))
		return v
	}
	f := make([]float32, len(v))
	require.NoError(p.t, p.be.Read(f, p.plan.At(x)))
	for i := range v {
		v[i] = float64(f[i])
	}
	return v
}

// values are the objective's.
func (p *probe) values() []float64 {
	require.NoError(p.t, p.plan.Run())
	return p.read(p.out)
}

// gradient of the sum of the values by an input.
func (p *probe) gradient(i int) []float64 {
	require.NoError(p.t, p.plan.Run())
	return p.read(p.grads[i])
}

// checkGradients holds all gradients against central differences.
func (p *probe) checkGradients(name string) {
	p.t.Helper()
	for i := range p.grads {
		got := p.gradient(i)
		want := fd.Gradient(nil, func(x []float64) float64 {
			p.write(p.in[i], x)
			sum := 0.0
			for _, v := range p.values() {
				sum += v
			}
			return sum
		}, p.data[i].f, &fd.Settings{Formula: fd.Central, Step: 3e-5})
		p.write(p.in[i], p.data[i].f)
		for j := range want {
			require.InDelta(p.t, want[j], got[j], 1e-7, "%s: derivative %d by input %d", name, j, i)
		}
	}
}

// exact records an objective in float64.
func exact(t *testing.T, f objective, in []data, wrt ...int) *probe {
	t.Helper()
	return probing(t, ref.New[float64](), f, in, wrt...)
}

// both asks an objective in float64 and in float32 on the fast engine, and
// holds its single value against a closed form within each one's tolerance.
func both(t *testing.T, want float64, f objective, in []data, msg ...any) {
	t.Helper()
	near(t, want, exact(t, f, in).values()[0], msg...)
	require.InDelta(t, want, probing(t, simd.New(), f, in).values()[0], max(1e-5, 1e-5*abs(want)), msg...)
}

func abs(x float64) float64 { return max(x, -x) }
