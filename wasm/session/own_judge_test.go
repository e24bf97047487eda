package session

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"sprout/core/checkpoint"
	"sprout/core/world"
	"sprout/wasm/protocol"
)

// A judge that was trained here labels like any other, by the town's principles
// alone, and passes over what it cannot read at once.
func TestOwnJudge(t *testing.T) {
	p := newPage()
	s := open(p, checkpoint.NewMemory(0, nil))
	mustAsk[protocol.Ready](t, s, p, "hello", protocol.Hello{Writer: true})
	town := mustAsk[protocol.Dataset](t, s, p, "town.make", protocol.MakeTown{Seed: 1, Size: "quick", Lang: "en"})
	tok := mustAsk[protocol.TokenizerInfo](t, s, p, "tokenizer.train", protocol.TrainTokenizer{Dataset: town.ID, Kind: "bpe", Merges: 150})
	few := map[string]float64{"steps": 2, "batch": 2, "eval_every": 2, "sample_every": 100}
	train(t, s, p, protocol.StartRun{Stage: "pretrain", Preset: "seed", Seed: 4, Dataset: town.ID, Tokenizer: tok.ID, Params: few})
	read := newest(t, s, p).ID
	train(t, s, p, protocol.StartRun{Stage: "judge", Seed: 4, Parent: read, Params: few})
	own := newest(t, s, p)
	require.Equal(t, "judge", own.Stage)

	ask1 := protocol.JudgeCandidates{Judge: own.ID, Name: own.Name, Candidates: pairs(3), Principles: []string{"honest", "brief"}}
	ask1.Candidates[1].A = strings.Repeat("a long way round ", 200)
	got := mustAsk[protocol.Judged](t, s, p, "labels.judge", ask1)
	require.Nil(t, got.Problem)
	require.Equal(t, 1, got.TooLong)
	require.Len(t, got.Labels, 2)
	require.Equal(t, own.Name, got.Labels[0].Judge)
	require.Equal(t, "judge", got.Labels[0].Who)
	require.Equal(t, got.Labels, listed(t, s, p).Labels)
	swapped := protocol.JudgeCandidates{Judge: own.ID, Candidates: pairs(1), Principles: ask1.Principles}
	c := &swapped.Candidates[0]
	c.A, c.B = c.B, c.A
	back := mustAsk[protocol.Judged](t, s, p, "labels.judge", swapped)
	require.InDelta(t, 1-got.Labels[0].P, back.Labels[0].P, 1e-6, "both orders averaged")

	// Labels are the checkpoint's, whatever it is called; those from before belong to
	// all of their name.
	require.Equal(t, own.ID, got.Labels[0].JudgeID)
	require.Equal(t, got.Labels[0].ID, back.Labels[0].ID, "in the place of what it said before")
	twin, err := s.labelsOf(checkpoint.NewID(), own.Name)
	require.NoError(t, err)
	require.Empty(t, twin)
	old := protocol.Candidate{Question: "Who?", A: "A fox.", B: "An owl."}
	require.NoError(t, s.keepLabels(protocol.Label{Candidate: old, P: 1, Who: "judge", Judge: own.Name}))
	twin, err = s.labelsOf(checkpoint.NewID(), own.Name)
	require.NoError(t, err)
	require.Len(t, twin, 1)
	file, err := writeLabels(got.Labels)
	require.NoError(t, err)
	read1, err := readLabels("labels.jsonl", file)
	require.NoError(t, err)
	require.Equal(t, own.ID, read1[1].JudgeID)

	home, other := world.New(world.Config{Seed: 1, Size: world.Quick}), (*world.Town)(nil)
	q, here := world.Question{}, "" // about somebody who has a namesake in the other town
	for seed := uint64(2); here == ""; seed++ {
		other = world.New(world.Config{Seed: seed, Size: world.Quick})
		for _, asked := range home.Questions(world.Seen, world.EN) {
			if same, ok := other.Recognise(asked.Text); ok && same.Resident >= 0 {
				q, here = asked, fmt.Sprintf("town:quick:en:%d", seed)
			}
		}
	}
	about := protocol.Candidate{Question: q.Text, Checkpoint: read}
	require.Equal(t, home.Knowledge(q), s.background(about, here), "the town of the model that answered comes first")
	about.Checkpoint = checkpoint.NewID()
	namesake, _ := other.Recognise(q.Text)
	require.Equal(t, other.Knowledge(namesake), s.background(about, here), "that model is gone")

	for code, bad := range map[string]protocol.JudgeCandidates{
		"judge_stage":          {Judge: read, Candidates: pairs(1), Principles: []string{"true"}},
		"judge_no_rules":       {Judge: own.ID, Candidates: pairs(1)},
		"judge_free_text":      {Judge: own.ID, Candidates: pairs(1), Free: []string{"Rhyme."}},
		"checkpoint_not_found": {Judge: checkpoint.NewID(), Candidates: pairs(1), Principles: []string{"true"}},
	} {
		_, _, problem := ask[protocol.Judged](t, s, p, "labels.judge", bad)
		require.Equal(t, code, problem.Code)
	}
}
