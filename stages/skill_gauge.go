package stages

import (
	"sprout/core/gen"
	"sprout/core/text"
	"sprout/core/world"
)

// skillGauge measures what an adapter is for, beside all that answerGauge
// measures of the model with it. Questions are those of the quiz. The model alone does not change while a run
// lasts, so what it answers is asked once.
type skillGauge struct {
	*answerGauge
	t         *trainer
	style     *world.Skill // nil: the conversations have no style that is known
	questions []world.Question
	off       map[int]float64 // style_off by the number of questions, of the whole run
}

func newSkillGauge(t *trainer, g *answerGauge, style *world.Skill, off map[int]float64) *skillGauge {
	s := &skillGauge{answerGauge: g, t: t, style: style, off: off}
	for _, set := range g.quiz {
		s.questions = append(s.questions, set.questions...)
	}
	n := quickQuestions
	if g.whole {
		n = g.asked()
	}
	s.questions = spread(s.questions, n)
	return s
}

func (g *skillGauge) measure() (Evaluation, error) {
	out, err := g.answerGauge.measure()
	if err != nil {
		return out, err
	}
	trained, all := g.t.parameters()
	out.Measures["trainable_fraction"] = float64(trained) / float64(all)
	if g.whole {
		if out.Measures["base_identical"], err = g.identical(); err != nil {
			return out, err
		}
	}
	if g.style == nil || len(g.questions) == 0 {
		return out, nil
	}
	if out.Measures["style_on"], err = g.inStyle(g.rollout); err != nil {
		return out, err
	}
	off, known := g.off[len(g.questions)]
	if !known {
		if off, err = g.inStyle(g.t.plainRollout); err != nil {
			return out, err
		}
		g.off[len(g.questions)] = off
	}
	out.Measures["style_off"] = off
	return out, nil
}

// inStyle is the share of answers at temperature 0 that are in the style.
func (g *skillGauge) inStyle(rollout func([][]int32, gen.Options) ([]gen.Sequence, error)) (float64, error) {
	asked := make([][]int32, len(g.questions))
	for i, q := range g.questions {
		asked[i] = g.tok.ChatPrompt([]text.Turn{{Role: text.RoleUser, Content: q.Text}})
	}
	answers, err := rollout(asked, gen.Options{MaxTokens: answerTokens})
	if err != nil {
		return 0, err
	}
	n := 0
	for i, q := range g.questions {
		if world.InStyle(words(g.tok, answers[i].Tokens), q.Lang, *g.style) {
			n++
		}
	}
	return float64(n) / float64(len(g.questions)), nil
}

func init() {
	registerMeasures(map[string]string{
		"trainable_fraction": "trained weights of all, the adapter's included",
		"style_on":           "answers in the skill's style, with the adapter",
		"style_off":          "the same without it",
		"base_identical": "(whole) 1 where the model under the adapter is the parent, to the bit: its weights, " +
			"and what it says without the adapter",
	})
}
