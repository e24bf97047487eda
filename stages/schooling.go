package stages

import (
	"sprout/core/parallel"
	"sprout/core/problem"
	"sprout/core/text"
)

// schooling is what a stage teaches by conversations; SFT and LoRA differ in little
// else.
type schooling struct {
	train, heldOut []Conversation
	asked          []text.Doc    // the held-out conversations, whose questions are asked while training
	data           *text.Dataset // of which replay is the share of rows; nil without
	replay         float64
	gauge          func(*trainer, *answerGauge) gauge
	// tell, if not nil, takes the place of tellAnswers.
	tell func(m Metrics, sums []float64, b *parallel.Batch) Metrics
	// begin is that of a recipe, given the lessons.
	begin func(*trainer, *lessons) error
	// gather and fill, if not nil, are those of a recipe, given the lessons.
	gather func(*trainer, *lessons) error
	fill   func(l *lessons, step int, b *parallel.Batch)
}

// start prepares the run: what does not fit a sequence is cut, and the run's
// notes say so. Problem "conversations_too_long".
func (c schooling) start(o *opened) (Run, error) {
	v := o.values
	B, T := int(v["batch"]), int(v["context"])
	train, cut, lost := fitted(c.train, T)
	heldOut, _, _ := fitted(c.heldOut, T)
	if len(train) == 0 || len(heldOut) == 0 {
		return nil, tooLong(T)
	}
	asked := openings(o.Setup.Tokenizer, c.asked, T)
	l := newLessons(train, c.data, c.replay, o.seed, B, T)
	r := recipe{
		batch: B, tokens: B * T, optim: adamw(v), schedule: warmupCosine(v),
		fill: l.fill,
		tell: tellAnswers,
		gauge: func(t *trainer, whole bool) gauge {
			return c.gauge(t, newAnswerGauge(t.subject(), heldOut, T, whole))
		},
		prompt: func(step int) (string, []int32) {
			p := asked[step/int(v["sample_every"])%len(asked)]
			return p.shown, p.tokens
		},
	}
	if c.tell != nil {
		r.tell = c.tell
	}
	if c.begin != nil {
		r.begin = func(t *trainer) error { return c.begin(t, l) }
	}
	if c.gather != nil {
		r.gather = func(t *trainer) (*Part, error) { return nil, c.gather(t, l) }
		r.fill = func(step int, b *parallel.Batch) { c.fill(l, step, b) }
	}
	t, err := newTrainer(o, r)
	if err != nil {
		return nil, err
	}
	if cut > 0 {
		t.notes = append(t.notes, conversationsCut(cut, lost, T))
	}
	return t, nil
}

func conversationsCut(cut, lost, T int) *problem.Problem {
	return problem.New("note_conversations_cut", problem.Args{"cut": cut, "lost": lost, "context": T},
		"%d conversations are longer than %d tokens and are cut; %d of them are left out, since their answers begin later.", cut, T, lost)
}

func tooLong(T int) error {
	return problem.New("conversations_too_long", problem.Args{"context": T},
		"No conversation begins its answer within %d tokens. Choose a longer context.", T)
}
