package stages

import (
	"context"

	"sprout/core/gen"
	"sprout/core/problem"
	"sprout/core/tensor"
	"sprout/core/text"
	"sprout/core/world"
)

// Matchup is two different answers of a model to one question, to be compared.
type Matchup struct {
	Question world.Question
	A, B     string
}

// CandidateOptions say how answers are sampled.
type CandidateOptions struct {
	PerQuestion int     // answers to each question, 2 or more; 0 means 2
	Temperature float64 // 0 means 1, that of the model itself
	Seed        uint64
	// First is how many questions of this seed were answered before: asked in parts
	// they get the answers that they would get at once, where the context has room.
	First int
}

// Matchups has a model answer each question several times and pairs the answers
// as they come: the first with the second, and so on. same counts the pairs that
// were left out because both say the same. Problem "candidates_alike" where
// nothing is left.
func (r *Reader) Matchups(town *world.Town, questions []world.Question, o CandidateOptions) (all []Matchup, same int, err error) {
	n := max(2, o.PerQuestion)
	if o.Temperature == 0 {
		o.Temperature = 1
	}
	asked := make([]world.Question, 0, n*len(questions))
	for _, q := range questions {
		for range n {
			asked = append(asked, q)
		}
	}
	said, err := r.answers(town, asked, Chat, gen.Options{
		Sampling: gen.Sampling{Temperature: o.Temperature}, Seed: o.Seed, First: uint64(o.First * n),
	})
	if err != nil {
		return nil, 0, err
	}
	for i, q := range questions {
		of := said[i*n : (i+1)*n]
		for k := 0; k+1 < n; k += 2 {
			if of[k].text == of[k+1].text {
				same++
				continue
			}
			all = append(all, Matchup{q, of[k].text, of[k+1].text})
		}
	}
	if len(all) == 0 && len(questions) > 0 {
		return nil, same, problem.New("candidates_alike", problem.Args{"questions": len(questions)},
			"The model gave the same answer to each of %d questions every time, so nothing can be compared. Choose a model whose answers vary, such as one fresh from SFT.", len(questions))
	}
	return all, same, nil
}

// TaughtQuestions are at most n of the questions that a town's lessons may show,
// evenly spread, one in unknownShare + 1 of them about strangers: those to ask a
// model whose answers are to be compared. Among all questions most are about
// strangers, and who is asked little else learns to refuse.
func TaughtQuestions(town *world.Town, n int, langs ...world.Lang) []world.Question {
	known, unknown := town.Questions(world.Seen, langs...), town.Questions(world.UnknownSeen, langs...)
	strangers := min(n/(unknownShare+1), len(unknown))
	out := spread(known, n-strangers)
	return append(out, spread(unknown, min(strangers, len(out)/unknownShare))...)
}

// Comparison is the matchup as judges of any kind read it.
func (m Matchup) Comparison(town *world.Town) Comparison {
	return Comparison{
		Prompt: []text.Turn{{Role: text.RoleUser, Content: m.Question.Text}},
		A:      m.A, B: m.B, Lang: m.Question.Lang, Background: town.Knowledge(m.Question),
	}
}

// lead is by how much the graders score A higher.
func (m Matchup) lead(town *world.Town, p world.Principle) float64 {
	return town.Grade(m.Question, m.A).Score(p) - town.Grade(m.Question, m.B).Score(p)
}

// Labeller says of each matchup with what probability A is the better answer.
type Labeller interface {
	Label(ctx context.Context, town *world.Town, all []Matchup, progress func(done float64) error) ([]float64, error)
	Source() string
}

// GraderLabels are those of the graders under some principles: 0, 1, or ½ for
// answers that they find equally good.
type GraderLabels struct{ Principles world.Principle }

// Source is "grader".
func (GraderLabels) Source() string { return SourceGrader }

// Label grades.
func (g GraderLabels) Label(_ context.Context, town *world.Town, all []Matchup, _ func(float64) error) ([]float64, error) {
	out := make([]float64, len(all))
	for i, m := range all {
		out[i] = won(m.lead(town, g.Principles))
	}
	return out, nil
}

// SimulatedPeople are made up. Each matchup is shown to one or several of them,
// who choose by Bradley and Terry's model,
//
//	p(A) = σ((score(A) − score(B))/Temperature + bias),
//
// with a liking of their own for the first place, or, now and then, without
// looking. A label is the share of choices for A: of one person 0 or 1.
type SimulatedPeople struct {
	Principles  world.Principle
	People      int     // 0 means 20
	Each        int     // who are asked about each matchup, anew each time; 0 means 1
	Temperature float64 // of the scores in [0, 1]; 0 means 0.1
	Bias        float64 // standard deviation, over the people, of the liking for the first place, nats
	Lapses      float64 // share of choices made without looking
	Seed        uint64
	First       int // matchups of this seed that were shown before, as parts of a whole
}

// ThreePeople are simulated people under all principles who like the first place a
// little and now and then do not look. Three see each matchup, as is usual where
// people err: the label is how many of them chose the answer.
func ThreePeople(seed uint64) SimulatedPeople {
	return SimulatedPeople{Principles: world.AllPrinciples, Each: 3, Bias: .2, Lapses: .05, Seed: seed}
}

// Streams of the people's choices and of their likings.
const (
	streamChoices = 0x63686f69636573
	streamPeople  = 0x70656f706c65
)

// Source is "simulated".
func (SimulatedPeople) Source() string { return SourceSimulated }

// Label has the people choose. Matchup i draws from RNG(Seed, First + i).
func (s SimulatedPeople) Label(_ context.Context, town *world.Town, all []Matchup, _ func(float64) error) ([]float64, error) {
	if s.People == 0 {
		s.People = 20
	}
	if s.Temperature == 0 {
		s.Temperature = 0.1
	}
	s.Each = max(1, s.Each)
	out := make([]float64, len(all))
	for i, m := range all {
		rng, lead, chose := tensor.NewRNG(s.Seed, streamChoices, uint64(s.First+i)), m.lead(town, s.Principles), 0
		for range s.Each {
			person := tensor.NewRNG(s.Seed, streamPeople, uint64(rng.IntN(s.People)))
			p := logistic(lead/s.Temperature + s.Bias*person.Normal())
			if rng.Float64() < s.Lapses {
				p = 0.5
			}
			if rng.Float64() < p {
				chose++
			}
		}
		out[i] = float64(chose) / float64(s.Each)
	}
	return out, nil
}

// JudgeLabels are a judge's probabilities, both orders averaged.
type JudgeLabels struct{ Judge Judge }

// Source is "judge".
func (JudgeLabels) Source() string { return SourceJudge }

// Label asks the judge. What was judged before an error is returned with it.
func (j JudgeLabels) Label(ctx context.Context, town *world.Town, all []Matchup, progress func(float64) error) ([]float64, error) {
	asked := make([]Comparison, len(all))
	for i, m := range all {
		asked[i] = m.Comparison(town)
	}
	said, err := j.Judge.Compare(ctx, asked, progress)
	out := make([]float64, len(said))
	for i, x := range said {
		out[i] = x.P
	}
	return out, err
}

// Prefer makes pairs of matchups and their labels, of which there may be fewer:
// the likelier answer is the chosen one. ties counts those that are left out
// because neither is. Problem "pairs_one_sided" where the first answer always
// wins, or never, as with a judge or a person who goes by the place alone.
func Prefer(all []Matchup, labels []float64, source string) (pairs []Pair, ties int, err error) {
	first := 0
	for i, p := range labels {
		m := all[i]
		chosen, rejected := m.A, m.B
		switch {
		case p == 0.5:
			ties++
			continue
		case p < 0.5:
			chosen, rejected, p = m.B, m.A, 1-p
		default:
			first++
		}
		pairs = append(pairs, Pair{
			Chosen: exchange(m.Question.Text, chosen).Turns, Rejected: exchange(m.Question.Text, rejected).Turns,
			P: p, Source: source,
		})
	}
	return pairs, ties, CheckPlaces(first, len(pairs))
}

// Agreement is the share of labels with which the graders agree under some
// principles, over the matchups that they tell apart; an even label counts half.
// NaN where there are none.
func Agreement(town *world.Town, p world.Principle, all []Matchup, labels []float64) float64 {
	agreed, n := 0.0, 0
	for i, label := range labels {
		if lead := all[i].lead(town, p); lead != 0 {
			n++
			if lead < 0 {
				label = 1 - label
			}
			agreed += won(label - 0.5)
		}
	}
	return agreed / float64(n)
}
