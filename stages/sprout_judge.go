package stages

import (
	"context"

	"sprout/core/problem"
	"sprout/core/world"
)

// SproutJudge is a checkpoint of the stage "judge" at work, with all workers. It
// reads the principles of the town's constitution and no others.
type SproutJudge struct {
	reader *Reader
	rules  Rules
	script script
}

// NewSproutJudge makes a judge of a model that stays the caller's. Problems:
// "judge_stage", "judge_free_text", "judge_no_rules", "judge_letters".
func NewSproutJudge(r *Reader, rules Rules) (*SproutJudge, error) {
	if stage := r.Meta.Stage; stage != (TownJudge{}).Name() {
		return nil, problem.New("judge_stage", problem.Args{"have": stage},
			"A checkpoint of the stage %s has not learned to judge. Choose one of the stage judge.", stage)
	}
	if len(rules.Free) > 0 {
		return nil, problem.New("judge_free_text", nil,
			"A judge trained here understands only the five principles of the town. Principles in your own words need an outside judge.")
	}
	if err := rules.check(); err != nil {
		return nil, err
	}
	script, err := scriptOf(r.Tokenizer)
	if err != nil {
		return nil, err
	}
	return &SproutJudge{r, rules, script}, nil
}

// Fits reports whether the judge reads a comparison at once, in either order.
func (j *SproutJudge) Fits(c Comparison) bool {
	return j.trial(c).most(&j.script) <= j.reader.Model.Config.Context
}

func (j *SproutJudge) trial(c Comparison) *trial {
	x := newTrial(j.reader.Tokenizer, c.Prompt, c.A, c.B)
	return &x
}

// Compare judges with all workers; see Judge. Problem "judge_too_long".
func (j *SproutJudge) Compare(ctx context.Context, all []Comparison, progress func(float64) error) ([]Judgement, error) {
	most := j.reader.Model.Config.Context
	trials, under := make([]*trial, len(all)), make([]world.Principle, len(all))
	for i, c := range all {
		trials[i], under[i] = j.trial(c), j.rules.Principles
		if n := trials[i].most(&j.script); n > most {
			return nil, problem.New("judge_too_long", problem.Args{"comparison": i + 1, "tokens": n, "context": most},
				"Comparison %d may take %d tokens, more than the %d that the judge reads at once. Leave it out, or train a judge with a larger context.", i+1, n, most)
		}
	}
	said, err := j.script.hear(j.reader.group.Serve, trials, under, most, func(done float64) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		if progress == nil {
			return nil
		}
		return progress(done)
	})
	out := make([]Judgement, len(said)/2)
	for i := range out {
		out[i] = judged(said[2*i], said[2*i+1])
	}
	return out, err
}
