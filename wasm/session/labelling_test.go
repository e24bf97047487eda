package session

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"sprout/core/checkpoint"
	"sprout/core/parallel"
	"sprout/core/world"
	"sprout/stages"
	"sprout/wasm/protocol"
)

// family is a town with a model that has read it and a judge made of that.
func family(t *testing.T) (s *Session, p *page, town, reads, judges string) {
	p = newPage()
	s = open(p, checkpoint.NewMemory(0, nil))
	mustAsk[protocol.Ready](t, s, p, "hello", protocol.Hello{Writer: true})
	d := mustAsk[protocol.Dataset](t, s, p, "town.make", protocol.MakeTown{Seed: 1, Size: "quick", Lang: "en"})
	tok := mustAsk[protocol.TokenizerInfo](t, s, p, "tokenizer.train", protocol.TrainTokenizer{Dataset: d.ID, Kind: "bpe", Merges: 150})
	few := map[string]float64{"steps": 2, "batch": 2, "eval_every": 2, "sample_every": 100, "context": 224} // room for whole answers
	train(t, s, p, protocol.StartRun{Stage: "pretrain", Preset: "seed", Seed: 4, Dataset: d.ID, Tokenizer: tok.ID, Params: few})
	reads = newest(t, s, p).ID
	train(t, s, p, protocol.StartRun{Stage: "judge", Seed: 4, Parent: reads, Params: few})
	return s, p, d.ID, reads, newest(t, s, p).ID
}

// Answers and verdicts come of all workers, at once or in parts, and are what one
// alone says.
func TestAllWorkersLabel(t *testing.T) {
	s, p, _, reads, judges := family(t)
	ask16 := protocol.GetCandidates{Checkpoint: reads, Count: 16, Seed: 3}
	short := pairs(16) // which the judge can read
	label := func(c protocol.GetCandidates) ([]protocol.Candidate, []float64) {
		got := mustAsk[protocol.Candidates](t, s, p, "labels.candidates", c)
		said := mustAsk[protocol.Judged](t, s, p, "labels.judge", protocol.JudgeCandidates{
			Judge: judges, Candidates: short, Principles: []string{"true"},
		})
		require.Nil(t, said.Problem)
		require.Len(t, said.Labels, len(short))
		chances := []float64{}
		for _, l := range said.Labels {
			chances = append(chances, l.P)
			mustAsk[any](t, s, p, "labels.drop", protocol.DropLabels{Labels: []string{l.ID}})
		}
		return got.Candidates, chances
	}
	answers, chances := label(ask16)
	require.Len(t, answers, 16)

	alive, started := withWorkers(s, 0), 0
	spawn := s.options.Spawn
	s.options.Spawn = func(b stages.Blueprint) (parallel.Peer, error) {
		started++
		return spawn(b)
	}
	again, same := label(ask16)
	require.Equal(t, answers, again)
	require.Equal(t, chances, same)
	require.Equal(t, 2, started, "one beside the leader for answers, one for verdicts")
	require.Zero(t, *alive)

	part := ask16
	part.Count = 5
	first := mustAsk[protocol.Candidates](t, s, p, "labels.candidates", part)
	part.From = first.Next
	second := mustAsk[protocol.Candidates](t, s, p, "labels.candidates", part)
	require.Equal(t, answers[:10], append(first.Candidates, second.Candidates...))

	twice := mustAsk[protocol.Judged](t, s, p, "labels.judge", protocol.JudgeCandidates{
		Judge: judges, Candidates: []protocol.Candidate{short[0], short[1], short[0]}, Principles: []string{"true"},
	}).Labels
	require.Equal(t, twice[0].ID, twice[2].ID)
	require.Len(t, listed(t, s, p).Labels, 2, "a judge has one word on a pair")

	_, _, problem := ask[protocol.Candidates](t, s, p, "labels.candidates", protocol.GetCandidates{Checkpoint: judges, Count: 1})
	require.Equal(t, "writes_nothing", problem.Code)
}

// meddler does something whenever the engine listens.
type meddler struct {
	*page
	do func()
}

func (m meddler) Yield() { m.do() }

// What there is when somebody stops is the result.
func TestLabellingStops(t *testing.T) {
	s, p, _, reads, judges := family(t)
	const many = 3 * writtenAtOnce
	asked := protocol.GetCandidates{Checkpoint: reads, Count: many, Seed: 3}
	heard := 0
	s.host = meddler{p, func() {
		if heard++; heard == 2 {
			mustAsk[any](t, s, p, "labels.stop", protocol.StopLabels{})
		}
	}}
	got := mustAsk[protocol.Candidates](t, s, p, "labels.candidates", asked).Candidates
	require.NotEmpty(t, got)
	require.Less(t, len(got), many)

	s.host = meddler{p, func() {
		if len(listed(t, s, p).Labels) > 0 {
			mustAsk[any](t, s, p, "labels.stop", protocol.StopLabels{})
		}
	}}
	said := mustAsk[protocol.Judged](t, s, p, "labels.judge", protocol.JudgeCandidates{Judge: judges, Candidates: pairs(judgedHere + 8), Principles: []string{"true"}})
	require.Nil(t, said.Problem)
	require.Len(t, said.Labels, judgedHere)
	require.Equal(t, said.Labels, listed(t, s, p).Labels)

	if runtime.GOOS == "js" {
		return // a browser cannot listen
	}
	s, p = labelling(t, checkpoint.NewMemory(0, nil))
	questions := 0
	s.base = serving(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		if questions++; questions == 3 {
			mustAsk[any](t, s, p, "labels.stop", protocol.StopLabels{})
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"p": 0.6})
	})
	said = mustAsk[protocol.Judged](t, s, p, "labels.judge", protocol.JudgeCandidates{Judge: "endpoint", Candidates: pairs(4), Principles: []string{"true"}})
	require.Nil(t, said.Problem)
	require.Len(t, said.Labels, 2, "a pair that was begun is finished")
}

// Simulated people compare a model's own answers, and lessons are made of what they
// say as of anybody's labels.
func TestSimulatedPeople(t *testing.T) {
	s, p, dataset, reads, _ := family(t)
	town := world.New(world.Config{Seed: 1, Size: world.Quick})
	const asked = 16
	got := mustAsk[protocol.Simulated](t, s, p, "labels.simulate", protocol.SimulateLabels{Checkpoint: reads, Dataset: dataset, Questions: asked, Seed: 5})
	require.Equal(t, asked, got.Questions)
	require.Equal(t, asked*answersEach/2, got.Labels+got.Alike)
	labels := listed(t, s, p).Labels
	require.Len(t, labels, got.Labels)
	var pairs []protocol.Candidate
	for _, l := range labels {
		pairs = append(pairs, l.Candidate)
		require.Equal(t, "simulated", l.Who)
		require.Equal(t, reads, l.Checkpoint)
		require.Subset(t, []float64{0, 1. / 3, 2. / 3, 1}, []float64{l.P}, "how many of three")
		require.Len(t, l.Principles, len(world.Constitution))
	}
	require.InDelta(t, 0.75, aboutResidents(t, town, pairs), 0.1)

	lessons := mustAsk[protocol.Dataset](t, s, p, "labels.use", protocol.UseLabels{Who: "simulated"})
	require.Equal(t, got.Labels, lessons.Pairs)
	_, _, problem := ask[protocol.Dataset](t, s, p, "labels.use", protocol.UseLabels{Who: "judge"})
	require.Equal(t, "pairs_missing", problem.Code)
	_, file, _ := ask[any](t, s, p, "labels.export", protocol.ExportLabels{})
	require.Equal(t, got.Labels, bytes.Count(file, []byte(`"source":"simulated"`)))

	heard := 0
	s.host = meddler{p, func() {
		if heard++; heard == 2 {
			mustAsk[any](t, s, p, "labels.stop", protocol.StopLabels{})
		}
	}}
	some := mustAsk[protocol.Simulated](t, s, p, "labels.simulate", protocol.SimulateLabels{Checkpoint: reads, Questions: 64, Seed: 6})
	require.NotZero(t, some.Labels)
	require.Less(t, some.Questions, 64)
	require.Len(t, listed(t, s, p).Labels, got.Labels+some.Labels, "what was compared before a stop is kept")

	for _, n := range []int{0, mostSimulated + 1} {
		_, _, problem = ask[protocol.Simulated](t, s, p, "labels.simulate", protocol.SimulateLabels{Checkpoint: reads, Questions: n})
		require.Equal(t, "bad_command", problem.Code)
	}
}
