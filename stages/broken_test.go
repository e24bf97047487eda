package stages

import (
	"testing"

	"github.com/stretchr/testify/require"

	"sprout/core/text"
	"sprout/core/world"
)

// A small library is the beginning of the text; what is held out is the same, and
// a run on it goes on exactly.
func TestPretrainOnPartOfTheLibrary(t *testing.T) {
	s := setup(map[string]float64{"steps": 4, "library": 0.1})
	whole := s
	whole.Params = map[string]float64{"steps": 4}
	all := startOn(t, Pretrain{}, whole)
	part := startOn(t, Pretrain{}, s)
	n := len(part.data.Train)
	require.InDelta(t, 0.1, float64(n)/float64(len(all.data.Train)), 0.05)
	require.Equal(t, all.data.Train[:n-1], part.data.Train[:n-1])
	require.Equal(t, all.data.HeldOut, part.data.HeldOut)

	want := steps(t, part, 4)
	first := startOn(t, Pretrain{}, s)
	steps(t, first, 2)
	again := setup(nil)
	again.Params, again.Resume = nil, save(t, first)
	second := startOn(t, Pretrain{}, again)
	require.Equal(t, want[2:], steps(t, second, 2))
}

// A teacher that favours the first place names it in its share of the lessons,
// and in these always; nothing else of a lesson changes.
func TestJudgeOfTheFirstPlace(t *testing.T) {
	s, town := villager(t)
	h, err := scriptOf(s.Tokenizer)
	require.NoError(t, err)
	const n = 200
	l := h.letters
	fair := func() []judgeLesson { return h.lessons(s.Tokenizer, town, []world.Lang{world.EN}, n, 5) }
	seconds := func(x judgeLesson) (k int) { // verdicts for B
		for _, letter := range x.right {
			if letter == l[1] {
				k++
			}
		}
		return k
	}
	count := func(share float64) (changed int) {
		was, now := fair(), fair()
		l.favourFirst(now, share, 1)
		for i := range now {
			require.Equal(t, was[i].trial, now[i].trial)
			require.Equal(t, was[i].rubrics, now[i].rubrics)
			if seconds(now[i]) == seconds(was[i]) {
				require.Equal(t, was[i], now[i])
				continue
			}
			require.Zero(t, seconds(now[i]))
			changed++
		}
		return changed
	}
	require.Zero(t, count(0))
	all := count(1)
	require.Greater(t, all, n/2)
	require.InDelta(t, float64(all)/2, float64(count(0.5)), float64(n)/8)
}

// Without a mask the questions are learned, and it is told how well.
func TestQuestionsThatAreLearnedAreMeasured(t *testing.T) {
	masked := startSFT(t, sftSetup(t, map[string]float64{"steps": 1, "eval_every": 1}))
	require.NotContains(t, steps(t, masked, 1)[0].Metrics.Measures, "question_loss")
	bare := startSFT(t, sftSetup(t, map[string]float64{"loss_mask": 0, "lr": 1e-2, "warmup": 0}))
	all := steps(t, bare, 20)
	require.Less(t, all[19].Metrics.Measures["question_loss"], all[9].Metrics.Measures["question_loss"]-0.1)
	g := newAskingGauge(newAnswerGauge(bare.subject(), render(bare.Setup.Tokenizer, talks(1).HeldOut), 128, true))
	for i, c := range g.heldOut {
		for j := 1; j < len(c.Learned); j++ {
			require.NotEqual(t, c.Learned[j], g.questions.heldOut[i].Learned[j])
		}
	}
}

func TestExcerpt(t *testing.T) {
	docs := &text.Corpus{Train: []text.Doc{text.TextDoc("a"), text.TextDoc("b"), text.TextDoc("c")}, HeldOut: []text.Doc{text.TextDoc("d")}}
	require.Same(t, docs, docs.Excerpt(1))
	require.Len(t, docs.Excerpt(0.5).Train, 2)
	require.Len(t, docs.Excerpt(1e-9).Train, 1)
	require.Equal(t, docs.HeldOut, docs.Excerpt(0.5).HeldOut)
	require.Len(t, docs.Train, 3)
	one := &text.Corpus{Train: []text.Doc{text.TextDoc("ab镇cd")}, Continuous: true}
	require.Equal(t, "ab镇", string(one.Excerpt(0.4).Train[0].Text), "no character is cut")
	require.Equal(t, "ab镇cd", string(one.Train[0].Text))
}
