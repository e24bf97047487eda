package session

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"sprout/core/checkpoint"
	"sprout/core/world"
	"sprout/wasm/protocol"
)

func click(question, a, b string, p float64) protocol.AddLabel {
	return protocol.AddLabel{Candidate: protocol.Candidate{Question: question, A: a, B: b, Lang: "en", Checkpoint: "c1"}, P: p, Who: "click"}
}

func labelling(t *testing.T, store checkpoint.Store) (*Session, *page) {
	p := newPage()
	s := open(p, store)
	mustAsk[protocol.Ready](t, s, p, "hello", protocol.Hello{Writer: true})
	return s, p
}

func listed(t *testing.T, s *Session, p *page) protocol.Labels {
	return mustAsk[protocol.Labels](t, s, p, "labels.list", protocol.ListLabels{})
}

func TestLabelsAreKept(t *testing.T) {
	store := checkpoint.NewMemory(0, nil)
	s, p := labelling(t, store)
	require.Empty(t, listed(t, s, p).Labels)
	first := mustAsk[protocol.Label](t, s, p, "labels.add", click("Who?", "A fox.", "Go away.", 1))
	second := mustAsk[protocol.Label](t, s, p, "labels.add", click("谁？", "狐狸。", "走开。", 0))
	require.Equal(t, []protocol.Label{first, second}, listed(t, s, p).Labels)

	s, p = labelling(t, store) // after a reload
	require.Equal(t, []protocol.Label{first, second}, listed(t, s, p).Labels)
	mustAsk[any](t, s, p, "labels.drop", protocol.DropLabels{Labels: []string{second.ID}})
	require.Equal(t, []protocol.Label{first}, listed(t, s, p).Labels)

	for why, bad := range map[string]protocol.AddLabel{
		"equal": click("Who?", "x", "x", 1), "nothing": click("", "x", "y", 1), "p": click("Who?", "x", "y", 1.5),
		"nobody": {Candidate: click("Who?", "x", "y", 1).Candidate, P: 1},
	} {
		_, _, problem := ask[protocol.Label](t, s, p, "labels.add", bad)
		require.Equal(t, "label_unusable", problem.Code, why)
	}
	require.Len(t, listed(t, s, p).Labels, 1)
}

func TestLabelsNeedTheWriter(t *testing.T) {
	p := newPage()
	s := open(p, checkpoint.NewMemory(0, nil))
	mustAsk[protocol.Ready](t, s, p, "hello", protocol.Hello{})
	_, _, problem := ask[protocol.Label](t, s, p, "labels.add", click("Who?", "x", "y", 1))
	require.Equal(t, "storage_read_only", problem.Code)
}

func TestAgreements(t *testing.T) {
	label := func(id, a, b string, p float64, who, repeats string) protocol.Label {
		return protocol.Label{ID: id, Candidate: protocol.Candidate{Question: "q", A: a, B: b, Repeats: repeats}, P: p, Who: who}
	}
	self, judges := agreements([]protocol.Label{
		label("1", "x", "y", 1, "click", ""), label("2", "y", "x", 0, "click", "1"), // x both times
		label("3", "v", "w", 1, "click", ""), label("4", "w", "v", 1, "click", "3"), // the first place both times
		label("5", "m", "n", 1, "click", ""), label("6", "n", "m", 0.5, "click", "5"), // no opinion
		label("7", "y", "x", 0.2, "judge", ""), label("8", "v", "w", 0.9, "judge", ""),
		label("9", "k", "l", 0.9, "judge", ""), // nobody clicked
	})
	require.Equal(t, protocol.Agreement{Same: 1, Of: 2}, self)
	require.Equal(t, protocol.Agreement{Same: 1, Of: 2}, judges, "the last click on v and w was for w")
}

func TestLabelsRoundTrip(t *testing.T) {
	s, p := labelling(t, checkpoint.NewMemory(0, nil))
	for i, c := range []protocol.AddLabel{click("Who <&>?", "A fox.", "Go away.", 0), click("谁？", "狐狸。", "走开。", 0.75), click("Tie?", "x", "y", 0.5)} {
		c.Candidate.Before = []protocol.Turn{{Role: "system", Content: "Be kind."}}[:i%2]
		c.Principles = []string{"true", "in my words"}
		mustAsk[protocol.Label](t, s, p, "labels.add", c)
	}
	want := listed(t, s, p).Labels
	_, file, _ := ask[any](t, s, p, "labels.export", protocol.ExportLabels{})
	require.Len(t, strings.Split(strings.TrimSpace(string(file)), "\n"), 3)
	require.Contains(t, string(file), `"chosen":[{"role":"user","content":"Who <&>?"},{"role":"assistant","content":"Go away."}]`)

	got := mustAsk[protocol.ImportedLabels](t, s, p, "labels.import", protocol.ImportLabels{Name: "x.jsonl"}, file...)
	require.Equal(t, protocol.ImportedLabels{Known: 3}, got, "nothing twice")

	s, p = labelling(t, checkpoint.NewMemory(0, nil))
	got = mustAsk[protocol.ImportedLabels](t, s, p, "labels.import", protocol.ImportLabels{Name: "x.jsonl"}, file...)
	require.Equal(t, protocol.ImportedLabels{Added: 3}, got)
	require.Equal(t, want, listed(t, s, p).Labels)
	_, again, _ := ask[any](t, s, p, "labels.export", protocol.ExportLabels{})
	require.Equal(t, string(file), string(again))
}

// What is exported, forgotten and imported is the same again, whoever said it: also
// the same opinion twice, thirds, answers without words, and more than a text that
// is trained on may have.
func TestLabelsComeBack(t *testing.T) {
	s, p := labelling(t, checkpoint.NewMemory(0, nil))
	of := func(question, a, b string, p float64, who string) protocol.Label {
		return protocol.Label{Candidate: protocol.Candidate{Question: question, A: a, B: b, Lang: "zh", Checkpoint: "c"}, P: p, Who: who, Time: 5}
	}
	judge := of("裁判？", "x", "y", 0.3, "judge")
	judge.Judge, judge.JudgeID, judge.Bias = "j", checkpoint.NewID(), -0.125
	other := judge
	other.JudgeID = checkpoint.NewID()
	talk := of("And now?", "x", "y", 1, "click")
	talk.Before = []protocol.Turn{{Role: "user", Content: "Hi"}, {Role: "assistant", Content: "Hello"}}
	long := of("Long?", "x", strings.Repeat("长", 4_000_000), 0, "judge")
	all := []protocol.Label{
		judge, other, talk, of("File?", "x", "y", 0.9, "file"), of("Grader?", "x", "y", 0, "grader"),
		of("Empty?", "", "y", 0, "simulated"), of("Blank?", "x", "  ", 1, "simulated"), of("Tie?", "x", "y", 0.5, "simulated"), long, long,
	}
	for _, third := range []float64{0, 1. / 3, 2. / 3, 1, 0.1, 1e-17} {
		l := of("Who?", "x", "y", third, "simulated")
		swapped := of("Who?", "y", "x", 1-third, "simulated")
		all = append(all, l, l, swapped)
	}
	require.NoError(t, s.keepLabels(all...))
	want := listed(t, s, p).Labels
	_, file, _ := ask[any](t, s, p, "labels.export", protocol.ExportLabels{})
	var ids []string
	for _, l := range want {
		ids = append(ids, l.ID)
	}
	mustAsk[any](t, s, p, "labels.drop", protocol.DropLabels{Labels: ids})
	require.Empty(t, listed(t, s, p).Labels)
	got := mustAsk[protocol.ImportedLabels](t, s, p, "labels.import", protocol.ImportLabels{Name: "x.jsonl"}, file...)
	require.Equal(t, protocol.ImportedLabels{Added: len(want)}, got)
	back := listed(t, s, p).Labels
	require.Len(t, back, len(want))
	for i := range want {
		require.True(t, reflect.DeepEqual(want[i], back[i]), "%d: %.200v", i, back[i])
	}
}

// Files of other programs come in, too, and broken ones change nothing.
func TestForeignPreferences(t *testing.T) {
	s, p := labelling(t, checkpoint.NewMemory(0, nil))
	add := func(file string) (protocol.ImportedLabels, *protocol.Problem) {
		out, _, problem := ask[protocol.ImportedLabels](t, s, p, "labels.import", protocol.ImportLabels{Name: "x.jsonl"}, []byte(file)...)
		return out, problem
	}
	file := `{"prompt":"Who?","chosen":"A fox.","rejected":"No.","p":"high","id":7}
{"text":"not a pair"}

{"chosen":[{"role":"user","content":"Hi"},{"role":"assistant","content":"Hello."},{"role":"user","content":"Who?"},{"role":"assistant","content":"x"}],"rejected":[{"role":"user","content":"Hi"},{"role":"assistant","content":"Hello."},{"role":"user","content":"Who?"},{"role":"assistant","content":"y"}],"p":0.9,"source":"simulated"}
`
	out, problem := add(file)
	require.Nil(t, problem)
	require.Equal(t, 2, out.Added)
	out, _ = add(file)
	require.Equal(t, protocol.ImportedLabels{Known: 2}, out)
	list := listed(t, s, p).Labels
	require.Len(t, list, 2)
	require.Equal(t, "file", list[0].Who)
	require.Equal(t, 1.0, list[0].P)
	require.Len(t, list[1].Before, 2)
	require.Equal(t, 0.9, list[1].P)
	require.Equal(t, "simulated", list[1].Who)

	for file, code := range map[string]string{
		`{"text":"a fox"}`: "labels_no_pairs",
		`{"prompt":"q","chosen":"x","rejected":"y"}` + "\n" + `{"prompt":"q","chosen":"x","rejected":"x"}`:                                                            "label_line",
		`{"chosen":[{"role":"user","content":"1"},{"role":"assistant","content":"x"}],"rejected":[{"role":"user","content":"2"},{"role":"assistant","content":"y"}]}`: "label_line",
		"{": "jsonl_broken_line", "": "file_empty",
	} {
		_, problem := add(file)
		require.NotNil(t, problem, file)
		require.Equal(t, code, problem.Code, file)
	}
	require.Len(t, listed(t, s, p).Labels, 2, "all of a file or nothing")
}

// Labels as they are now are lessons, also after a reload, with their doubt.
func TestLabelsAsLessons(t *testing.T) {
	store := checkpoint.NewMemory(0, nil)
	s, p := labelling(t, store)
	_, _, problem := ask[protocol.Dataset](t, s, p, "labels.use", protocol.UseLabels{})
	require.Equal(t, "pairs_missing", problem.Code)
	for i, sure := range []float64{1, 0.2, 0.5} {
		mustAsk[protocol.Label](t, s, p, "labels.add", click(fmt.Sprint("Who? ", i), "A fox.", "Go away.", sure))
	}
	d := mustAsk[protocol.Dataset](t, s, p, "labels.use", protocol.UseLabels{Who: "click"})
	require.Equal(t, 2, d.Pairs, "an even one teaches nothing")

	s, _ = labelling(t, store)
	kept, err := s.dataset(d.ID)
	require.NoError(t, err)
	require.Len(t, kept.pairs, 2)
	require.Equal(t, "Go away.", kept.pairs[1].Chosen[1].Content)
	require.InDelta(t, 0.8, kept.pairs[1].P, 1e-12)
}

// A comparison is one lesson, however often and in whichever order it was labelled,
// and who said both has said nothing.
func TestOneLessonForAComparison(t *testing.T) {
	s, p := labelling(t, checkpoint.NewMemory(0, nil))
	say := func(who, question string, swapped bool, p1 float64) {
		c := click(question, "A fox.", "Go away.", p1)
		if c.Who = who; swapped {
			c.Candidate.A, c.Candidate.B, c.P = c.Candidate.B, c.Candidate.A, 1-p1
		}
		mustAsk[protocol.Label](t, s, p, "labels.add", c)
	}
	say("click", "Same?", false, 1)
	say("click", "Same?", true, 1)
	say("judge", "Same?", true, 0.4)
	say("click", "Both?", false, 1)
	say("click", "Both?", true, 0)
	say("simulated", "Thirds?", true, 1./3)
	say("simulated", "Thirds?", false, 2./3)
	say("click", "Unsure?", false, 0)
	say("click", "Unsure?", true, 0)
	say("click", "Unsure?", false, 1)
	use := func(who string) []string {
		d := mustAsk[protocol.Dataset](t, s, p, "labels.use", protocol.UseLabels{Who: who})
		kept, err := s.dataset(d.ID)
		require.NoError(t, err)
		var out []string
		for _, p := range kept.pairs {
			out = append(out, fmt.Sprintf("%s %s %.2f %s", p.Chosen[0].Content, p.Chosen[1].Content, p.P, p.Source))
		}
		return out
	}
	require.Equal(t, []string{"Same? A fox. 1.00 click", "Unsure? Go away. 0.67 click"}, use("click"))
	require.Equal(t, []string{"Same? Go away. 0.60 judge"}, use("judge"))
	require.Equal(t, []string{"Same? A fox. 0.80 several", "Unsure? Go away. 0.67 click"}, use(""))
	_, _, problem := ask[protocol.Dataset](t, s, p, "labels.use", protocol.UseLabels{Who: "simulated"})
	require.Equal(t, "pairs_missing", problem.Code)
}

// Who always takes the answer shown first has looked at the place alone; a judge
// hears both orders, and a file of another program names no places.
func TestClicksOfOneSide(t *testing.T) {
	s, p := labelling(t, checkpoint.NewMemory(0, nil))
	use := func(who string) string {
		_, _, problem := ask[protocol.Dataset](t, s, p, "labels.use", protocol.UseLabels{Who: who})
		if problem == nil {
			return ""
		}
		return problem.Code
	}
	say := func(who string, i int, first float64) {
		c := click(fmt.Sprint("Who? ", i), fmt.Sprint("A fox. ", i), fmt.Sprint("A cat. ", i), first)
		c.Who = who
		mustAsk[protocol.Label](t, s, p, "labels.add", c)
	}
	for i := range 7 {
		say("click", i, 1)
		say("judge", i, 1)
	}
	require.Empty(t, use("click"), "seven may be an accident")
	say("click", 7, 1)
	say("judge", 7, 1)
	require.Equal(t, "pairs_one_sided", use("click"))
	require.Equal(t, "pairs_one_sided", use(""))
	require.Empty(t, use("judge"))
	say("click", 8, 0)
	require.Empty(t, use("click"))
}

// A model answers questions of a town twice; what was labelled comes back the
// other way round.
func TestCandidates(t *testing.T) {
	store := checkpoint.NewMemory(0, nil)
	p := newPage()
	s, start := ready(t, p, store)
	start.Params["context"] = 64
	mustAsk[protocol.RunInfo](t, s, p, "run.start", start)
	p.wait(t, func() bool { return p.state() == done })
	id := mustAsk[protocol.Checkpoints](t, s, p, "checkpoints.list", protocol.ListCheckpoints{}).Checkpoints[0].ID

	ask1 := protocol.GetCandidates{Checkpoint: id, Dataset: "town:quick:both:1", Count: 3, Seed: 5, Lang: "en"}
	first := mustAsk[protocol.Candidates](t, s, p, "labels.candidates", ask1)
	require.Len(t, first.Candidates, 3)
	require.Equal(t, 3+first.Alike, first.Next)
	for _, c := range first.Candidates {
		require.NotEqual(t, c.A, c.B)
		require.Equal(t, "en", c.Lang)
		require.Equal(t, id, c.Checkpoint)
	}
	require.Equal(t, first, mustAsk[protocol.Candidates](t, s, p, "labels.candidates", ask1), "the same seed, the same answers")

	town := world.New(world.Config{Seed: 1, Size: world.Quick})
	many := ask1
	many.Count = 32
	shown := mustAsk[protocol.Candidates](t, s, p, "labels.candidates", many).Candidates
	require.InDelta(t, 0.75, aboutResidents(t, town, shown), 0.15,
		"who compares answers about strangers alone teaches a model to refuse")

	label := mustAsk[protocol.Label](t, s, p, "labels.add", protocol.AddLabel{Candidate: first.Candidates[0], P: 1, Who: "click"})
	ask1.From, ask1.Repeat = 4, 4
	next := mustAsk[protocol.Candidates](t, s, p, "labels.candidates", ask1).Candidates
	require.Equal(t, label.ID, next[0].Repeats)
	require.Equal(t, label.A, next[0].B)
	require.Empty(t, next[1].Repeats)
	mustAsk[protocol.Label](t, s, p, "labels.add", protocol.AddLabel{Candidate: next[0], P: 0, Who: "click"})
	require.Equal(t, protocol.Agreement{Same: 1, Of: 1}, listed(t, s, p).Self)
	require.Empty(t, mustAsk[protocol.Candidates](t, s, p, "labels.candidates", ask1).Candidates[0].Repeats, "once is enough")

	again := protocol.GetCandidates{Checkpoint: id, Dataset: "town:quick:both:1", Count: 3, Seed: 5, Lang: "en"}
	require.Equal(t, first.Candidates[1:], mustAsk[protocol.Candidates](t, s, p, "labels.candidates", again).Candidates[:2], "what is labelled does not come again")

	ask1.Dataset = ""
	_, _, problem := ask[protocol.Candidates](t, s, p, "labels.candidates", ask1)
	require.Equal(t, "town_needed", problem.Code)
	ask1.Count = 0
	_, _, problem = ask[protocol.Candidates](t, s, p, "labels.candidates", ask1)
	require.Equal(t, "bad_command", problem.Code)
}

// aboutResidents is the share of questions about somebody who lives in a town.
func aboutResidents(t *testing.T, town *world.Town, all []protocol.Candidate) float64 {
	n := 0
	for _, c := range all {
		q, ok := town.Recognise(c.Question)
		require.True(t, ok)
		if q.Resident >= 0 {
			n++
		}
	}
	return float64(n) / float64(len(all))
}

// serving answers for the page's server.
func serving(t *testing.T, f http.HandlerFunc) string {
	server := httptest.NewServer(f)
	t.Cleanup(server.Close)
	return server.URL + "/"
}

func pairs(n int) (out []protocol.Candidate) {
	for i := range n {
		out = append(out, protocol.Candidate{Question: fmt.Sprintf("Who %d?", i), A: "nice", B: "rude", Lang: "en"})
	}
	return out
}
