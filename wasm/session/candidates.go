package session

import (
	"math"
	"slices"
	"strings"

	"sprout/core/problem"
	"sprout/core/tensor"
	"sprout/core/world"
	"sprout/stages"
	"sprout/wasm/protocol"
)

const (
	mostAlike      = 8   // questions passed over for each pair that is wanted, besides those labelled
	mostCandidates = 512 // at a time
	// streamCandidates orders the questions of a seed.
	streamCandidates = 0x63616e64
)

// candidates answers the next questions twice. What was found when somebody stops
// it is the result.
func (s *Session) candidates(c protocol.GetCandidates, _ []byte) (any, []byte, error) {
	if c.Count < 1 || c.Count > mostCandidates || c.From < 0 {
		return nil, nil, problem.New("bad_command", nil, "Between 1 and %d pairs can be asked for at a time.", mostCandidates)
	}
	town, langs, err := s.townOf(c.Checkpoint, c.Dataset, c.Lang)
	if err != nil {
		return nil, nil, err
	}
	labels, _, err := s.labels()
	if err != nil {
		return nil, nil, err
	}
	asked := stages.TaughtQuestions(town, math.MaxInt, langs...)
	p := pairing{
		Session: s, GetCandidates: c, town: town, stopped: s.stopping(), tell: s.preparing(),
		repeats: repeatable(labels, c), known: map[string]bool{}, most: mostAlike*c.Count + len(labels),
		out: protocol.Candidates{Candidates: []protocol.Candidate{}, Next: c.From},
	}
	rng := tensor.NewRNG(c.Seed, streamCandidates, 0)
	for _, i := range rng.Perm(len(asked)) {
		p.asked = append(p.asked, asked[i])
	}
	for _, l := range labels { // what is labelled already, whoever did
		key, _ := comparison(l.Candidate)
		p.known[key] = true
	}
	if err := s.writer(c.Checkpoint, 2*c.Count, p.answered); err != nil {
		return nil, nil, err
	}
	s.progress("candidates", 1)
	if len(p.out.Candidates) == 0 && !p.stopped() {
		return nil, nil, alike(p.out.Alike)
	}
	return p.out, nil, nil
}

func alike(questions int) error {
	return problem.New("candidates_alike", problem.Args{"questions": questions},
		"The model gave the same answer twice to each of %d questions, so there is nothing to compare. Choose a model whose answers vary, such as one fresh from SFT.", questions)
}

// pairing is pairs in the making.
type pairing struct {
	*Session
	protocol.GetCandidates
	town    *world.Town
	asked   []world.Question // in the order of the seed
	repeats []protocol.Candidate
	known   map[string]bool // pairs that need not come again
	most    int             // questions that may be passed over
	stopped func() bool
	tell    func(what string, share float64) error
	out     protocol.Candidates
}

// answered has a model answer until there are as many pairs as were asked for.
func (p *pairing) answered(r *stages.Reader) error {
	out := &p.out
	for len(out.Candidates) < p.Count && out.Alike < p.most && !p.stopped() {
		n := min(p.Count-len(out.Candidates), p.answersAtOnce()/2)
		if p.Repeat > 0 {
			if len(p.repeats) > 0 && out.Next > 0 && out.Next%p.Repeat == 0 {
				out.Candidates = append(out.Candidates, p.repeats[0])
				p.repeats = p.repeats[1:]
				out.Next++
				continue
			}
			n = min(n, p.Repeat-out.Next%p.Repeat) // up to the next repetition
		}
		now := make([]world.Question, n)
		for i := range now {
			now[i] = p.asked[(out.Next+i)%len(p.asked)]
		}
		all, err := matchups(r, p.town, now, stages.CandidateOptions{Seed: p.Seed, First: out.Next})
		if err != nil {
			return err
		}
		out.Next += n
		out.Alike += n
		for _, m := range all {
			c := candidate(m, p.Checkpoint)
			if key, _ := comparison(c); !p.known[key] {
				p.known[key] = true
				out.Candidates = append(out.Candidates, c)
				out.Alike--
			}
		}
		_ = p.tell("candidates", float64(len(out.Candidates))/float64(p.Count))
	}
	return nil
}

// matchups are a model's answers in pairs that say different things, of which
// there may be none.
func matchups(r *stages.Reader, town *world.Town, asked []world.Question, o stages.CandidateOptions) ([]stages.Matchup, error) {
	all, _, err := r.Matchups(town, asked, o)
	if err != nil && problem.From(err).Code == "candidates_alike" {
		return nil, nil
	}
	return slices.DeleteFunc(all, func(m stages.Matchup) bool {
		a, b := strings.TrimSpace(m.A), strings.TrimSpace(m.B)
		return a == b || a == "" || b == ""
	}), err
}

func candidate(m stages.Matchup, checkpoint string) protocol.Candidate {
	return protocol.Candidate{
		Question: m.Question.Text, A: strings.TrimSpace(m.A), B: strings.TrimSpace(m.B),
		Lang: langNames[m.Question.Lang], Checkpoint: checkpoint,
	}
}

var langNames = [...]string{world.EN: "en", world.ZH: "zh"}

// townOf is the town that a checkpoint is asked about: the one of its text, unless
// another is named, in one language or in all of the town's. Problem "town_needed".
func (s *Session) townOf(checkpoint, dataset, lang string) (*world.Town, []world.Lang, error) {
	if dataset == "" {
		m, err := s.meta(checkpoint)
		if err != nil {
			return nil, nil, err
		}
		dataset = m.Dataset.ID
	}
	needed := problem.New("town_needed", nil, "The questions come from a town. Choose the town as the data.")
	if dataset == "" {
		return nil, nil, needed
	}
	d, err := s.dataset(dataset)
	if err != nil {
		return nil, nil, err
	}
	if d.town == nil {
		return nil, nil, needed
	}
	switch lang {
	case langNames[world.EN]:
		return d.town, []world.Lang{world.EN}, nil
	case langNames[world.ZH]:
		return d.town, []world.Lang{world.ZH}, nil
	}
	return d.town, d.langs, nil
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
