package session

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sprout/core/checkpoint"
	"sprout/core/world"
	"sprout/wasm/protocol"
)

func TestEndpointJudge(t *testing.T) {
	if runtime.GOOS == "js" {
		t.Skip("a browser cannot listen: the page and the server are tried in e2e")
	}
	s, p := labelling(t, checkpoint.NewMemory(0, nil))
	var cases []map[string]any
	s.base = serving(t, func(w http.ResponseWriter, r *http.Request) {
		var c map[string]any
		_ = json.NewDecoder(r.Body).Decode(&c)
		cases = append(cases, c)
		p := 0.1
		if c["a"] == "nice" {
			p = 0.7
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"p": p, "soft": true})
	})
	got := mustAsk[protocol.Judged](t, s, p, "labels.judge", protocol.JudgeCandidates{
		Judge: "endpoint", Name: "m", Candidates: pairs(2), Principles: []string{"honest"}, Free: []string{"Rhyme."},
	})
	require.Nil(t, got.Problem)
	require.Len(t, got.Labels, 2)
	require.InDelta(t, 0.8, got.Labels[0].P, 1e-12, "both orders averaged")
	require.InDelta(t, -0.1, got.Bias, 1e-12)
	require.InDelta(t, -0.1, got.Labels[0].Bias, 1e-12)
	require.Equal(t, "judge", got.Labels[0].Who)
	require.Equal(t, "m", got.Labels[0].Judge)
	require.Empty(t, got.Labels[0].JudgeID, "no checkpoint")
	require.Equal(t, []string{"honest", "Rhyme."}, got.Labels[0].Principles)
	require.Equal(t, got.Labels, listed(t, s, p).Labels)
	require.Len(t, cases, 4)
	require.Equal(t, map[string]any{
		"question": "Who 0?", "a": "nice", "b": "rude", "lang": "en",
		"principles": []any{"Say so when you do not know.", "Rhyme."},
	}, cases[0], "nothing else is sent")

	again := mustAsk[protocol.Judged](t, s, p, "labels.judge", protocol.JudgeCandidates{
		Judge: "endpoint", Name: "m", Candidates: pairs(1), Principles: []string{"true"},
	})
	require.Equal(t, got.Labels[0].ID, again.Labels[0].ID)
	require.Equal(t, []string{"true"}, listed(t, s, p).Labels[0].Principles, "a judge's last word takes the place of the one before")
	require.Len(t, listed(t, s, p).Labels, 2)

	town := world.New(world.Config{Seed: 3, Size: world.Quick})
	q := town.Questions(world.Seen, world.ZH)[0]
	about := protocol.Candidate{Question: q.Text, A: "nice", B: "rude", Lang: "zh"}
	for _, dataset := range []string{"town:quick:both:3", ""} {
		mustAsk[protocol.Judged](t, s, p, "labels.judge", protocol.JudgeCandidates{
			Judge: "endpoint", Dataset: dataset, Candidates: []protocol.Candidate{about}, Principles: []string{"true"},
		})
	}
	require.Equal(t, town.Knowledge(q), cases[6]["background"], "what is true in a town no model outside can know")
	require.NotContains(t, cases[8], "background")

	_, _, problem := ask[protocol.Judged](t, s, p, "labels.judge", protocol.JudgeCandidates{Judge: "endpoint", Candidates: pairs(1), Principles: []string{"cruel"}})
	require.Equal(t, "bad_command", problem.Code)
	_, _, problem = ask[protocol.Judged](t, s, p, "labels.judge", protocol.JudgeCandidates{Judge: "nobody", Candidates: pairs(1)})
	require.NotNil(t, problem)
}

// What was judged before a failure is kept, and the failure goes by its code.
func TestEndpointJudgeFails(t *testing.T) {
	if runtime.GOOS == "js" {
		t.Skip("a browser cannot listen: the page and the server are tried in e2e")
	}
	failing := func(status int, body string) http.HandlerFunc {
		n := 0
		return func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			if n++; n <= 2 {
				_, _ = io.WriteString(w, `{"p":0.5}`)
				return
			}
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body)
		}
	}
	for code, f := range map[string]http.HandlerFunc{
		"judge_slow":         failing(504, `{"problem":{"code":"judge_slow","args":{"seconds":60},"text":"Slow."}}`),
		"judge_unauthorised": failing(502, `{"problem":{"code":"judge_unauthorised","args":{"status":401},"text":"No."}}`),
		"judge_missing":      failing(404, "<h1>Not Found</h1>"),
		"judge_unreachable":  failing(200, "<h1>Log in</h1>"),
	} {
		s, p := labelling(t, checkpoint.NewMemory(0, nil))
		s.base = serving(t, f)
		got := mustAsk[protocol.Judged](t, s, p, "labels.judge", protocol.JudgeCandidates{Judge: "endpoint", Candidates: pairs(3), Principles: []string{"true"}})
		require.NotNil(t, got.Problem, code)
		require.Equal(t, code, got.Problem.Code)
		require.Len(t, got.Labels, 1)
		require.Len(t, listed(t, s, p).Labels, 1)
	}
	for name, body := range map[string]string{"too much": `{"p":1.5}`, "nothing": `{}`, "null": "null"} {
		s, p := labelling(t, checkpoint.NewMemory(0, nil))
		s.base = serving(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, body) })
		got := mustAsk[protocol.Judged](t, s, p, "labels.judge", protocol.JudgeCandidates{Judge: "endpoint", Candidates: pairs(1), Principles: []string{"true"}})
		require.Equal(t, "judge_unreachable", got.Problem.Code, name)
	}
}

// A pair on which an outside judge says nothing clear, or that is too large to be
// sent, is passed over; only several unclear ones in a row end the work, also over
// several commands.
func TestUnclearPairsArePassedOver(t *testing.T) {
	if runtime.GOOS == "js" {
		t.Skip("a browser cannot listen: the page and the server are tried in e2e")
	}
	s, p := labelling(t, checkpoint.NewMemory(0, nil))
	unclear := map[string]bool{"Who 0?": true, "Who 1?": true, "Who 4?": true}
	s.base = serving(t, func(w http.ResponseWriter, r *http.Request) {
		var c struct{ Question, A string }
		_ = json.NewDecoder(r.Body).Decode(&c)
		switch {
		case unclear[c.Question]:
			w.WriteHeader(502)
			_, _ = io.WriteString(w, `{"problem":{"code":"judge_nonsense","args":{"reply":"?"},"text":"?"}}`)
		case c.A == "nice":
			_, _ = io.WriteString(w, `{"p":1}`)
		default:
			_, _ = io.WriteString(w, `{"p":0}`)
		}
	})
	judge := func(all []protocol.Candidate) protocol.Judged {
		return mustAsk[protocol.Judged](t, s, p, "labels.judge", protocol.JudgeCandidates{Judge: "endpoint", Candidates: all, Principles: []string{"true"}})
	}
	all := pairs(6)
	all[3].A = strings.Repeat("long ", 3000)
	got := judge(all)
	require.Nil(t, got.Problem)
	require.Equal(t, []int{0, 1, 4}, got.Unclear)
	require.Equal(t, 1, got.TooLong)
	require.Len(t, got.Labels, 2)
	require.Equal(t, "Who 2?", got.Labels[0].Question)
	require.Equal(t, "Who 5?", got.Labels[1].Question)

	require.Nil(t, judge(pairs(2)).Problem)
	got = judge([]protocol.Candidate{all[4], all[5]})
	require.Equal(t, "judge_nonsense", got.Problem.Code, "the third in a row")
	require.Equal(t, []int{0}, got.Unclear)
	require.Nil(t, judge(all[4:]).Problem, "another start is a new one")
}

func TestOutsideJudgeIsFound(t *testing.T) {
	s, p := labelling(t, checkpoint.NewMemory(0, nil))
	s.base = "no such folder/"
	require.False(t, mustAsk[protocol.OutsideJudge](t, s, p, "judge", protocol.GetJudge{}).Configured)
}

// The page passes the browser's own model on.
func TestBrowserJudge(t *testing.T) {
	s, p := labelling(t, checkpoint.NewMemory(0, nil))
	answer := func(n int, reply protocol.AnswerJudge) {
		for len(all[protocol.JudgeAskedEvent](p, "judge.asked")) < n {
			time.Sleep(time.Millisecond)
		}
		e := all[protocol.JudgeAskedEvent](p, "judge.asked")[n-1]
		if reply.Text == "nice" { // what a fair judge says
			reply.Text = "A"
			if strings.Index(e.Turns[1].Content, "rude") < strings.Index(e.Turns[1].Content, "nice") {
				reply.Text = "B"
			}
		}
		reply.Ask = e.Ask
		raw, err := json.Marshal(reply)
		if err != nil {
			panic(err)
		}
		s.Handle(bytes.Replace(raw, []byte("{"), []byte(`{"type":"judge.answer","id":1,`), 1), nil)
	}
	command, err := json.Marshal(protocol.JudgeCandidates{Judge: "browser", Name: "browser", Candidates: pairs(2), Principles: []string{"true"}})
	require.NoError(t, err)
	ended := make(chan struct{})
	go func() {
		s.Handle(bytes.Replace(command, []byte("{"), []byte(`{"type":"labels.judge","id":9,`), 1), nil)
		close(ended)
	}()
	answer(1, protocol.AnswerJudge{Text: "nice"})
	answer(2, protocol.AnswerJudge{Text: "nice"})
	answer(3, protocol.AnswerJudge{Text: "Both are fine."}) // is passed over
	<-ended
	list := listed(t, s, p).Labels
	require.Len(t, list, 1)
	require.Equal(t, 1.0, list[0].P)
	answer(3, protocol.AnswerJudge{Text: "A"}) // too late, and nobody minds
}
