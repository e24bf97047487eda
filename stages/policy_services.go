package stages

import (
	"sprout/core/autograd"
	"sprout/core/nn"
	"sprout/core/parallel"
	"sprout/core/tensor"
)

// Services of workers whose model learns from its own answers. All take rows of
// tokens, targets [T] and mask [T].
const (
	// policyService: log π of the tokens whose mask is 1, [rows·T], 0 elsewhere, at
	// the temperature of sampling.
	policyService = "policy"
	// referenceService: the same under the frozen reference.
	referenceService = "reference"
	// valuesService: what the critic expects at each position, [rows·T].
	valuesService = "values"
)

// accompanyPolicy adds the services to a replica. rewardsService reads the reward
// model, where there is one.
func accompanyPolicy(r *parallel.Replica, s *services, beside map[string]*nn.Params, values map[string]float64) {
	logProbs := policyPass(values["temperature"])
	s.add(r, policyService, newPasses(s.model, logProbs))
	s.add(r, referenceService, newPasses(beside[referenceModel], logProbs))
	if m := beside[rewardModel]; m != nil {
		s.add(r, rewardsService, newPasses(m, newJudge))
	}
	for _, q := range s.model.List {
		if q.Name == nn.Value.Weight() {
			s.add(r, valuesService, newPasses(s.model, newCritic))
		}
	}
}

// policyPass gives log π of the marked tokens, [T] for a row.
func policyPass(temperature float64) func(p *nn.Params, rows, T int) (*scorer, error) {
	return func(p *nn.Params, rows, T int) (*scorer, error) {
		k := &constants{}
		s, err := newPass(p, rows, T, T, func(t *autograd.Tape, seq sequences) tensor.Tensor {
			logits := tempered(t, k, p.Forward(t, seq.in, nn.Options{}).Logits, temperature)
			return tokenLogProbs(t, logits, seq.targets.Reshape(rows*T), seq.mask.Reshape(rows*T))
		})
		if err != nil {
			return nil, err
		}
		return s, k.ready(p.Backend(), s.plan)
	}
}

// newCritic gives the value at every position, [T] for a row.
func newCritic(p *nn.Params, rows, T int) (*scorer, error) {
	return newPass(p, rows, T, T, func(t *autograd.Tape, seq sequences) tensor.Tensor {
		return valuesOf(t, p, p.Forward(t, seq.in, nn.Options{NoHead: true}).Final)
	})
}

// valuesOf is what the critic says of rows of the final hidden state, [N].
func valuesOf(t *autograd.Tape, p *nn.Params, final tensor.Tensor) tensor.Tensor {
	return t.Emit("add", nil, p.Read(t, nn.Value, final), p.At(nn.Value.Bias()))[0]
}

// tempered are logits of the distribution that sampling at a temperature draws
// from.
func tempered(t *autograd.Tape, k *constants, logits tensor.Tensor, temperature float64) tensor.Tensor {
	if temperature == 1 {
		return logits
	}
	return t.Emit("scale", nil, logits, k.number(t, 1/temperature))[0]
}
