package stages

import (
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
	t, err := newTrainer(o, recipe{
		batch: B, tokens: B * T, optim: adamw(v), schedule: warmupCosine(v),
		fill: newLessons(train, c.data, c.replay, o.seed, B, T).fill,
		tell: tellAnswers,
		gauge: func(t *trainer, whole bool) gauge {
			return c.gauge(t, newAnswerGauge(t.subject(), heldOut, T, whole))
		},
		prompt: func(step int) (string, []int32) {
			p := asked[step/int(v["sample_every"])%len(asked)]
			return p.shown, p.tokens
		},
	})
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
