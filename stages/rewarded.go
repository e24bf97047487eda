package stages

import (
	"sprout/core/checkpoint"
	"sprout/core/nn"
	"sprout/core/parallel"
	"sprout/core/world"
)

// Rewarded is what a reward model thinks of a model's answers to held-out
// questions, and what the graders do, under all principles: means. The questions
// and the random numbers are those of Compare. A policy that was trained on the
// reward model alone may gain in the one and lose in the other. Problems: those of
// Compare, "reward_head", "reward_tokenizer".
func Rewarded(policy Examinee, reward *checkpoint.Checkpoint, o ReportOptions) (score, grade Estimate, err error) {
	if err := o.check(policy); err != nil {
		return score, grade, err
	}
	r, err := OpenReader(policy, o.Machine)
	if err != nil {
		return score, grade, err
	}
	said, err := r.answers(o.Town, heldOutQuestions(o.Town, o.Langs, o.prompts()), o.form(r.Meta.Stage), o.sampling())
	tok := r.Tokenizer
	r.Close()
	if err != nil {
		return score, grade, err
	}
	c, err := rewardCompanion(reward, tok, longestAnswer(said)+1)
	if err != nil {
		return score, grade, err
	}
	be, err := o.NewBackend()
	if err != nil {
		return score, grade, err
	}
	defer be.Close()
	p, err := nn.NewParams(be, c.Config, c.heads()...)
	if err != nil {
		return score, grade, err
	}
	defer p.Close()
	if err := p.Load(named(reward, "")); err != nil {
		return score, grade, err
	}
	scores, err := o.rewards(p, said)
	if err != nil {
		return score, grade, err
	}
	grades := make([]float64, len(said))
	for i, a := range said {
		grades[i] = a.grade.Score(world.AllPrinciples)
	}
	return meanOf(scores), meanOf(grades), nil
}

// rewardedRows are scored without a break.
const rewardedRows = 48

// rewards reads the reward of each answer at its last token.
func (o ReportOptions) rewards(p *nn.Params, said []answer) ([]float64, error) {
	s := newServices(p)
	defer s.close()
	T := longestAnswer(said) + 1
	var out []float64
	for from := 0; from < len(said); from += rewardedRows {
		part := said[from:min(from+rewardedRows, len(said))]
		b := &parallel.Batch{
			Rows: len(part), Ints: [][]int32{make([]int32, len(part)*T), make([]int32, len(part)*T)},
			Floats: [][]float32{make([]float32, len(part)*T)},
		}
		for i, a := range part {
			row := b.Ints[0][i*T : (i+1)*T]
			n := copy(row, a.prompt)
			n += copy(row[n:], a.tokens)
			b.Floats[0][i*T+n-1] = 1
		}
		r, err := s.judges.serve(b, nil)
		if err != nil {
			return nil, err
		}
		for _, x := range r.Floats {
			out = append(out, float64(x))
		}
		if o.Yield != nil {
			o.Yield()
		}
	}
	return out, nil
}
