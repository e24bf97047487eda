package inspect

import (
	"math"

	"sprout/core/autograd"
	"sprout/core/nn"
	"sprout/core/problem"
	"sprout/core/tensor"
)

// Wanted says what of a pass is kept; logits always are.
type Wanted struct {
	Attention bool
	Lens      bool
}

// Reading is one pass of a model over a text.
type Reading struct {
	Tokens []int32     // [T]
	Logits [][]float32 // [T][V], what is expected after each token
	// Losses of the tokens given those before, nats; NaN for the first, which
	// nothing precedes.
	Losses []float64
	// Attention is of query i on key j, row-major [L][H][T·T]; 0 above the
	// diagonal. nil where it was not wanted.
	Attention [][][]float32
	// Lens is what each depth would say, [L+1][T]: the embedding first, then every
	// layer; the last one is what the model says. nil where it was not wanted.
	Lens [][]Glance
}

// Glance is what the final norm and the head make of one residual stream.
type Glance struct {
	Top     int32   // most probable token
	P       float64 // its probability
	Next    float64 // probability of the token that follows in the text; NaN at the end
	Entropy float64 // nats; ln V where all tokens are equally likely
}

// Read runs a model, with the adapter that is plugged in, over a text of at most
// its context. It panics for no tokens and for more than that; the sums behind
// losses and lens are formed in float64. Problem "inspect_not_finite".
func Read(p *nn.Params, tokens []int32, want Wanted) (*Reading, error) {
	T, be := len(tokens), p.Backend()
	t := autograd.NewTape()
	in := nn.Input{
		Tokens: t.Input(tensor.I32, 1, T), Pos: t.Input(tensor.I32, 1, T), Start: t.Input(tensor.I32, 1),
	}
	out := p.Forward(t, in, nn.Options{})
	keep := []tensor.Tensor{out.Logits}
	var depths []tensor.Tensor // [T,V] each
	if want.Lens {
		for _, x := range append([]tensor.Tensor{out.Embed}, hidden(out)...) {
			depths = append(depths, p.Unembed(t, x))
		}
		keep = append(keep, depths...)
	}
	if want.Attention {
		for _, l := range out.Layers {
			keep = append(keep, l.Q, l.K, l.LSE)
		}
	}
	plan, err := t.Compile(be, keep...)
	if err != nil {
		return nil, err
	}
	defer plan.Close()
	pos := make([]int32, T)
	for i := range pos {
		pos[i] = int32(i)
	}
	for _, w := range []struct {
		to  tensor.Tensor
		ids []int32
	}{{in.Tokens, tokens}, {in.Pos, pos}, {in.Start, []int32{0}}} {
		if err := be.WriteInts(plan.At(w.to), w.ids); err != nil {
			return nil, err
		}
	}
	if err := plan.Run(); err != nil {
		return nil, err
	}
	read := func(x tensor.Tensor) ([]float32, error) {
		data := make([]float32, x.Len())
		return data, be.Read(data, plan.At(x))
	}

	r := &Reading{Tokens: tokens, Losses: make([]float64, T)}
	logits, err := read(out.Logits)
	if err != nil {
		return nil, err
	}
	for _, x := range logits {
		if math.IsNaN(float64(x)) || math.IsInf(float64(x), 0) {
			return nil, problem.New("inspect_not_finite", nil,
				"The model's output is not a number, so there is nothing to see. Go back to a checkpoint from before its training diverged.")
		}
	}
	r.Logits = rows(logits, T)
	r.Losses[0] = math.NaN()
	for i, row := range r.Logits[:T-1] {
		r.Losses[i+1] = logSum(row) - float64(row[tokens[i+1]])
	}
	for _, x := range depths {
		logits, err := read(x)
		if err != nil {
			return nil, err
		}
		r.Lens = append(r.Lens, glances(rows(logits, T), tokens))
	}
	if want.Attention {
		for _, l := range out.Layers {
			var qkl [3][]float32
			for i, x := range []tensor.Tensor{l.Q, l.K, l.LSE} {
				if qkl[i], err = read(x); err != nil {
					return nil, err
				}
			}
			r.Attention = append(r.Attention, weights(p.Config, T, qkl[0], qkl[1], qkl[2]))
		}
	}
	return r, nil
}

func init() {
	problem.Register(map[string]string{
		"inspect_not_finite": "the output of a model that is looked into is NaN or infinite",
	})
}

func hidden(out nn.Output) (xs []tensor.Tensor) {
	for _, l := range out.Layers {
		xs = append(xs, l.Hidden)
	}
	return xs
}

func rows(data []float32, n int) [][]float32 {
	out, width := make([][]float32, n), len(data)/n
	for i := range out {
		out[i] = data[i*width : (i+1)*width]
	}
	return out
}

// weights are those of one layer's heads, [H][T·T], from q [T,H·D] and k
// [T,KV·D] after rotation and lse [H,T]: exp(q·k/√D − lse).
func weights(cfg nn.Config, T int, q, k, lse []float32) [][]float32 {
	H, KV, D := cfg.Heads, cfg.KVHeads, cfg.HeadDim()
	out := make([][]float32, H)
	for h := range out {
		a := make([]float32, T*T)
		shared := h * KV / H
		for i := range T {
			query := q[(i*H+h)*D : (i*H+h+1)*D]
			for j := range i + 1 {
				key := k[(j*KV+shared)*D : (j*KV+shared+1)*D]
				dot := 0.0
				for d, x := range query {
					dot += float64(x) * float64(key[d])
				}
				a[i*T+j] = float32(math.Exp(dot/math.Sqrt(float64(D)) - float64(lse[h*T+i])))
			}
		}
		out[h] = a
	}
	return out
}

func glances(logits [][]float32, tokens []int32) []Glance {
	out := make([]Glance, len(logits))
	for i, row := range logits {
		top := 0
		for v, x := range row {
			if x > row[top] {
				top = v
			}
		}
		z := logSum(row)
		g := Glance{Top: int32(top), P: math.Exp(float64(row[top]) - z), Next: math.NaN(), Entropy: z}
		for _, x := range row {
			g.Entropy -= math.Exp(float64(x)-z) * float64(x)
		}
		if i+1 < len(tokens) {
			g.Next = math.Exp(float64(row[tokens[i+1]]) - z)
		}
		out[i] = g
	}
	return out
}

// logSum is log Σ exp.
func logSum(row []float32) float64 {
	top, sum := math.Inf(-1), 0.0
	for _, x := range row {
		top = max(top, float64(x))
	}
	for _, x := range row {
		sum += math.Exp(float64(x) - top)
	}
	return top + math.Log(sum)
}
