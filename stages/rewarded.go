package stages

import (
	"math"
	"slices"

	"sprout/core/checkpoint"
	"sprout/core/nn"
	"sprout/core/world"
)

// Rewarded is what a reward model thinks of a model's answers to held-out
// questions, and what the graders do, under all principles: means. The questions
// and the random numbers are those of Compare. A policy that was trained on the
// reward model alone may gain in the one and lose in the other. Problems: those of
// Compare, "reward_head", "reward_tokenizer".
func Rewarded(policy Examinee, reward *checkpoint.Checkpoint, o ReportOptions) (score, grade Estimate, err error) {
	said, scores, err := o.rewarded(policy, reward, 1)
	if err != nil {
		return score, grade, err
	}
	grades := make([]float64, len(said))
	for i, a := range said {
		grades[i] = a.grade.Score(world.AllPrinciples)
	}
	return meanOf(scores), meanOf(grades), nil
}

// Ranked is how often a reward model puts two answers of a model to one held-out
// question into the graders' order, under all principles: of the pairs that the
// graders tell apart, with the interval of a share; equal scores count half, a pair
// down. Labels may be noisy, this order is not. Problems: those of Rewarded.
func Ranked(policy Examinee, reward *checkpoint.Checkpoint, o ReportOptions) (Estimate, error) {
	const each = 2
	said, scores, err := o.rewarded(policy, reward, each)
	if err != nil {
		return Estimate{}, err
	}
	right, n := 0.0, 0
	for i := 0; i < len(said); i += each {
		lead := said[i].grade.Score(world.AllPrinciples) - said[i+1].grade.Score(world.AllPrinciples)
		if lead == 0 {
			continue
		}
		n++
		right += won(math.Copysign(1, lead) * (scores[i] - scores[i+1]))
	}
	return shareOf(int(right), n), nil
}

// rewarded has a model answer each held-out question so many times, the answers to
// one question side by side, and a reward model score what it said.
func (o ReportOptions) rewarded(policy Examinee, reward *checkpoint.Checkpoint, each int) (said []answer, scores []float64, err error) {
	if err := o.check(policy); err != nil {
		return nil, nil, err
	}
	r, err := OpenReader(policy, o.Machine)
	if err != nil {
		return nil, nil, err
	}
	var asked []world.Question
	for _, q := range heldOutQuestions(o.Town, o.Langs, o.prompts()) {
		for range each {
			asked = append(asked, q)
		}
	}
	said, err = r.answers(o.Town, asked, o.form(r.Meta.Stage), o.sampling())
	tok := r.Tokenizer
	r.Close()
	if err != nil {
		return nil, nil, err
	}
	c, err := rewardCompanion(reward, tok, longestAnswer(said)+1)
	if err != nil {
		return nil, nil, err
	}
	be, err := o.NewBackend()
	if err != nil {
		return nil, nil, err
	}
	defer be.Close()
	p, err := nn.NewParams(be, c.Config, c.heads()...)
	if err != nil {
		return nil, nil, err
	}
	defer p.Close()
	if err := p.Load(named(reward, "")); err != nil {
		return nil, nil, err
	}
	scores, err = o.rewards(p, said)
	return said, scores, err
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
		rows := make([][]int32, len(part))
		for i, a := range part {
			rows[i] = slices.Concat(a.prompt, a.tokens)
		}
		r, err := s.judges.serve(lastTokens(rows, T), nil)
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
