package session

import (
	"math"
	"strings"

	"sprout/core/gen"
	"sprout/core/problem"
	"sprout/core/tensor"
	"sprout/core/world"
	"sprout/stages"
	"sprout/wasm/protocol"
)

const (
	candidateTokens = 48 // of an answer
	mostAlike       = 8  // questions passed over for each pair that is wanted, besides those labelled
	mostCandidates  = 64 // at a time
	// streamCandidates orders the questions of a seed.
	streamCandidates = 0x63616e64
)

// candidates answers the next questions twice. The engine is free between two
// questions, so that a run in progress goes on.
func (s *Session) candidates(c protocol.GetCandidates, _ []byte) (any, []byte, error) {
	if c.Count < 1 || c.Count > mostCandidates || c.From < 0 {
		return nil, nil, problem.New("bad_command", nil, "Between 1 and %d pairs can be asked for at a time.", mostCandidates)
	}
	asked, err := s.townQuestions(c)
	if err != nil {
		return nil, nil, err
	}
	labels, _, err := s.labels()
	if err != nil {
		return nil, nil, err
	}
	known := map[string]bool{} // what is labelled already, whoever did
	for _, l := range labels {
		key, _ := comparison(l.Candidate)
		known[key] = true
	}
	repeats, most := repeatable(labels, c), mostAlike*c.Count+len(known)
	rng := tensor.NewRNG(c.Seed, streamCandidates, 0)
	order := rng.Perm(len(asked))
	out := protocol.Candidates{Candidates: []protocol.Candidate{}, Next: c.From}
	for len(out.Candidates) < c.Count && out.Alike < most {
		if c.Repeat > 0 && len(repeats) > 0 && out.Next > 0 && out.Next%c.Repeat == 0 {
			out.Candidates = append(out.Candidates, repeats[0])
			repeats = repeats[1:]
			out.Next++
			continue
		}
		q := asked[order[out.Next%len(asked)]]
		a, b, err := s.twoAnswers(c, q.Text, out.Next)
		if err != nil {
			return nil, nil, err
		}
		out.Next++
		pair := protocol.Candidate{Question: q.Text, A: a, B: b, Lang: langNames[q.Lang], Checkpoint: c.Checkpoint}
		key, _ := comparison(pair)
		if a == b || a == "" || b == "" || known[key] {
			out.Alike++
		} else {
			known[key] = true
			out.Candidates = append(out.Candidates, pair)
		}
		s.progress("candidates", float64(len(out.Candidates))/float64(c.Count))
		s.host.Yield()
	}
	if len(out.Candidates) == 0 {
		return nil, nil, problem.New("candidates_alike", problem.Args{"questions": out.Alike},
			"The model gave the same answer twice to each of %d questions, so there is nothing to compare. Choose a model whose answers vary, such as one fresh from SFT.", out.Alike)
	}
	return out, nil, nil
}

var langNames = [...]string{world.EN: "en", world.ZH: "zh"}

// townQuestions are those that lessons may be about, three in four of them about
// residents: the held-out ones stay unseen. Problem "town_needed".
func (s *Session) townQuestions(c protocol.GetCandidates) ([]world.Question, error) {
	id := c.Dataset
	if id == "" {
		m, err := s.meta(c.Checkpoint)
		if err != nil {
			return nil, err
		}
		id = m.Dataset.ID
	}
	needed := problem.New("town_needed", nil, "The questions come from a town. Choose the town as the data.")
	if id == "" {
		return nil, needed
	}
	d, err := s.dataset(id)
	if err != nil {
		return nil, err
	}
	if d.town == nil {
		return nil, needed
	}
	langs := d.langs
	if c.Lang != "" {
		langs = []world.Lang{world.EN}
		if c.Lang == "zh" {
			langs[0] = world.ZH
		}
	}
	return stages.TaughtQuestions(d.town, math.MaxInt, langs...), nil
}

// repeatable are the clicks that were not repeated yet, oldest first, the other
// way round.
func repeatable(list []protocol.Label, c protocol.GetCandidates) (out []protocol.Candidate) {
	done := map[string]bool{}
	for _, l := range list {
		done[l.Repeats] = true
	}
	for _, l := range list {
		if l.Who != stages.SourceClick || l.Repeats != "" || done[l.ID] || (c.Lang != "" && l.Lang != c.Lang) {
			continue
		}
		again := l.Candidate
		again.A, again.B, again.Repeats = l.B, l.A, l.ID
		out = append(out, again)
	}
	return out
}

// twoAnswers samples question number n at temperature 1, as often as there are
// places.
func (s *Session) twoAnswers(c protocol.GetCandidates, question string, n int) (a, b string, err error) {
	s.engine.Lock()
	defer s.engine.Unlock()
	m, err := s.model(c.Checkpoint, "")
	if err != nil {
		return "", "", err
	}
	prompt, err := m.chat(say(question))
	if err != nil {
		return "", "", err
	}
	for i, to := range []*string{&a, &b} {
		var said strings.Builder
		_, err := m.gen.Generate([][]int32{prompt}, gen.Options{
			Sampling:  gen.Sampling{Temperature: 1},
			MaxTokens: candidateTokens, Decode: m.tok,
			Seed: c.Seed, Step: uint64(n), First: uint64(i),
			OnToken: func(t *gen.Token) error { said.WriteString(t.Delta); return nil },
		})
		if err != nil {
			return "", "", err
		}
		*to = strings.TrimSpace(strings.ToValidUTF8(said.String(), "\uFFFD"))
	}
	return a, b, nil
}
