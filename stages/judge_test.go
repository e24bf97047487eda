package stages

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"sprout/core/checkpoint"
	"sprout/core/parallel"
	"sprout/core/problem"
	"sprout/core/text"
	"sprout/core/world"
)

// villager is a model that has read a little about a town, and its corpus.
func villager(t *testing.T) (Setup, *world.Town) {
	t.Helper()
	town := world.New(world.Config{Seed: 1})
	s := setup(map[string]float64{"steps": 2})
	s.Corpus = &text.Corpus{Name: "town", Format: "town"}
	for _, doc := range town.Texts(world.Train, 20_000) {
		s.Corpus.Train = append(s.Corpus.Train, text.TextDoc(doc))
	}
	s.Corpus.HeldOut = s.Corpus.Train[:3]
	var err error
	s.Tokenizer, err = text.TrainBPE(s.Corpus.Train, text.BPEOptions{Merges: 700})
	require.NoError(t, err)
	run := start(t, s)
	steps(t, run, 2)
	s.Parent, s.Town = save(t, run), town
	s.Params = map[string]float64{
		"steps": 6, "batch": 4, "context": 256, "lr": 1e-3, "warmup": 0, "eval_every": 6, "checkpoint_every": 3, "sample_every": 6,
	}
	return s, town
}

// Notes and verdicts are learned where they are due. Verdicts are no input of one
// another; the last one is followed by the end of the turn. Up to the first of
// them a lesson is what a judge at work reads.
func TestLessonsOfAJudge(t *testing.T) {
	s, town := villager(t)
	tok := s.Tokenizer
	h, err := scriptOf(tok)
	require.NoError(t, err)
	require.Equal(t, "AB", string(tok.Decode(h.letters[:])))
	again := 0
	for number := range 40 {
		c := town.Comparison(number)
		var under []world.Comparison
		for _, p := range []world.Principle{c.Principles, world.Friendly, world.True, world.Brief} {
			if x, ok := c.Under(p); ok {
				under = append(under, x)
			}
		}
		x := h.newLesson(tok, under)
		x.replies[0].odd, x.replies[1].odd = x.replies[0].words[2:3], x.replies[1].words[1:3]
		lesson := x.conversation(&h)
		require.LessOrEqual(t, lesson.positions(), x.roomy(&h).positions()-2*oddWords+3)
		n := lesson.positions()
		inputs, targets, mask := make([]int32, n), make([]int32, n), make([]float32, n)
		lesson.place(inputs, targets, mask)
		require.Equal(t, append(x.shown(&h, false), h.rubric(under[0].Principles)...), inputs[:len(x.shown(&h, false))+len(h.rubric(under[0].Principles))])

		var learned, spoken []int32
		verdicts := 0
		for i := range n {
			switch {
			case mask[i] == 0:
				require.False(t, lesson.Again[i+1])
			case lesson.Again[i+1]:
				spoken = append(spoken, targets[i])
			default:
				learned = append(learned, targets[i])
				if inputs[i] == text.Assistant && i > len(x.shown(&h, false)) {
					require.Equal(t, h.of(under[verdicts]), targets[i])
					verdicts++
				}
			}
		}
		want := slices.Concat(h.notes(c.Grades[0], 0), h.notes(c.Grades[1], 1), x.right, []int32{text.EOS})
		require.Equal(t, want, learned)
		require.Equal(t, len(under), verdicts)
		if c.Grades[0].Correct {
			again++
			require.Equal(t, append(tok.Encode(c.A), text.EOS), spoken)
		} else {
			require.Empty(t, spoken)
		}
		letters := 0
		for _, id := range inputs {
			if id == h.letters[0] || id == h.letters[1] {
				letters++
			}
		}
		require.LessOrEqual(t, letters, 1+countOf(x.shown(&h, false), h.letters), "only the last verdict is read")
	}
	require.NotZero(t, again)
	_, err = scriptOf(text.TrainChar([]text.Doc{text.TextDoc("abc")}, text.CharOptions{}))
	require.Equal(t, "judge_letters", problem.From(err).Code)
}

// Notes say of an answer what its grade says, and nothing of it is lost.
func TestNotesOfAJudge(t *testing.T) {
	s, town := villager(t)
	h, err := scriptOf(s.Tokenizer)
	require.NoError(t, err)
	seen := map[string]bool{}
	for number := range 300 {
		for _, g := range town.Comparison(number).Grades {
			require.Equal(t, g, h.noted(h.notes(g, 0)))
			said := string(s.Tokenizer.Decode(h.notes(g, 0)))
			require.Equal(t, strings.ToLower(said), string(s.Tokenizer.Decode(h.notes(g, 1))))
			seen[said] = true
		}
	}
	require.Contains(t, seen, ".LSFHT")
	require.Contains(t, seen, ".LSx..")
	require.Equal(t, world.Grade{}, h.noted(nil), "a judge that writes nothing has found nothing")
	require.Equal(t, "<LSFHT>", "<"+string(s.Tokenizer.Decode(h.rubric(world.AllPrinciples)[1:6]))+">")
}

// Quoted are whole words, neighbours joined, each once.
func TestQuotedWords(t *testing.T) {
	tok := text.NewByte()
	r := reply{words: tok.Encode("Milo is an owl, 是的.")}
	for _, c := range []struct {
		at   []int
		want []string
	}{
		{nil, nil},
		{[]int{1}, []string{"Milo"}},
		{[]int{0, 3, 12}, []string{"Milo", "owl"}},
		{[]int{12, 14}, []string{"owl,"}},
		{[]int{4}, nil},
		{[]int{16, 17, 18}, []string{"是"}},
		{[]int{22}, []string{"."}},
	} {
		r.at = c.at
		require.Equal(t, c.want, r.quoted(tok), c.at)
	}
}

// What surprises most is quoted, in the order of the text.
func TestOddWords(t *testing.T) {
	require.Empty(t, odd([]int32{1, 2}, []float32{0, oddNats}))
	require.Equal(t, []int{1, 3, 4, 5}, odd([]int32{1, 2, 3, 4, 5, 6, 7}, []float32{5, 8, 1, 9, 6, 7, 5.5}))
}

func countOf(ids []int32, l letters) (n int) {
	for _, id := range ids {
		if slices.Contains(l[:], id) {
			n++
		}
	}
	return n
}

// Interrupted and resumed equals uninterrupted, with any workers; the letters
// are learned at once.
func TestJudgeResumesExactlyWithAnyWorkers(t *testing.T) {
	s, _ := villager(t)
	whole := startOn(t, TownJudge{}, s)
	reports := steps(t, whole, 6)
	want := save(t, whole)
	m := reports[5].Metrics
	for _, key := range []string{
		"agreement", "agreement_combos", "agreement_phrasings", "agreement_residents", "agreement_unknown",
		"agreement_true", "agreement_honest", "agreement_brief", "agreement_friendly", "agreement_same_language",
		"noted_true", "noted_friendly", "agreement_one_order", "position_bias", "text_bits_per_byte", "replay_loss",
	} {
		require.Contains(t, m.Measures, key)
	}
	require.Less(t, m.TrainLoss, reports[0].Metrics.TrainLoss-0.1)
	require.NotNil(t, reports[5].Sample)
	require.Equal(t, 2, strings.Count(reports[5].Sample.Prompt, "\n"), "a question and an answer, a line each")

	s.Workers, s.Spawn = 3, elsewhere
	first := startOn(t, TownJudge{}, s)
	require.Equal(t, reports[:3], steps(t, first, 3))
	again := s
	again.Resume, again.Parent, again.Params, again.Preset, again.Seed = save(t, first), nil, nil, "", 9
	second := startOn(t, TownJudge{}, again)
	require.Equal(t, reports[3:], steps(t, second, 3))
	got := save(t, second)
	require.Equal(t, want.Tensors, got.Tensors)
	require.JSONEq(t, string(want.State), string(got.State))

	other := again
	other.Town = world.New(world.Config{Seed: 2})
	_, err := TownJudge{}.Start(other)
	require.Equal(t, "resume_data", problem.From(err).Code)
}

// A judge at work says the same whoever computes, in any company, and as the
// probabilities of whole forward passes have it.
func TestSproutJudge(t *testing.T) {
	natively(t)
	s, town := villager(t)
	run := startOn(t, TownJudge{}, s)
	steps(t, run, 6)
	ck := save(t, run)
	var all []Comparison
	for i := range 9 {
		c := town.Comparison(i)
		all = append(all, Comparison{Prompt: turns(c.Question.Text, "")[:1], A: c.A, B: c.B, Lang: c.Question.Lang})
	}
	rules := Rules{Principles: world.True | world.Brief}
	var want []Judgement
	for _, workers := range []int{1, 3} {
		r := reader(t, ck, workers)
		j, err := NewSproutJudge(r, rules)
		require.NoError(t, err)
		got, err := j.Compare(t.Context(), all, nil)
		require.NoError(t, err)
		if workers == 1 {
			want = got
		}
		require.Equal(t, want, got)
		one, err := j.Compare(t.Context(), all[4:5], nil)
		require.NoError(t, err)
		require.Equal(t, want[4:5], one)
		swapped := all[4]
		swapped.A, swapped.B = swapped.B, swapped.A
		one, err = j.Compare(t.Context(), []Comparison{swapped}, nil)
		require.NoError(t, err)
		require.InDelta(t, 1-want[4].P, one[0].P, 1e-12, "the order in which a caller has them does not count")
		require.InDelta(t, want[4].Bias, one[0].Bias, 1e-12)

		var said [2]verdict
		h := j.script
		x := j.trial(all[4])
		require.NoError(t, quote(r.score, r.Model.Config.Context, []*trial{x}))
		for k, id := range x.replies[0].words {
			before := append(append(slices.Clone(x.asked), text.Assistant), x.replies[0].words[:k]...)
			surprising := -logProbAfter(t, r, before, id) > oddNats
			if slices.Contains(x.replies[0].at, k) {
				require.True(t, surprising)
			} else if len(x.replies[0].at) < oddWords {
				require.False(t, surprising)
			}
		}
		for k := range x.replies {
			said := x.replies[k].append(slices.Clone(x.asked), h.letters[0])
			for range qualities {
				said = append(said, likeliestAfter(t, r, said))
			}
			x.replies[k].notes = h.noted(said[len(said)-len(qualities):])
		}
		for order := range 2 {
			ids := append(x.shown(&h, order == 1), h.rubric(rules.Principles)...)
			said[order] = verdict{logProbAfter(t, r, ids, h.letters[0]), logProbAfter(t, r, ids, h.letters[1])}
		}
		require.InDelta(t, judged(said[0], said[1]).P, want[4].P, 1e-5)
	}
	require.NotEqual(t, want[0], want[1])
}

// logProbAfter is log p of a token behind a prompt.
func logProbAfter(t *testing.T, r *Reader, ids []int32, next int32) (lp float64) {
	t.Helper()
	c := Conversation{Tokens: append(slices.Clip(ids), next), Learned: make([]bool, len(ids)+1)}
	c.Learned[len(ids)] = true
	n := c.positions()
	var e evaluator
	e.batch.Ints, e.batch.Floats = make([][]int32, 2), make([][]float32, 1)
	b := e.rows(1, n)
	c.place(b.Ints[0], b.Ints[1], b.Floats[0])
	require.NoError(t, r.score(b, func(_ int, losses []float32) { lp = -float64(losses[n-1]) }))
	return lp
}

func likeliestAfter(t *testing.T, r *Reader, ids []int32) (best int32) {
	t.Helper()
	most := math.Inf(-1)
	for id := range int32(r.Model.Config.Vocab) {
		if lp := logProbAfter(t, r, ids, id); lp > most {
			best, most = id, lp
		}
	}
	return best
}

func reader(t *testing.T, ck *checkpoint.Checkpoint, workers int) *Reader {
	t.Helper()
	r, err := OpenReader(Examinee{Checkpoint: ck}, Machine{NewBackend: setup(nil).NewBackend, Workers: workers, Spawn: elsewhere})
	require.NoError(t, err)
	t.Cleanup(r.Close)
	return r
}

// A judge whose answer depends on the place alone says ½ of everything, exactly,
// whatever its weights are.
func TestABiasedJudgeSaysHalf(t *testing.T) {
	l := letters{7, 8}
	// The place is all that it knows: the same numbers for every prompt.
	serve := serving(func(_ string, b *parallel.Batch, _ []byte, collect func(int, parallel.Result) error) error {
		d := make([]float32, b.Rows)
		for i := range d {
			d[i] = 2.75
		}
		return collect(0, parallel.Result{Floats: d})
	})
	said, err := l.verdicts(serve, prompts(40, 50)[1:3], 64)
	require.NoError(t, err)
	j := judged(said[0], said[1])
	require.Equal(t, 0.5, j.P)
	require.InDelta(t, logistic(2.75)-0.5, j.Bias, 1e-12)
}

func TestJudgeProblems(t *testing.T) {
	s, _ := villager(t)
	none := s
	none.Town = nil
	_, err := TownJudge{}.Start(none)
	require.Equal(t, "judge_without_town", problem.From(err).Code)
	short := s
	short.Params = map[string]float64{"context": 16}
	_, err = TownJudge{}.Start(short)
	require.Equal(t, "conversations_too_long", problem.From(err).Code)

	r := reader(t, s.Parent, 1)
	_, err = NewSproutJudge(r, Rules{Principles: world.True})
	require.Equal(t, "judge_stage", problem.From(err).Code)
	r.Meta.Stage = "judge"
	_, err = NewSproutJudge(r, Rules{Principles: world.True, Free: []string{"Rhyme."}})
	require.Equal(t, "judge_free_text", problem.From(err).Code)
	_, err = NewSproutJudge(r, Rules{})
	require.Equal(t, "judge_no_rules", problem.From(err).Code)
	j, err := NewSproutJudge(r, Rules{Principles: world.True})
	require.NoError(t, err)
	_, err = j.Compare(t.Context(), []Comparison{{Prompt: turns("Where does somebody live?", "")[:1], A: "by the river", B: "by the lake"}}, nil)
	require.Equal(t, "judge_too_long", problem.From(err).Code, "the parent reads 16 tokens")

	judge := s
	judge.Parent = &checkpoint.Checkpoint{Meta: s.Parent.Meta}
	judge.Parent.Meta.Stage = "judge"
	_, err = SFT{}.Start(judge)
	require.Equal(t, "parent_stage", problem.From(err).Code)
}
