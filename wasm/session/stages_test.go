package session

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"sprout/core/checkpoint"
	"sprout/wasm/protocol"
)

// jsonl makes lessons in numbers; %d is the number.
func jsonl(line string, n int) []byte {
	var out strings.Builder
	for i := range n {
		fmt.Fprintf(&out, line+"\n", i, i%3)
	}
	return []byte(out.String())
}

const (
	talkLine = `{"conversations":[{"role":"user","content":"Who bakes, %d?"},{"role":"assistant","content":"A badger bakes bread %d."}]}`
	pairLine = `{"prompt":"Who bakes, %d?","chosen":"A badger bakes bread %d.","rejected":"The fox."}`
)

// pretrained is a session with a finished run of pretraining.
func pretrained(t *testing.T, p *page, store checkpoint.Store) (s *Session, parent string) {
	t.Helper()
	s, start := ready(t, p, store)
	start.Params["context"] = 64
	train(t, s, p, start)
	return s, newest(t, s, p).ID
}

func newest(t *testing.T, s *Session, p *page) protocol.CheckpointInfo {
	t.Helper()
	return mustAsk[protocol.Checkpoints](t, s, p, "checkpoints.list", protocol.ListCheckpoints{}).Checkpoints[0]
}

func upload(t *testing.T, s *Session, p *page, name string, file []byte) protocol.Dataset {
	t.Helper()
	return mustAsk[protocol.Dataset](t, s, p, "dataset.upload", protocol.Upload{Name: name}, file...)
}

// train runs a stage to its end.
func train(t *testing.T, s *Session, p *page, start protocol.StartRun) protocol.RunInfo {
	t.Helper()
	info := mustAsk[protocol.RunInfo](t, s, p, "run.start", start)
	p.wait(t, func() bool {
		return slices.ContainsFunc(all[protocol.StateEvent](p, "state"), func(e protocol.StateEvent) bool {
			return e.Run == info.Run && e.State == done
		})
	})
	return info
}

func brief(more map[string]float64) map[string]float64 {
	out := map[string]float64{"steps": 4, "batch": 4, "warmup": 1, "eval_every": 2, "checkpoint_every": 100}
	for k, v := range more {
		out[k] = v
	}
	return out
}

// A parent brings its tokenizer and its text; lessons are another file. After a
// reload the run finds all of them again and ends at the same weights.
func TestLessonsAndTextAreFoundAgain(t *testing.T) {
	final := func(interrupt bool) []byte {
		store := checkpoint.NewMemory(0, nil)
		p := newPage()
		s, parent := pretrained(t, p, store)
		talk := upload(t, s, p, "talk.jsonl", jsonl(talkLine, 30))
		require.Equal(t, 30, talk.Conversations)
		require.Zero(t, talk.Pairs)
		sft := protocol.StartRun{Stage: "sft", Seed: 4, Parent: parent, Lessons: talk.ID, Params: brief(map[string]float64{"steps": 8, "context": 48, "sample_every": 4})}
		if interrupt {
			sft.Paused = true
			mustAsk[protocol.RunInfo](t, s, p, "run.start", sft)
			for range 3 {
				mustAsk[protocol.RunState](t, s, p, "run.control", protocol.Control{Action: "step"})
			}
			mustAsk[protocol.RunState](t, s, p, "run.control", protocol.Control{Action: "save"})
			saved := newest(t, s, p)
			p = newPage()
			s = open(p, store)
			mustAsk[protocol.Ready](t, s, p, "hello", protocol.Hello{Writer: true})
			sft = protocol.StartRun{Stage: "sft", Resume: saved.ID}
		}
		info := train(t, s, p, sft)
		require.Equal(t, "story.txt", info.Dataset.Name)
		require.Equal(t, "talk.jsonl", info.Lessons.Name)
		require.Equal(t, parent, info.Parent)
		require.Equal(t, info.Parameters, info.Trained)
		require.Positive(t, info.Params["replay"], "the text is gone over again")
		last := newest(t, s, p)
		require.Equal(t, parent, last.Parent)
		require.Positive(t, last.HeldOutLoss)
		c, err := store.Get(t.Context(), last.ID, checkpoint.Weights)
		require.NoError(t, err)
		var bits []byte
		for _, x := range c.Weights() {
			bits = append(bits, checkpoint.Bytes(x.Data)...)
		}
		mustAsk[any](t, s, p, "dataset.drop", protocol.DropDataset{Dataset: talk.ID})
		_, err = store.Dataset(t.Context(), talk.ID)
		require.NoError(t, err, "a run may still need it")
		return bits
	}
	require.Equal(t, final(false), final(true))
}

// Preferences of one's own, then a reward model that judges and does not write.
func TestOwnPreferences(t *testing.T) {
	p := newPage()
	store := checkpoint.NewMemory(0, nil)
	s, parent := pretrained(t, p, store)
	pairs := upload(t, s, p, "pairs.jsonl", jsonl(pairLine, 20))
	require.Equal(t, 20, pairs.Pairs)
	info := train(t, s, p, protocol.StartRun{Stage: "dpo", Seed: 4, Parent: parent, Lessons: pairs.ID, Params: brief(nil)})
	require.Equal(t, "pairs.jsonl", info.Lessons.Name)
	require.True(t, newest(t, s, p).Writes)

	train(t, s, p, protocol.StartRun{Stage: "reward", Seed: 4, Parent: parent, Lessons: pairs.ID, Params: brief(nil)})
	e := mustAsk[protocol.Evaluation](t, s, p, "evaluate", protocol.Evaluate{Checkpoint: live})
	require.NotEmpty(t, e.Calibration)
	require.Contains(t, e.Measures, "pair_accuracy")
	judge := newest(t, s, p)
	words := protocol.Score{Checkpoint: live, Question: "Who bakes, 3?", Answers: []string{"A badger bakes bread 3.", "The fox."}, Tokens: true, Among: true}
	scores := mustAsk[protocol.Scores](t, s, p, "score", words)
	require.True(t, scores.Centred, "the run is over")
	require.Equal(t, 4, scores.Step)
	require.NotEmpty(t, scores.Among)
	told := all[protocol.MeasuredEvent](p, "measured")
	require.Equal(t, told[len(told)-1].Pairs, scores.Among)
	require.NotEmpty(t, told[len(told)-1].Told)
	last := scores.Answers[0].Tokens
	require.InDelta(t, scores.Answers[0].Reward, last[len(last)-1].Reward, 1e-4)
	for want, change := range map[string]func(c *protocol.Score){
		"reward_head":          func(c *protocol.Score) { c.Checkpoint = parent },
		"checkpoint_not_found": func(c *protocol.Score) { c.Checkpoint = "nowhere" },
		"score_empty":          func(c *protocol.Score) { c.Answers = []string{""} },
		"score_too_long":       func(c *protocol.Score) { c.Question = strings.Repeat("far too long ", 300) },
		"bad_command":          func(c *protocol.Score) { c.Answers = nil },
	} {
		bad := words
		change(&bad)
		_, _, refused := ask2(t, s, p, "score", bad)
		require.NotNil(t, refused, want)
		require.Equal(t, want, refused.Code)
	}
	// After a reload the checkpoint is examined as the run was.
	s = open(p, store)
	mustAsk[protocol.Ready](t, s, p, "hello", protocol.Hello{Writer: true})
	require.Equal(t, e, mustAsk[protocol.Evaluation](t, s, p, "evaluate", protocol.Evaluate{Checkpoint: judge.ID}))
	words.Checkpoint = judge.ID
	saved := mustAsk[protocol.Scores](t, s, p, "score", words)
	require.Equal(t, scores.Answers, saved.Answers, "the saved model scores as the live one")
	require.True(t, saved.Centred)
	require.Len(t, saved.Among, len(scores.Among))
	for i, pair := range scores.Among {
		require.InDelta(t, pair.Chosen, saved.Among[i].Chosen, 2e-4)
	}
	mustAsk[protocol.RunInfo](t, s, p, "run.start", protocol.StartRun{Stage: "reward", Seed: 4, Parent: parent, Lessons: pairs.ID, Params: brief(nil), Paused: true})
	_, _, refused := ask2(t, s, p, "evaluate", protocol.Evaluate{Checkpoint: judge.ID})
	require.Equal(t, "run_busy", refused.Code)
	require.False(t, judge.Writes)
	for _, id := range []string{live, judge.ID} {
		_, _, bad := ask2(t, s, p, "sample", protocol.Sample{Checkpoint: id, Prompt: "Who", MaxTokens: 3})
		require.Equal(t, "writes_nothing", bad.Code)
	}
}

func TestBadLessonsAndParents(t *testing.T) {
	p := newPage()
	s, parent := pretrained(t, p, checkpoint.NewMemory(0, nil))
	talk := upload(t, s, p, "talk.jsonl", jsonl(talkLine, 20))
	other := mustAsk[protocol.TokenizerInfo](t, s, p, "tokenizer.train", protocol.TrainTokenizer{Dataset: talk.ID, Kind: "bpe", Merges: 7})
	equal := upload(t, s, p, "equal.jsonl", []byte(strings.Repeat(`{"prompt":"Who?","chosen":"A fox.","rejected":"A fox."}`+"\n", 9)))
	long := upload(t, s, p, "long.jsonl", jsonl(`{"prompt":"Who, %d? `+strings.Repeat("a long way ", 200)+`","chosen":"A fox %d.","rejected":"An owl."}`, 9))
	one := upload(t, s, p, "one.jsonl", jsonl(`{"prompt":"Who?","chosen":"A fox %d %d.","rejected":"An owl."}`, 9))
	_, _, bad := ask2(t, s, p, "dataset.upload", protocol.Upload{Name: "half.jsonl"}, jsonl(`{"prompt":"Who, %d %d?","chosen":"A fox."}`, 9)...)
	require.Equal(t, "jsonl_wrong_type", bad.Code, "one side is missing")
	train(t, s, p, protocol.StartRun{Stage: "reward", Seed: 4, Parent: parent, Lessons: upload(t, s, p, "pairs.jsonl", jsonl(pairLine, 20)).ID, Params: brief(nil)})
	judge := newest(t, s, p).ID

	for want, start := range map[string]protocol.StartRun{
		"parent_missing":        {Stage: "sft", Preset: "seed", Dataset: talk.ID, Tokenizer: other.ID},
		"parent_tokenizer":      {Stage: "sft", Parent: parent, Lessons: talk.ID, Tokenizer: other.ID},
		"parent_stage":          {Stage: "sft", Parent: judge, Lessons: talk.ID},
		"parent_preset":         {Stage: "sft", Parent: parent, Lessons: talk.ID, Preset: "sprout"},
		"conversations_missing": {Stage: "sft", Parent: parent},
		"pairs_missing":         {Stage: "dpo", Parent: parent, Lessons: talk.ID},
		"pair_equal":            {Stage: "dpo", Parent: parent, Lessons: equal.ID},
		"pair_too_long":         {Stage: "dpo", Parent: parent, Lessons: long.ID},
		"pairs_one_question":    {Stage: "reward", Parent: parent, Lessons: one.ID},
		"checkpoint_not_found":  {Stage: "sft", Parent: "nowhere", Lessons: talk.ID},
		"dataset_not_found":     {Stage: "sft", Parent: parent, Lessons: "nothing"},
	} {
		_, _, bad := ask2(t, s, p, "run.start", start)
		require.NotNil(t, bad, want)
		require.Equal(t, want, bad.Code)
	}
	train(t, s, p, protocol.StartRun{Stage: "sft", Parent: parent, Lessons: talk.ID, Params: brief(map[string]float64{"context": 48})})
}

// The window of the loss mask, and the same questions to models before and
// after.
func TestLessonAndAnswers(t *testing.T) {
	p := newPage()
	s, parent := pretrained(t, p, checkpoint.NewMemory(0, nil))
	talk := upload(t, s, p, "talk.jsonl", jsonl(talkLine, 40))
	lesson := mustAsk[protocol.Lesson](t, s, p, "lesson", protocol.GetLesson{Stage: "sft", Parent: parent, Lessons: talk.ID})
	var learned, read strings.Builder
	for _, x := range lesson.Tokens {
		if x.Learned {
			learned.WriteString(x.Token.Text)
		} else {
			read.WriteString(x.Token.Text)
		}
	}
	require.Contains(t, learned.String(), "A badger bakes bread")
	require.NotContains(t, learned.String(), "Who bakes")
	require.Contains(t, read.String(), "Who bakes")

	train(t, s, p, protocol.StartRun{Stage: "sft", Seed: 4, Parent: parent, Lessons: talk.ID, Params: brief(map[string]float64{"steps": 20, "lr": 0.02, "context": 48})})
	ask := protocol.Ask{Checkpoints: []string{parent, live, newest(t, s, p).ID}}
	a := mustAsk[protocol.Answers](t, s, p, "ask", ask)
	require.NotEmpty(t, a.Questions)
	for _, q := range a.Questions {
		require.Contains(t, q.Text, "Who bakes")
		require.Len(t, q.Answers, 3)
		require.True(t, q.Answers[0].Plain, "pretraining knows no conversations")
		require.False(t, q.Answers[1].Plain)
		require.Equal(t, q.Answers[1], q.Answers[2], "the saved model is asked as the live one")
		require.Nil(t, q.Answers[1].Right, "nobody grades one's own questions")
	}
	require.Equal(t, a, mustAsk[protocol.Answers](t, s, p, "ask", ask), "always the same")
	ask.Questions = []string{"Who sings?"}
	own := mustAsk[protocol.Answers](t, s, p, "ask", ask)
	require.Equal(t, "Who sings?", own.Questions[0].Text)
	ask.Questions = []string{strings.Repeat("far too long ", 300)}
	_, _, bad := ask2(t, s, p, "ask", ask)
	require.Equal(t, "question_too_long", bad.Code)

	for _, id := range []string{live, newest(t, s, p).ID} {
		said := mustAsk[protocol.Sampled](t, s, p, "sample", protocol.Sample{Checkpoint: id, Prompt: "Who", MaxTokens: 9, Temperature: 1, Seed: 3})
		require.Equal(t, mustAsk[protocol.Sampled](t, s, p, "sample", protocol.Sample{Checkpoint: live, Prompt: "Who", MaxTokens: 9, Temperature: 1, Seed: 3}).Text, said.Text)
	}
	chat := mustAsk[protocol.Sampled](t, s, p, "sample", protocol.Sample{Checkpoint: live, Chat: true, Prompt: own.Questions[0].Text, MaxTokens: 48})
	require.Equal(t, own.Questions[0].Answers[1].Text, chat.Text)
}

// A town's questions are graded.
func TestAnswersAreGraded(t *testing.T) {
	p := newPage()
	s := open(p, checkpoint.NewMemory(0, nil))
	s.base = "../../web/public/"
	mustAsk[protocol.Ready](t, s, p, "hello", protocol.Hello{Writer: true, Base: s.base})
	train(t, s, p, protocol.StartRun{Stage: "sft", Seed: 4, Parent: demo, Params: brief(map[string]float64{"steps": 2, "sample_every": 100})})
	a := mustAsk[protocol.Answers](t, s, p, "ask", protocol.Ask{Checkpoints: []string{demo, live}})
	require.Len(t, a.Questions, 6)
	for _, q := range a.Questions {
		require.NotEmpty(t, q.Set)
		require.Nil(t, q.Answers[0].Right)
		require.NotNil(t, q.Answers[1].Right)
	}
	require.Equal(t, demo, newest(t, s, p).Parent)
}
