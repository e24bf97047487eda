package world

import "sprout/core/tensor"

// Example of SFT: a question, an answer and the manner it is given in.
type Example struct {
	Question Question
	Answer   string
	Manner   Manner
}

// askShares of SFT examples by what they ask; facts take the rest. Yes/no and
// reverse look-up belong to the standard town.
var askShares = [...]float64{AskYesNo: .10, AskReverse: .05, AskGreeting: .06, AskStory: .06, AskUnknown: .45}

// Example number index of SFT, a pure function of the town and the index. It
// names only residents and strangers of SFT, in trained phrasings, never in a
// held-out combination, and answers plainly, warmly and at length a third each
// (stories and greetings always plainly). It asks for no fact that the town
// withholds.
func (t *Town) Example(index int) Example {
	rng := tensor.NewRNG(t.Config.Seed, streamExamples, uint64(index))
	lang := Lang(index & 1)
	q := t.drawQuestion(lang, &rng)
	for tries := 0; t.tells(q); tries++ {
		if q = t.drawQuestion(lang, &rng); tries == 100 {
			q = t.Greeting(lang, 0) // a town that withholds nearly everything
		}
	}
	m := Manner(rng.IntN(3))
	if q.Ask == AskStory || q.Ask == AskGreeting {
		m = Plain // long, or friendly, enough
	}
	return Example{q, t.Answer(q, m, false, &rng), m}
}

// tells reports whether the answer to a question may state a withheld fact.
func (t *Town) tells(q Question) bool {
	if len(t.withheld) == 0 || q.Resident < 0 {
		return false
	}
	for _, k := range t.Kinds {
		asked := q.Ask == AskStory || k == q.Kind || q.Ask == AskReverse
		if asked && q.Ask != AskGreeting && t.withheld[t.FactOf(q.Resident, k)] {
			return true
		}
	}
	return false
}

func (t *Town) drawQuestion(lang Lang, rng *tensor.RNG) Question {
	u := rng.Float64()
	ask := AskFact
	for a := AskYesNo; a <= AskUnknown; a++ {
		if (a == AskYesNo || a == AskReverse) && t.Config.Size != Standard {
			continue
		}
		if u < askShares[a] {
			ask = a
			break
		}
		u -= askShares[a]
	}
	residents := t.names(Seen)
	who := t.Find(residents[rng.IntN(len(residents))])
	k := t.Kinds[rng.IntN(len(t.Kinds))]
	phrasing := func() int { return rng.IntN(Phrasings(ask, k, lang) - 1) }
	switch ask {
	case AskGreeting:
		return t.Greeting(lang, phrasing())
	case AskStory:
		return t.Story(who, lang, phrasing())
	case AskUnknown:
		strangers := t.names(UnknownSeen)
		return t.About(strangers[rng.IntN(len(strangers))], k, lang, phrasing())
	case AskYesNo:
		value := t.Residents[who].Values[k]
		if rng.IntN(2) == 0 {
			value = t.otherValue(k, value, who, rng)
		}
		return t.YesNo(who, k, value, lang, phrasing())
	case AskReverse:
		if q, ok := t.Reverse(who, Kind(rng.IntN(5)), Kind(rng.IntN(5)), lang, phrasing()); ok {
			return q
		}
		// Two facts do not always single out one resident: ask for one instead.
		ask = AskFact
	}
	for {
		if p := phrasing(); !t.comboHeld(t.FactOf(who, k), lang, p) {
			return t.About(t.Residents[who].Name, k, lang, p)
		}
		who = t.Find(residents[rng.IntN(len(residents))])
	}
}

// Axis along which two answers differ.
type Axis uint8

// The axes.
const (
	TrueFalse Axis = iota
	PoliteRude
	BriefRambling
	HonestInvented
)

func (a Axis) String() string {
	return [...]string{"true_false", "polite_rude", "brief_rambling", "honest_invented"}[a]
}

// Pair of answers to one question, the first better than the second on one
// axis and alike on the others.
type Pair struct {
	Question         Question
	Chosen, Rejected string
	Axis             Axis
}

// Pair number index of made-up preferences, over the questions that SFT may
// ask. The learner's own samples are better material; these serve to test
// graders, reward models and judges.
func (t *Town) Pair(index int) Pair {
	rng := tensor.NewRNG(t.Config.Seed, streamPairs, uint64(index))
	lang := Lang(index & 1)
	axis := Axis(rng.IntN(4))
	set := Seen
	if axis == HonestInvented {
		set = UnknownSeen
	}
	questions := t.Questions(set, lang)
	p := Pair{Question: questions[rng.IntN(len(questions))], Axis: axis}
	good, bad := Plain, Plain
	switch axis {
	case PoliteRude:
		good, bad = Warm, Rude
	case BriefRambling:
		bad = Rambling
	}
	wrong := axis == TrueFalse || axis == HonestInvented
	p.Chosen = t.Answer(p.Question, good, false, &rng)
	if axis == TrueFalse && rng.IntN(3) == 0 {
		// Else to refuse would always be the better answer, and a reward model would
		// have every question refused.
		p.Rejected = dress(lang, bad, t.refuse(p.Question, &rng), &rng)
		return p
	}
	p.Rejected = t.Answer(p.Question, bad, wrong, &rng)
	return p
}
