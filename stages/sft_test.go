package stages

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"sprout/core/backend"
	"sprout/core/backend/simd"
	"sprout/core/checkpoint"
	"sprout/core/nn"
	"sprout/core/parallel"
	"sprout/core/problem"
	"sprout/core/text"
	"sprout/core/world"
)

// lesson is a conversation about an animal's food.
func lesson(i int) text.Doc {
	animal := []string{"fox", "dog", "owl", "hen", "bee"}[i%5]
	food := []string{"fish", "pie", "corn", "nuts"}[i%4]
	return exchange(fmt.Sprintf("what does the %s eat, case %d?", animal, i%7), fmt.Sprintf("the %s eats %s.", animal, strings.Repeat(food+" ", 1+i%3)))
}

func talks(n int) *text.Corpus {
	c := &text.Corpus{Name: "talks", Format: "jsonl"}
	for i := range n {
		c.Train = append(c.Train, lesson(i))
	}
	for i := range 6 {
		c.HeldOut = append(c.HeldOut, lesson(100+7*i))
	}
	return c
}

// parent is a model that has read about foxes, and can read the lessons.
func parent(t *testing.T) (*checkpoint.Checkpoint, *text.Tokenizer) {
	t.Helper()
	s := setup(map[string]float64{"steps": 3})
	s.Tokenizer = text.TrainChar(append(s.Corpus.All(), talks(20).All()...), text.CharOptions{})
	run := start(t, s)
	steps(t, run, 3)
	return save(t, run), s.Tokenizer
}

func sftSetup(t *testing.T, params map[string]float64) Setup {
	t.Helper()
	s := setup(nil)
	s.Parent, s.Tokenizer = parent(t)
	s.Conversations = talks(20)
	s.Params = map[string]float64{"steps": 20, "context": 128, "batch": 5, "eval_every": 10, "sample_every": 5, "checkpoint_every": 10}
	for k, v := range params {
		s.Params[k] = v
	}
	return s
}

func startSFT(t *testing.T, s Setup) *trainer {
	t.Helper()
	run, err := SFT{}.Start(s)
	require.NoError(t, err)
	t.Cleanup(run.Close)
	return run.(*trainer)
}

// The learned tokens are exactly the assistant's words and the EOS behind them,
// in every turn. A mask shifted by one in either direction is another one.
func TestOnlyAnswersAreLearned(t *testing.T) {
	tok := text.NewByte()
	turns := []text.Turn{
		{Role: text.RoleSystem, Content: "Be kind."},
		{Role: text.RoleUser, Content: "A?"},
		{Role: text.RoleAssistant, Content: "yes"},
		{Role: text.RoleUser, Content: "B?"},
		{Role: text.RoleAssistant, Content: "no!"},
	}
	c := NewConversation(tok, turns, true)
	var learned []int32
	for i, l := range c.Learned {
		if l {
			learned = append(learned, c.Tokens[i])
		}
	}
	want := append(append(tok.Encode("yes"), text.EOS), append(tok.Encode("no!"), text.EOS)...)
	require.Equal(t, want, learned)

	n := c.positions()
	inputs, targets, mask := make([]int32, n), make([]int32, n), make([]float32, n)
	c.place(inputs, targets, mask)
	var scored []int32
	for i, m := range mask {
		if m != 0 {
			scored = append(scored, targets[i])
		}
	}
	require.Equal(t, want, scored, "the mask belongs to the targets")
	first := slices.Index(mask, 1)
	require.Equal(t, text.Assistant, inputs[first], "the first word follows the role token")

	all := NewConversation(tok, turns, false)
	require.Equal(t, len(all.Tokens)-1, all.learns())
	require.False(t, all.Learned[0])
}

// A sample answers the last question that the model can read whole.
func TestSamplesAnswerWhatFits(t *testing.T) {
	tok := text.NewByte()
	long := strings.Repeat("long ", 20)
	docs := []text.Doc{
		{Turns: append(lesson(1).Turns, append(exchange("and now?", "pie.").Turns, text.Turn{Role: text.RoleUser, Content: "thanks"})...)},
		{Turns: append(exchange("short?", "yes.").Turns, exchange(long, "no.").Turns...)},
		exchange(long, "no."),
		{Turns: []text.Turn{{Role: text.RoleAssistant, Content: "hello"}}},
	}
	var shown []string
	for _, o := range openings(tok, docs, 90) {
		shown = append(shown, o.shown)
		require.Equal(t, text.Assistant, o.tokens[len(o.tokens)-1])
	}
	require.Equal(t, []string{"and now?", "short?", ""}, shown)
}

// Every conversation is in exactly one window of an epoch, none is too full, and
// few positions are wasted. A window does not depend on those asked for before.
func TestPackingIsWholeTightAndPure(t *testing.T) {
	p := packer{T: 50, seed: 3}
	total := 0
	for i := range 400 {
		p.lengths = append(p.lengths, 3+i*7%31)
		total += p.lengths[i]
	}
	p.window(0)
	require.Less(t, float64(len(p.windows)*p.T), 1.05*float64(total))
	var epochs [2][]int
	n := 0
	for e := range epochs {
		for ; len(epochs[e]) < len(p.lengths); n++ {
			used := 0
			for _, c := range p.window(n) {
				used += p.lengths[c]
				epochs[e] = append(epochs[e], c)
			}
			require.LessOrEqual(t, used, p.T)
		}
	}
	require.NotEqual(t, epochs[0], epochs[1])
	for e := range epochs {
		slices.Sort(epochs[e])
		require.Len(t, epochs[e], len(p.lengths))
		for i, c := range epochs[e] {
			require.Equal(t, i, c)
		}
	}
	late := slices.Clone(p.window(n - 1))
	again := packer{T: p.T, seed: p.seed, lengths: p.lengths}
	require.Equal(t, late, again.window(n-1))
	again.window(0)
	require.Equal(t, late, again.window(n-1), "going back changes nothing")
	require.NotEqual(t, late, (&packer{T: p.T, seed: 4, lengths: p.lengths}).window(n-1))
}

// gradientOf computes a batch with the training graph, sums and gradient.
func gradientOf(t *testing.T, weights *checkpoint.Checkpoint, batch int, T int, b *parallel.Batch) (sums []float64, grad []float32) {
	t.Helper()
	cfg, err := nn.ParseConfig(weights.Meta.Config)
	require.NoError(t, err)
	cfg.Context = max(cfg.Context, T)
	be := simd.New()
	p, err := nn.NewParams(be, cfg)
	require.NoError(t, err)
	require.NoError(t, p.Load(named(weights, "")))
	g, err := parallel.NewGroup(conversationModel(p, T), batch, parallel.Crew{})
	require.NoError(t, err)
	defer g.Close()
	got, err := g.Compute(b)
	require.NoError(t, err)
	grad = make([]float32, g.Grad.Len())
	require.NoError(t, be.Read(grad, g.Grad))
	return slices.Clone(got), grad
}

// Conversations that share windows have the losses and the gradient of the same
// conversations in rows of their own, whatever stands in the padding and
// whatever the labels of what is only read.
func TestPackedEqualsAlone(t *testing.T) {
	ck, tok := parent(t)
	const T = 128
	all := render(tok, talks(12).Train)
	l := newLessons(all, nil, 0, 1, 4, T)
	l.window(0)
	n := len(l.windows)
	require.Less(t, n, 10, "several share a window")

	packed := newLessons(all, nil, 0, 1, n, T)
	var b parallel.Batch
	packed.fill(0, &b)
	sums, grad := gradientOf(t, ck, n, T, &b)

	alone := newLessons(all, nil, 0, 1, len(all), T)
	for i := range all {
		alone.row(i, []int{i})
	}
	var a parallel.Batch
	a.Rows, a.Scale = len(all), b.Scale
	a.Ints, a.Floats = [][]int32{alone.inputs, alone.targets, alone.pos, alone.from}, [][]float32{alone.mask, alone.talk}
	wantSums, wantGrad := gradientOf(t, ck, len(all), T, &a)
	require.InEpsilon(t, wantSums[0], sums[0], 1e-6)
	require.Equal(t, sums[0], sums[1], "all of it is conversation")
	require.Less(t, distance(grad, wantGrad), 1e-5)

	// Without the limit of sight, or with positions that go on, it is not the same.
	blind := slices.Clone(packed.from)
	clear(packed.from)
	wrong, _ := gradientOf(t, ck, n, T, &b)
	require.Greater(t, relative(wrong[0], sums[0]), 1e-4)
	copy(packed.from, blind)
	pos := slices.Clone(packed.pos)
	for i := range packed.pos {
		packed.pos[i] = int32(i % T)
	}
	shifted, _ := gradientOf(t, ck, n, T, &b)
	require.Less(t, relative(shifted[0], sums[0]), 1e-4, "rotary positions are relative")
	copy(packed.pos, pos)

	padded := 0
	for i, m := range packed.mask {
		if m == 0 {
			packed.targets[i] = int32(i % tok.Vocab()) // labels that nobody learns
		}
		if packed.inputs[i] == text.Pad {
			packed.inputs[i] = 5
			padded++
		}
	}
	require.NotZero(t, padded)
	again, gradAgain := gradientOf(t, ck, n, T, &b)
	require.Equal(t, sums, again)
	require.Equal(t, grad, gradAgain)
}

func relative(got, want float64) float64 { return max(got-want, want-got) / want }

// Replay takes its share of the rows exactly in the long run, learns its whole
// windows, and the batch's scale counts every learned token.
func TestReplayHasItsShare(t *testing.T) {
	s := sftSetup(t, map[string]float64{"replay": 0.3, "batch": 4})
	tr := startSFT(t, s)
	T, rows := 128, 0
	var b parallel.Batch
	for step := range 50 {
		tr.fill(step, &b)
		learned := 0
		for r := range 4 {
			whole := true
			for i := r * T; i < (r+1)*T; i++ {
				whole = whole && b.Floats[0][i] == 1 && b.Floats[1][i] == 0 && b.Ints[3][i] == 0
				learned += int(b.Floats[0][i])
			}
			if whole {
				rows++
			}
		}
		require.InEpsilon(t, 1/float64(learned), b.Scale, 1e-6)
	}
	require.Equal(t, 60, rows)
	r := steps(t, tr, 10)
	require.Positive(t, r[9].Metrics.Measures["replay_loss"])
	require.Positive(t, r[9].Metrics.Measures["text_bits_per_byte"])
}

func TestSFTLearnsReportsAndDescends(t *testing.T) {
	s := sftSetup(t, map[string]float64{"steps": 60, "replay": 0.2, "lr": 5e-3})
	run := startSFT(t, s)
	require.Empty(t, run.Info().Notes)
	r := steps(t, run, 60)
	require.Less(t, r[59].Metrics.TrainLoss, r[0].Metrics.TrainLoss/2)
	require.Less(t, *r[59].Metrics.HeldOutLoss, *r[9].Metrics.HeldOutLoss)
	require.Contains(t, r[59].Sample.Prompt, "what does the")
	require.NotContains(t, r[59].Sample.Text, "<|")
	e, err := run.Evaluate()
	require.NoError(t, err)
	require.Positive(t, e.Tokens)
	c := save(t, run)
	require.Equal(t, s.Parent.Meta.ID, c.Meta.Parent)
	require.Equal(t, "sft", c.Meta.Stage)

	s.Parent, s.Params = c, nil // it can be taught further
	require.Equal(t, "sft", startSFT(t, s).Info().Stage)
}

// The held-out loss is that of assistant's tokens, also where questions are
// learned too.
func TestLossMaskOffLearnsQuestions(t *testing.T) {
	on, off := startSFT(t, sftSetup(t, nil)), startSFT(t, sftSetup(t, map[string]float64{"loss_mask": 0}))
	a, err := on.Evaluate()
	require.NoError(t, err)
	b, err := off.Evaluate()
	require.NoError(t, err)
	require.Positive(t, b.Measures["question_loss"])
	delete(b.Measures, "question_loss")
	require.Equal(t, a, b)
	var x, y parallel.Batch
	on.fill(0, &x)
	off.fill(0, &y)
	require.Equal(t, x.Ints, y.Ints)
	require.Greater(t, x.Scale, y.Scale)
	for i, m := range x.Floats[0] {
		require.LessOrEqual(t, m, y.Floats[0][i])
	}
}

func TestSFTWorkersAndResumeChangeNoBit(t *testing.T) {
	s := sftSetup(t, nil)
	whole := startSFT(t, s)
	want := steps(t, whole, 20)
	for workers := 2; workers <= 3; workers++ {
		s := s
		s.Workers, s.Spawn = workers, elsewhere
		run := startSFT(t, s)
		require.Equal(t, want, steps(t, run, 20))
		require.Equal(t, save(t, whole).Tensors, save(t, run).Tensors)
	}
	half := startSFT(t, s)
	steps(t, half, 7)
	again := s
	again.Parent, again.Resume, again.Params, again.Preset, again.Seed = nil, save(t, half), nil, "", 99
	rest := startSFT(t, again)
	require.Equal(t, want[7:], steps(t, rest, 13))
	a, b := save(t, whole), save(t, rest)
	require.Equal(t, a.Tensors, b.Tensors)
	require.JSONEq(t, string(a.History), string(b.History))
	require.Equal(t, a.Meta.Parent, b.Meta.Parent)
}

func TestBadSFTSetups(t *testing.T) {
	good := sftSetup(t, nil)
	half := startSFT(t, good)
	steps(t, half, 1)
	long := exchange(strings.Repeat("what ", 40), "the fox.")
	for code, change := range map[string]func(*Setup){
		"parent_missing":   func(s *Setup) { s.Parent = nil },
		"parent_stage":     func(s *Setup) { s.Parent.Meta.Stage = "reward" },
		"parent_preset":    func(s *Setup) { s.Preset = "sprout" },
		"parent_tokenizer": func(s *Setup) { s.Tokenizer = text.NewByte() },
		"parent_vocab":     func(s *Setup) { s.Parent.Tokenizer = nil; s.Tokenizer = text.NewByte() },
		"checkpoint_tensor_missing": func(s *Setup) {
			s.Parent.Tensors = s.Parent.Tensors[1:]
		},
		"model_config": func(s *Setup) {
			s.Parent.Meta.Config = []byte(strings.Replace(string(s.Parent.Meta.Config), `"hidden_size":48`, `"hidden_size":50`, 1))
		},
		"conversations_missing":  func(s *Setup) { s.Conversations = &text.Corpus{Train: []text.Doc{lesson(1)}} },
		"conversations_too_long": func(s *Setup) { s.Conversations = &text.Corpus{Train: []text.Doc{long, long}} },
		"replay_without_text":    func(s *Setup) { s.Corpus, s.Params["replay"] = nil, 0.5 },
		"param_range":            func(s *Setup) { s.Params["replay"] = 1 },
		"resume_data": func(s *Setup) {
			s.Resume, s.Parent, s.Conversations = save(t, half), nil, talks(21)
		},
	} {
		s := sftSetup(t, nil)
		change(&s)
		_, err := SFT{}.Start(s)
		require.Equal(t, code, problem.From(err).Code, "%v", err)
	}

	s := sftSetup(t, nil)
	s.Corpus, s.Conversations = talks(20), nil // conversations alone: nothing is replayed
	run := startSFT(t, s)
	require.Zero(t, run.Info().Params["replay"])
	steps(t, run, 2)

	s = sftSetup(t, nil)
	s.Conversations.Train = append(s.Conversations.Train, long, exchange("what?", strings.Repeat("fox ", 60)))
	notes := startSFT(t, s).Info().Notes
	require.Len(t, notes, 1)
	require.Equal(t, problem.Args{"cut": 2, "lost": 1, "context": 128}, notes[0].Args)
}

// On a town everything is measured that the graders can tell.
func TestSFTOnATown(t *testing.T) {
	natively(t)
	town := world.New(world.Config{Seed: 1})
	var docs []text.Doc
	for _, d := range town.Texts(world.Train, 60_000) {
		docs = append(docs, text.TextDoc(d))
	}
	corpus := &text.Corpus{Train: docs[:len(docs)*9/10], HeldOut: docs[len(docs)*9/10:]}
	tok, err := text.TrainBPE(corpus.Train, text.BPEOptions{Merges: 200})
	require.NoError(t, err)
	s := Setup{
		NewBackend: func() (backend.Backend, error) { return simd.New(), nil },
		Workers:    1, MaxWorkers: 1, Preset: "seed", Seed: 1, Corpus: corpus, Tokenizer: tok, Town: town,
		Params: map[string]float64{"steps": 2, "context": 32, "batch": 2, "eval_every": 2},
	}
	first := start(t, s)
	s.Parent, s.Preset = save(t, first), ""
	s.Params = map[string]float64{"steps": 2, "batch": 2, "eval_every": 2, "sample_every": 2}
	run := startSFT(t, s)
	m := steps(t, run, 2)[1].Metrics
	require.NotNil(t, m.Recall)
	for _, key := range []string{"exact_match_combos", "exact_match_residents", "honest", "false_refusals", "text_bits_per_byte", "replay_loss"} {
		require.Contains(t, m.Measures, key)
	}

	// Written answers and their grades do not depend on the workers, nor does a
	// model measured by itself differ from one measured in its run.
	s.Workers = 2
	two := startSFT(t, s)
	require.Equal(t, m, steps(t, two, 2)[1].Metrics)
	g := run.eval.(*answerGauge)
	alone := newServices(run.model)
	defer alone.close()
	other := *g
	other.rollout = alone.rollout
	a, err := g.unequal()
	require.NoError(t, err)
	b, err := other.unequal()
	require.NoError(t, err)
	require.Equal(t, a, b)

	base, err := AskBase(run, Setup{Town: town, Langs: []world.Lang{world.EN}})
	require.NoError(t, err)
	require.Len(t, base, 4)
	q := town.Questions(world.HeldCombos, world.EN)[0]
	for shots, lines := range []int{2, 4, 6, 8} {
		ids := transcript(town, q, shots, tok, 1000)
		require.Equal(t, text.EOS, ids[0])
		require.Equal(t, lines-1, strings.Count(string(tok.Decode(ids[1:])), "\n"))
		require.LessOrEqual(t, len(transcript(town, q, shots, tok, 90)), 90)
	}

	for _, s := range quiz(town, nil, true) {
		require.NotEmpty(t, s.questions, s.name)
		if s.name == "honest" {
			require.Len(t, s.questions, wholeQuestions)
		}
		for _, q := range s.questions {
			require.Equal(t, s.name == "honest", q.Ask == world.AskUnknown)
		}
	}
	require.Len(t, g.quiz, 3)
	require.Len(t, g.heldOut, quickTalks)

	// No held-out question is among the examples.
	c := TownConversations(town)
	require.Len(t, c.Train, townExamples)
	seen := map[string]bool{}
	for _, d := range c.Train {
		seen[d.Turns[0].Content] = true
	}
	for _, d := range c.HeldOut {
		require.False(t, seen[d.Turns[0].Content], d.Turns[0].Content)
	}
	require.Len(t, c.HeldOut, 4*townHeldOut)
	for i, d := range TownConversations(town, world.ZH).Train[:50] {
		require.Regexp(t, `\p{Han}`, d.Turns[0].Content, "example %d", i)
	}
}
