package stages

import (
	"context"

	"sprout/core/problem"
)

// SproutJudge is a checkpoint of the stage "judge" at work, with all workers. It
// reads the principles of the town's constitution and no others.
type SproutJudge struct {
	reader  *Reader
	rules   Rules
	letters letters
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
			"A Sprout understands only the five principles of the town. Principles in your own words need an outside judge.")
	}
	if err := rules.check(); err != nil {
		return nil, err
	}
	l, err := lettersOf(r.Tokenizer)
	if err != nil {
		return nil, err
	}
	return &SproutJudge{r, rules, l}, nil
}

// Fits reports whether the judge reads a comparison at once, in either order.
func (j *SproutJudge) Fits(c Comparison) bool {
	for _, pair := range [][2]string{{c.A, c.B}, {c.B, c.A}} {
		if len(j.prompt(c, pair)) > j.reader.Model.Config.Context {
			return false
		}
	}
	return true
}

// prompt ends where the verdict is due.
func (j *SproutJudge) prompt(c Comparison, pair [2]string) []int32 {
	return appendRubric(shown(j.reader.Tokenizer, c.Prompt, pair[0], pair[1]), j.reader.Tokenizer, j.rules.Principles, c.Lang)
}

// Compare judges with all workers; see Judge. Problem "judge_too_long".
func (j *SproutJudge) Compare(ctx context.Context, all []Comparison, progress func(float64) error) ([]Judgement, error) {
	most := j.reader.Model.Config.Context
	prompts := make([][]int32, 0, 2*len(all))
	for i, c := range all {
		for _, pair := range [][2]string{{c.A, c.B}, {c.B, c.A}} {
			ids := j.prompt(c, pair)
			if len(ids) > most {
				return nil, problem.New("judge_too_long", problem.Args{"comparison": i + 1, "tokens": len(ids), "context": most},
					"Comparison %d has %d tokens, more than the %d that the judge reads at once.", i+1, len(ids), most)
			}
			prompts = append(prompts, ids)
		}
	}
	said, err := j.letters.verdicts(j.reader.group.Serve, prompts, most, func(done float64) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		if progress == nil {
			return nil
		}
		return progress(done)
	})
	if err != nil {
		return nil, err
	}
	out := make([]Judgement, len(all))
	for i := range out {
		out[i] = judged(said[2*i], said[2*i+1])
	}
	return out, nil
}
