//go:build js && wasm

package main

import (
	"fmt"
	"math"
	"os"
	"time"

	"sprout/core/backend"
	"sprout/core/backend/simd"
	"sprout/core/backend/webgpu"
	"sprout/core/checkpoint"
	"sprout/core/nn"
	"sprout/core/tensor"
	"sprout/core/text"
	"sprout/core/world"
	"sprout/stages"
)

// taught is what a stage's steps came to on both backends.
type taught struct {
	Stage  string    `json:"stage"`
	WebGPU []float64 `json:"webgpu"` // losses
	SIMD   []float64 `json:"simd"`
	Norms  []float64 `json:"norms"` // of the gradients, webgpu then simd
	// Apart is the largest difference of losses and of gradients' norms, relative
	// to simd's, or to 1e-2 where that is smaller: the losses of policies begin at 0.
	Apart float64 `json:"apart"`
}

// context of the model, in tokens.
const context = 64

// kept is a backend that outlives the runs on it.
type kept struct{ *webgpu.Backend }

func (kept) Close() error { return nil }

// education holds what the runs of this check share: a town, a model that has
// read a little of it, and a reward model with opinions at random.
type education struct {
	town   *world.Town
	corpus *text.Corpus
	tok    *text.Tokenizer
	pairs  []stages.Pair // that fit into the model's context
	parent *checkpoint.Checkpoint
	reward *checkpoint.Checkpoint
}

func newEducation() (*education, error) {
	e := &education{town: world.New(world.Config{Seed: 3})}
	var docs []text.Doc
	for _, d := range e.town.Texts(world.Train, 40_000, world.EN) {
		docs = append(docs, text.TextDoc(d))
	}
	e.corpus = &text.Corpus{Name: "town", Train: docs[1:], HeldOut: docs[:1]}
	var err error
	lessons := stages.TownConversations(e.town, world.EN).Train[:100]
	if e.tok, err = text.TrainBPE(append(lessons, docs...), text.BPEOptions{Merges: 150}); err != nil {
		return nil, err
	}
	for _, p := range stages.TownPairs(e.town, world.EN) {
		if len(e.tok.AppendChat(nil, p.Chosen)) <= context && len(e.tok.AppendChat(nil, p.Rejected)) <= context {
			e.pairs = append(e.pairs, p)
		}
		if len(e.pairs) == 40 {
			break
		}
	}
	run, err := stages.Pretrain{}.Start(e.setup(simd.New()))
	if err != nil {
		return nil, err
	}
	defer run.Close()
	if _, _, err := steps(run, 3); err != nil {
		return nil, err
	}
	if e.parent, err = run.Save("manual"); err != nil {
		return nil, err
	}
	return e, e.makeReward()
}

func (e *education) makeReward() error {
	cfg, err := nn.ParseConfig(e.parent.Meta.Config)
	if err != nil {
		return err
	}
	c := e.parent.Clone()
	c.Meta.Stage, c.Tensors = "reward", c.Weights()
	opinion := make([]float32, cfg.Channels)
	r := tensor.NewRNG(7)
	for i := range opinion {
		opinion[i] = float32(5 * r.Normal())
	}
	c.Tensors = append(c.Tensors,
		checkpoint.Tensor{Name: nn.Score.Weight(), Shape: tensor.Shape{1, cfg.Channels}, Data: opinion},
		checkpoint.Tensor{Name: nn.Score.Bias(), Shape: tensor.Shape{1}, Data: []float32{3}})
	e.reward = c
	return nil
}

// setup is that of a run of which only the first steps are made: the last would
// be followed by measuring.
func (e *education) setup(be backend.Backend) stages.Setup {
	return stages.Setup{
		NewBackend: func() (backend.Backend, error) { return be, nil },
		Workers:    1, MaxWorkers: 1, Preset: "seed", Seed: 1, Run: "run", Questions: 2,
		Corpus: e.corpus, Tokenizer: e.tok, Town: e.town, Langs: []world.Lang{world.EN},
		Params: map[string]float64{
			"steps": 10, "context": context, "batch": 2, "eval_every": 1e5, "sample_every": 1e5, "checkpoint_every": 1e5,
			"lr": 1e-3, "warmup": 0,
		},
	}
}

// each makes a few steps of one stage of every kind, or of the named one.
func each(be *webgpu.Backend, only string) (all []taught, err error) {
	const n = 2
	e, err := newEducation()
	if err != nil {
		return nil, err
	}
	for _, stage := range []stages.Stage{
		stages.Pretrain{}, stages.SFT{}, stages.LoRA{}, stages.Reward{}, stages.PPO{}, stages.DPO{}, stages.GRPO{}, stages.SimPO{}, stages.Distill{},
	} {
		if only != "" && only != stage.Name() {
			continue
		}
		r := taught{Stage: stage.Name()}
		began := time.Now()
		for _, b := range []backend.Backend{kept{be}, simd.New()} {
			s := e.setup(b)
			if stage.Name() != "pretrain" {
				s.Parent, s.Preset = e.parent, ""
			}
			switch stage.Name() {
			case "reward", "dpo", "simpo":
				s.Pairs, s.Corpus = e.pairs, nil
			case "ppo", "grpo":
				s.Reward, s.Corpus = e.reward, nil
				for k, v := range map[string]float64{"prompts": 2, "batch": 4, "epochs": 2, "max_tokens": 4, "target_kl": 0, "context": 0} {
					s.Params[k] = v
				}
				if stage.Name() == "grpo" {
					s.Params["group"] = 2
				}
			case "distill":
				s.Teacher, s.Parent, s.Preset = e.parent, nil, ""
			}
			run, err := stage.Start(s)
			if err != nil {
				return all, fmt.Errorf("%s on %s: %w", stage.Name(), b.Name(), err)
			}
			losses, norms, err := steps(run, n)
			run.Close()
			if err != nil {
				return all, fmt.Errorf("%s on %s: %w", stage.Name(), b.Name(), err)
			}
			r.Norms = append(r.Norms, norms...)
			if r.WebGPU == nil {
				r.WebGPU = losses
			} else {
				r.SIMD = losses
			}
		}
		for i := range n {
			for _, x := range [2][2]float64{{r.WebGPU[i], r.SIMD[i]}, {r.Norms[i], r.Norms[n+i]}} {
				r.Apart = max(r.Apart, math.Abs(x[0]-x[1])/max(math.Abs(x[1]), 1e-2))
			}
		}
		fmt.Fprintf(os.Stderr, "%s: %.2g apart, %v\n", r.Stage, r.Apart, time.Since(began).Round(time.Second))
		all = append(all, r)
	}
	return all, nil
}

// steps makes so many, whatever comes before each.
func steps(run stages.Run, n int) (losses, norms []float64, err error) {
	for len(losses) < n {
		r, err := run.Step()
		if err != nil {
			return nil, nil, err
		}
		if r.Part == nil {
			losses, norms = append(losses, r.Metrics.TrainLoss), append(norms, r.Metrics.GradNorm)
		}
	}
	return losses, norms, nil
}
