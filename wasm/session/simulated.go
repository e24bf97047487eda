package session

import (
	"context"

	"sprout/core/problem"
	"sprout/core/tensor"
	"sprout/core/world"
	"sprout/stages"
	"sprout/wasm/protocol"
)

// Questions that simulated people are asked about at most, and how often a model
// answers each: as many as in the journey.
const (
	mostSimulated = 1024
	answersEach   = 8
)

// simulate has simulated people compare a checkpoint's own answers, some at a time.
// What they have said when somebody stops it, or when it fails, is kept.
func (s *Session) simulate(c protocol.SimulateLabels, _ []byte) (any, []byte, error) {
	if c.Questions < 1 || c.Questions > mostSimulated {
		return nil, nil, problem.New("bad_command", nil, "Simulated people can be asked about 1 to %d questions at a time.", mostSimulated)
	}
	town, langs, err := s.townOf(c.Checkpoint, c.Dataset, c.Lang)
	if err != nil {
		return nil, nil, err
	}
	taught := stages.TaughtQuestions(town, c.Questions, langs...)
	asked := make([]world.Question, len(taught))
	rng := tensor.NewRNG(c.Seed, streamCandidates, 1)
	for i, from := range rng.Perm(len(taught)) { // in any order: whoever stops has asked about strangers, too
		asked[i] = taught[from]
	}
	p := polling{Session: s, SimulateLabels: c, town: town, stopped: s.stopping(), tell: s.preparing()}
	err = s.writer(c.Checkpoint, answersEach*len(asked), func(r *stages.Reader) error { return p.ask(r, asked) })
	s.progress("simulating", 1)
	if err == nil && p.out.Labels == 0 && !p.stopped() {
		err = alike(p.out.Questions)
	}
	if err != nil {
		return nil, nil, err
	}
	return p.out, nil, nil
}

// polling is simulated people at work.
type polling struct {
	*Session
	protocol.SimulateLabels
	town    *world.Town
	stopped func() bool
	tell    func(what string, share float64) error
	shown   int // matchups
	out     protocol.Simulated
}

// ask goes through the questions that are left.
func (p *polling) ask(r *stages.Reader, asked []world.Question) error {
	for p.out.Questions < len(asked) && !p.stopped() {
		done := p.out.Questions
		now := asked[done:min(len(asked), done+max(1, p.answersAtOnce()/answersEach))]
		all, err := matchups(r, p.town, now, stages.CandidateOptions{PerQuestion: answersEach, Seed: p.Seed, First: done})
		if err != nil {
			return err
		}
		people := stages.ThreePeople(p.Seed)
		people.First = p.shown
		said, err := people.Label(context.Background(), p.town, all, nil)
		if err != nil {
			return err
		}
		if err := p.keepChoices(all, said, people); err != nil {
			return err
		}
		p.shown += len(all)
		p.out.Questions += len(now)
		p.out.Labels += len(all)
		p.out.Alike += answersEach/2*len(now) - len(all)
		_ = p.tell("simulating", float64(p.out.Questions)/float64(len(asked)))
	}
	return nil
}

// keepChoices stores what people have said of matchups.
func (p *polling) keepChoices(all []stages.Matchup, said []float64, by stages.SimulatedPeople) error {
	if len(all) == 0 {
		return nil
	}
	var principles []string
	for _, x := range world.Constitution {
		if by.Principles&x.Principle != 0 {
			principles = append(principles, x.Name)
		}
	}
	labels := make([]protocol.Label, len(all))
	for i, m := range all {
		labels[i] = protocol.Label{
			Candidate: candidate(m, p.Checkpoint), P: said[i], Who: by.Source(), Time: unixMilli(), Principles: principles,
		}
	}
	return p.keepLabels(labels...)
}
