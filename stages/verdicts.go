package stages

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"

	"sprout/core/autograd"
	"sprout/core/nn"
	"sprout/core/op"
	"sprout/core/parallel"
	"sprout/core/tensor"
)

// verdictsService: rows of tokens, targets, which are not looked at, and a mask
// that is 1 where a verdict is due, [T] each, to log p(first letter) − log
// p(second letter), [rows] nats. The options are the letters.
const verdictsService = "verdicts"

// offerVerdicts adds the service.
func (s *services) offerVerdicts(r *parallel.Replica) {
	var now letters
	by := newPasses(s.model, func(p *nn.Params, rows, T int) (*scorer, error) { return newVerdicts(p, now, rows, T) })
	s.add(r, verdictsService, by)
	r.Services[verdictsService] = func(b *parallel.Batch, options []byte) (parallel.Result, error) {
		var asked letters
		if err := json.Unmarshal(options, &asked); err != nil {
			return parallel.Result{}, fmt.Errorf("options of %s: %w", verdictsService, err)
		}
		if asked != now {
			by.close() // they were recorded for other letters
			now = asked
		}
		return by.serve(b, nil)
	}
}

// newVerdicts compares the two letters' logits at the one position that the mask
// marks: their difference is that of the log-probabilities, so no other logit is
// needed.
func newVerdicts(p *nn.Params, l letters, rows, T int) (*scorer, error) {
	var ids [2]tensor.Tensor
	s, err := newPass(p, rows, T, 1, func(t *autograd.Tape, seq sequences) tensor.Tensor {
		final := p.Forward(t, seq.in, nn.Options{NoHead: true}).Final // [N,C]
		var rowOf [2]tensor.Tensor
		for i := range ids {
			ids[i] = t.Input(tensor.I32, 1)
			rowOf[i] = t.Emit("embedding", nil, p.At(nn.Embed), ids[i])[0] // [1,C]
		}
		apart := t.Emit("sub", nil, rowOf[0], rowOf[1])[0]
		all := t.Emit("matmul", op.MatMul{TransB: true}, final, apart)[0] // [N,1]
		due := t.Emit("mul", nil, all.Reshape(seq.mask.Shape...), seq.mask)[0]
		return t.Emit("sum_rows", nil, due)[0]
	})
	if err != nil {
		return nil, err
	}
	for i, id := range l {
		if err := s.be.WriteInts(s.plan.At(ids[i]), []int32{id}); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// serving has a service computed for all rows by whoever serves; see
// parallel.Group.Serve.
type serving func(kind string, b *parallel.Batch, options []byte, collect func(first int, r parallel.Result) error) error

// verdicts are what a judge says at the end of each prompt, none of which has
// more than context tokens.
func (l letters) verdicts(serve serving, prompts [][]int32, context int) ([]verdict, error) {
	options := mustJSON(l)
	out := make([]verdict, len(prompts))
	order, widths := make([]int, len(prompts)), make([]int, len(prompts))
	for i, p := range prompts {
		order[i], widths[i] = i, min(context, (len(p)+referenceWidth-1)/referenceWidth*referenceWidth)
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(widths[i], widths[j]) })
	for done := 0; done < len(order); {
		T, n := widths[order[done]], 0
		for done+n < len(order) && widths[order[done+n]] == T && n < max(1, handedOut/T) {
			n++
		}
		now := order[done : done+n]
		tokens, mask := make([]int32, n*T), make([]float32, n*T) // padded with text.Pad
		for i, at := range now {
			copy(tokens[i*T:], prompts[at])
			mask[i*T+len(prompts[at])-1] = 1
		}
		b := &parallel.Batch{Rows: n, Ints: [][]int32{tokens, tokens}, Floats: [][]float32{mask}}
		err := serve(verdictsService, b, options, func(first int, r parallel.Result) error {
			for i, d := range r.Floats {
				out[now[first+i]] = verdict{First: float64(d)}
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		done += n
	}
	return out, nil
}
