package stages

import (
	"context"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"sprout/core/backend"
	"sprout/core/backend/simd"
	"sprout/core/checkpoint"
	"sprout/core/gen"
	"sprout/core/nn"
	"sprout/core/problem"
	"sprout/core/tensor"
	"sprout/core/text"
	"sprout/core/world"
)

func loraSetup(t *testing.T, params map[string]float64) Setup {
	t.Helper()
	s := sftSetup(t, map[string]float64{"rank": 3, "alpha": 6, "lr": 2e-2, "warmup": 3})
	for k, v := range params {
		s.Params[k] = v
	}
	s.Corpus = nil
	return s
}

func startLoRA(t *testing.T, s Setup) *trainer {
	t.Helper()
	run, err := LoRA{}.Start(s)
	require.NoError(t, err)
	t.Cleanup(run.Close)
	return run.(*trainer)
}

// requireBase holds the model under an adapter against the one it began as, bit
// for bit.
func requireBase(t *testing.T, base *checkpoint.Checkpoint, p *nn.Params) {
	t.Helper()
	require.NoError(t, p.Dump(func(name string, _ tensor.Shape, data []float32) {
		want, ok := base.Tensor(name)
		require.True(t, ok, name)
		for i, x := range want.Data {
			require.Equal(t, math.Float32bits(x), math.Float32bits(data[i]), name)
		}
	}))
}

// LoRA and DoRA learn; the model under them does not change, and what was
// learned is a checkpoint of its own.
func TestLoRALearnsAndLeavesTheModel(t *testing.T) {
	natively(t)
	for name, dora := range map[string]float64{"LoRA": 0, "DoRA": 1} {
		t.Run(name, func(t *testing.T) {
			s := loraSetup(t, map[string]float64{"steps": 60, "dora": dora, "k_proj": 0})
			run := startLoRA(t, s)
			// Before the first step nothing is changed, LoRA not by a bit.
			prompt := [][]int32{s.Tokenizer.ChatPrompt([]text.Turn{{Role: text.RoleUser, Content: "what does the fox eat?"}})}
			with, err := run.Rollout(prompt, rolling)
			require.NoError(t, err)
			without, err := run.plainRollout(prompt, rolling)
			require.NoError(t, err)
			if dora == 0 {
				require.Equal(t, without, with)
			}
			r := steps(t, run, 60)
			require.Less(t, r[59].Metrics.TrainLoss, 0.92*r[0].Metrics.TrainLoss) // the model is hardly trained)
			require.Less(t, *r[59].Metrics.HeldOutLoss, *r[9].Metrics.HeldOutLoss)
			requireBase(t, s.Parent, run.Model())
			after, err := run.plainRollout(prompt, rolling)
			require.NoError(t, err)
			require.Equal(t, without, after, "the model alone answers as before")
			with, err = run.Rollout(prompt, rolling)
			require.NoError(t, err)
			require.NotEqual(t, without, with)

			cfg := run.model.Adapter.Config
			require.NotContains(t, cfg.Targets, "k_proj")
			trained, all := cfg.ParamCount(run.cfg), run.cfg.ParamCount()
			info := run.Info()
			require.Equal(t, trained, info.Trained)
			require.Equal(t, all+trained, info.Parameters)
			require.InEpsilon(t, float64(trained)/float64(all+trained), r[59].Metrics.Measures["trainable_fraction"], 1e-12)

			c := save(t, run)
			require.NoError(t, c.Check(cfg.Specs(run.cfg)))
			require.Equal(t, s.Parent.Meta.ID, c.Meta.Parent)
			require.Equal(t, trained, c.Meta.Parameters)
			require.NotNil(t, c.Meta.Adapter)
			back, err := nn.ParseAdapterConfig(c.Meta.Adapter.Config)
			require.NoError(t, err)
			require.Equal(t, cfg, back)
			for _, x := range c.Weights() {
				require.True(t, strings.HasPrefix(x.Name, "base_model.model.model.layers."), x.Name)
			}
		})
	}
}

// An adapter goes through a store and on with its model, to the same bits.
func TestLoRAResumesThroughAStore(t *testing.T) {
	s := loraSetup(t, map[string]float64{"dora": 1})
	whole := startLoRA(t, s)
	want := steps(t, whole, 20)
	half := startLoRA(t, s)
	steps(t, half, 7)
	store := checkpoint.NewMemory(0, nil)
	ctx := context.Background()
	ck := save(t, half)
	for _, c := range []*checkpoint.Checkpoint{s.Parent, ck} {
		require.NoError(t, store.Put(ctx, c))
	}
	again := s
	var err error
	again.Resume, err = store.Get(ctx, ck.Meta.ID, checkpoint.Everything)
	require.NoError(t, err)
	require.Equal(t, ck.Meta.Adapter, again.Resume.Meta.Adapter)
	again.Parent, err = store.Get(ctx, again.Resume.Meta.Parent, checkpoint.Weights)
	require.NoError(t, err)
	again.Params, again.Preset, again.Seed = nil, "", 99
	rest := startLoRA(t, again)
	require.Equal(t, want[7:], steps(t, rest, 13))
	a, b := save(t, whole), save(t, rest)
	require.Equal(t, a.Tensors, b.Tensors)
	require.Equal(t, a.Meta.Parent, b.Meta.Parent)
	require.Equal(t, a.Meta.Adapter, b.Meta.Adapter)
	requireBase(t, s.Parent, rest.Model())
}

// Workers that are built elsewhere know nothing of the model before their first
// job.
func TestLoRAWorkersChangeNoBit(t *testing.T) {
	s := loraSetup(t, map[string]float64{"eval_every": 3, "sample_every": 4})
	one := startLoRA(t, s)
	want := follow(t, one)
	plain, err := one.plainRollout(prompts(9, one.cfg.Vocab), rolling)
	require.NoError(t, err)
	for _, workers := range []int{2, 3} {
		s := s
		s.Workers, s.Spawn = workers, elsewhere
		run := startLoRA(t, s)
		require.Equal(t, want, follow(t, run), "%d workers", workers)
		got, err := run.plainRollout(prompts(9, one.cfg.Vocab), rolling)
		require.NoError(t, err)
		require.Equal(t, plain, got)
	}
}

// An adapter's checkpoint and that of its model make the model of the run again,
// and merged one that needs no adapter, from which other stages go on.
func TestLoadAndMergeAdapters(t *testing.T) {
	for _, dora := range []float64{0, 1} {
		s := loraSetup(t, map[string]float64{"dora": dora})
		run := startLoRA(t, s)
		steps(t, run, 6)
		adapter := save(t, run)
		ask := prompts(5, run.cfg.Vocab)
		want, err := run.Rollout(ask, rolling)
		require.NoError(t, err)
		answers := func(p *nn.Params) []gen.Sequence {
			services := newServices(p)
			defer services.close()
			out, err := services.rollout(ask, rolling)
			require.NoError(t, err)
			return out
		}
		p, err := LoadModel(simd.New(), adapter, s.Parent)
		require.NoError(t, err)
		require.Equal(t, want, answers(p))

		merged, err := MergeAdapter(simd.New(), adapter, s.Parent)
		require.NoError(t, err)
		require.NoError(t, merged.Check(nn.Specs(run.cfg)))
		require.Equal(t, adapter.Meta.ID, merged.Meta.Parent)
		require.Len(t, merged.Meta.Ancestors, 2)
		require.NotNil(t, adapter.Meta.Adapter)
		q, err := LoadModel(simd.New(), merged, nil)
		require.NoError(t, err)
		for i, x := range answers(q) {
			require.Equal(t, want[i].Tokens, x.Tokens)
			require.InDeltaSlice(t, want[i].ModelLogProbs, x.ModelLogProbs, 1e-4)
		}
		require.Equal(t, "sft", startSFT(t, Setup{
			NewBackend: s.NewBackend, Workers: 1, Tokenizer: s.Tokenizer, Conversations: s.Conversations, Parent: merged,
			Params: map[string]float64{"steps": 1},
		}).Info().Stage)

		for _, bad := range []struct {
			code string
			base *checkpoint.Checkpoint
		}{{"adapter_base_missing", nil}, {"adapter_base", merged}} {
			_, err = LoadModel(simd.New(), adapter, bad.base)
			require.Error(t, err)
			require.Equal(t, bad.code, problem.From(err).Code)
		}
	}
}

func TestBadLoRASetups(t *testing.T) {
	s := loraSetup(t, nil)
	run := startLoRA(t, s)
	steps(t, run, 2)
	adapter := save(t, run)
	other, _ := parent(t)
	other.Tensors[0].Data[5]++

	resume := s
	resume.Resume, resume.Preset = adapter, ""
	fails := func(code string, stage Stage, s Setup) {
		t.Helper()
		r, err := stage.Start(s)
		if err == nil {
			r.Close()
		}
		require.Error(t, err, code)
		require.Equal(t, code, problem.From(err).Code)
	}
	alone := resume
	alone.Parent = nil
	fails("adapter_base_missing", LoRA{}, alone)
	wrong := resume
	wrong.Parent = other
	fails("adapter_base", LoRA{}, wrong)
	from := s
	from.Parent = adapter
	fails("parent_adapter", LoRA{}, from)
	fails("parent_adapter", SFT{}, from)
	fresh := s
	fresh.Parent = nil
	fails("parent_missing", LoRA{}, fresh)
	none := s
	none.Params = map[string]float64{}
	for _, name := range nn.AdapterTargets() {
		none.Params[name] = 0
	}
	fails("adapter_config", LoRA{}, none)
	skill := s
	skill.Params = map[string]float64{"skill": 3}
	fails("param_range", LoRA{}, skill)
	talk := resume // another adapter's data
	talk.Conversations = talks(19)
	fails("resume_data", LoRA{}, talk)
}

// Every size's adapter is below a twentieth of its model.
func TestAdaptersAreSmall(t *testing.T) {
	for _, p := range nn.Presets {
		values, err := settings(LoRA{}.Params(p), nil)
		require.NoError(t, err)
		cfg := p.For(1024)
		trained := LoRA{}.adapter(values).ParamCount(cfg)
		require.Less(t, float64(trained)/float64(trained+cfg.ParamCount()), 0.05, p.Name)
	}
}

// The town's examples in each skill are in its style, and in that of no other.
func TestSkillConversations(t *testing.T) {
	natively(t)
	town := world.New(world.Config{Seed: 1})
	for _, skill := range world.Skills {
		for _, lang := range world.Langs {
			c := SkillConversations(town, skill, lang)
			require.Equal(t, TownConversations(town, lang).Train[7].Turns[0], c.Train[7].Turns[0], "the questions are those of SFT")
			for _, docs := range [][]text.Doc{c.Train[:200], c.HeldOut} {
				for _, d := range docs {
					for _, other := range world.Skills {
						require.Equal(t, other == skill, world.InStyle(d.Turns[1].Content, lang, other), d.Turns[1].Content)
					}
				}
			}
		}
	}
}

// On a town the style is measured with the adapter and without it.
func TestLoRAOnATown(t *testing.T) {
	natively(t)
	town := world.New(world.Config{Seed: 1})
	var docs []text.Doc
	for _, d := range town.Texts(world.Train, 60_000) {
		docs = append(docs, text.TextDoc(d))
	}
	tok, err := text.TrainBPE(docs, text.BPEOptions{Merges: 200})
	require.NoError(t, err)
	s := Setup{
		NewBackend: func() (backend.Backend, error) { return simd.New(), nil },
		Workers:    1, MaxWorkers: 1, Preset: "seed", Seed: 1, Tokenizer: tok, Town: town,
		Corpus: &text.Corpus{Train: docs[:len(docs)-4], HeldOut: docs[len(docs)-4:]},
		Params: map[string]float64{"steps": 2, "context": 32, "batch": 2, "eval_every": 2},
	}
	first := start(t, s)
	s.Parent, s.Preset = save(t, first), ""
	s.Params = map[string]float64{"steps": 4, "batch": 2, "eval_every": 2, "skill": 1}
	run := startLoRA(t, s)
	m := steps(t, run, 4)[3].Metrics
	for _, key := range []string{"style_on", "style_off", "trainable_fraction", "exact_match_combos", "honest"} {
		require.Contains(t, m.Measures, key)
	}
	g := run.eval.(*skillGauge)
	require.Len(t, g.questions, quickQuestions)
	g.rollout = func(prompts [][]int32, _ gen.Options) ([]gen.Sequence, error) { // a poet
		out := make([]gen.Sequence, len(prompts))
		for i := range out {
			rng := tensor.NewRNG(uint64(i))
			out[i].Tokens = append(tok.Encode(town.Style(g.questions[i], world.Poet, &rng)), text.EOS)
		}
		return out, nil
	}
	on, err := g.inStyle(g.rollout)
	require.NoError(t, err)
	require.EqualValues(t, 1, on)
	s.Params["skill"] = 2
	other := startLoRA(t, s)
	require.NotEqual(t, run.print, other.print, "another skill is another text to learn")

	// The model under the adapter is its parent, and one changed bit shows.
	same, err := g.identical()
	require.NoError(t, err)
	require.EqualValues(t, 1, same)
	saved := run.Parent
	run.Parent = saved.Clone()
	x := run.Parent.Tensors[0].Data
	x[0] = math.Float32frombits(math.Float32bits(x[0]) ^ 1)
	same, err = g.identical()
	require.NoError(t, err)
	require.Zero(t, same)
	run.Parent = saved
	require.NoError(t, run.model.Load(func(name string) []float32 {
		w, _ := saved.Tensor(name)
		return w.Data
	}))

	// A base is asked by its run as by itself, with as many questions as are
	// wanted; the host is not kept waiting.
	rests := 0
	s.Yield, s.Questions, s.Params = func() { rests++ }, 5, map[string]float64{"steps": 2, "batch": 2, "context": 32}
	base := start(t, s)
	asked, err := AskBase(base, s)
	require.NoError(t, err)
	require.Len(t, asked, 4)
	require.NotZero(t, rests)
	s.Questions = 0
	alone := newServices(base.Model())
	defer alone.close()
	want, err := askBase(subject{rollout: alone.rollout, tok: tok, town: town, context: base.Model().Config.Context})
	require.NoError(t, err)
	have, err := AskBase(base, s)
	require.NoError(t, err)
	require.Equal(t, want, have)
	s.Town = nil
	asked, err = AskBase(base, s)
	require.NoError(t, err)
	require.Empty(t, asked)
}
