package stages

import (
	"context"

	"sprout/core/problem"
	"sprout/core/text"
	"sprout/core/world"
)

// Judge compares answers by a set of rules. SproutJudge is one of the town's
// own, OutsideJudge asks a language model that somebody else runs.
type Judge interface {
	// Compare judges each comparison in both orders. progress, if not nil, is told
	// the share that is done; an error of its own stops the work. What was judged
	// before an error is returned with it, so nothing has to be asked twice.
	// Problems: "judge_…".
	Compare(ctx context.Context, all []Comparison, progress func(done float64) error) ([]Judgement, error)
}

// Rules are what a judge goes by.
type Rules struct {
	Principles world.Principle `json:"principles"`     // of the town's constitution
	Free       []string        `json:"free,omitempty"` // in one's own words; only an outside judge can read them
}

// check is the problem "judge_no_rules" where there is nothing to go by.
func (r Rules) check() error {
	if r.Principles&world.AllPrinciples == 0 && len(r.Free) == 0 {
		return problem.New("judge_no_rules", nil, "A judge needs at least one principle to go by. Switch one on.")
	}
	return nil
}

// Comparison is two answers to the same conversation.
type Comparison struct {
	Prompt []text.Turn // up to the answers
	A, B   string
	Lang   world.Lang // of the question
	// Background is what an outside judge is told of the town, which it cannot
	// know; a judge of the town's own has read the corpus and does not look at it.
	Background string
}

// Judgement is what a judge says of a comparison.
type Judgement struct {
	P    float64 // probability that A is the better one, both orders averaged
	Bias float64 // by how much the place shown first was favoured, −½ … ½
}

// judged joins what was said in the two orders.
func judged(aFirst, bFirst verdict) Judgement {
	return Judgement{P: rlaifLabel(aFirst, bFirst), Bias: positionBias(aFirst, bFirst)}
}

func init() {
	problem.Register(map[string]string{
		"judge_no_rules":     "a judge without any principle to go by",
		"judge_nonsense":     "the judge named neither of the two answers: reply",
		"judge_free_text":    "principles in one's own words need an outside judge",
		"judge_stage":        "the checkpoint is no judge: have",
		"judge_letters":      "the tokenizer does not write each letter of a judge's script as one token",
		"judge_without_town": "a judge learns from the graders of a town, and there is none",
		"judge_too_long":     "a comparison is longer than the judge's context: comparison, tokens, context",
	})
}
