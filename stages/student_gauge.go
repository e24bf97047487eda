package stages

import (
	"maps"
	"math"
	"slices"

	"sprout/core/text"
	"sprout/core/world"
)

// studentGauge measures what a student has learned: all that answerGauge does,
// and beside its teacher.
type studentGauge struct {
	*answerGauge
	t *trainer
	// between reads held-out text and answers as answerGauge does, for divergences.
	between *answerGauge
	habits  []habitCloze
	longest int
	known   map[bool]map[string]float64 // of the teacher, by whole
}

// habitCloze is a sentence about a resident's evening with all endings, and how
// often the town says each.
type habitCloze struct {
	cloze
	p []float64
}

func newStudentGauge(t *trainer, answers *answerGauge, known map[bool]map[string]float64) *studentGauge {
	g := &studentGauge{answerGauge: answers, t: t, known: known}
	s := answers.subject
	s.score, s.town = t.scoring(divergenceService), nil
	between := *answers
	reader := *answers.reader
	reader.score, between.reader, between.subject = s.score, &reader, s
	g.between = &between
	if answers.town != nil {
		g.habits, g.longest = habitClozes(answers.town, answers.langs, t.Setup.Tokenizer)
		if g.longest > t.cfg.Context {
			g.habits = nil
		}
	}
	return g
}

func habitClozes(town *world.Town, langs []world.Lang, tok *text.Tokenizer) (out []habitCloze, longest int) {
	if len(langs) == 0 {
		langs = world.Langs
	}
	for _, c := range town.HabitCloze() {
		for _, l := range langs {
			if c.Lang == l {
				out = append(out, habitCloze{newCloze(tok, c.Prompt, c.Choices, &longest), c.P})
			}
		}
	}
	return out, longest
}

func (g *studentGauge) measure() (Evaluation, error) {
	out, err := g.answerGauge.measure()
	if err != nil {
		return out, err
	}
	m := out.Measures
	m["parameter_share"] = float64(g.t.cfg.ParamCount()) / float64(g.t.companions[0].Config.ParamCount())
	answers, err := g.between.answers()
	if err != nil {
		return out, err
	}
	m["teacher_kl_answers"] = answers.mean()
	if g.between.reader.data != nil {
		read, err := g.between.reader.read()
		if err != nil {
			return out, err
		}
		m["teacher_kl"] = read.mean()
	}
	if g.town == nil {
		return out, nil
	}
	if len(g.habits) > 0 {
		if m["habit_kl"], err = g.habitKL(g.score); err != nil {
			return out, err
		}
	}
	if g.known[g.whole] == nil {
		if g.known[g.whole], err = g.teacher(); err != nil {
			return out, err
		}
	}
	maps.Copy(m, g.known[g.whole])
	if best := m["teacher_exact_match_combos"]; best > 0 {
		m["recovered"] = m["exact_match_combos"] / best
	}
	return out, nil
}

// teacher measures the teacher, which does not change, in the same way.
func (g *studentGauge) teacher() (map[string]float64, error) {
	out := map[string]float64{}
	of := *g.answerGauge
	of.quiz = g.quiz[:1]
	of.rollout = g.t.teacherRollout
	asked, err := of.ask()
	if err != nil {
		return nil, err
	}
	out["teacher_exact_match_combos"] = asked["exact_match_combos"]
	if len(g.habits) > 0 {
		out["teacher_habit_kl"], err = g.habitKL(g.t.scoring(teacherLossesService))
	}
	return out, err
}

// habitKL is the mean of Σ P·ln(P/p) over the residents; p is how likely the
// model holds each ending among all of them.
func (g *studentGauge) habitKL(score scoring) (float64, error) {
	e, sum := evaluator{score: score}, 0.0
	e.batch.Ints, e.batch.Floats = make([][]int32, 2), make([][]float32, 1)
	all := make([]cloze, len(g.habits))
	for i, c := range g.habits {
		all[i] = c.cloze
	}
	err := e.complete(all, g.longest, func(i int, nats []float64) {
		least := slices.Min(nats) // endings may lie further apart than exp can tell
		total := 0.0
		for _, x := range nats {
			total += math.Exp(least - x)
		}
		for j, p := range g.habits[i].p {
			if p > 0 {
				sum += p * (math.Log(p) - (least - nats[j] - math.Log(total)))
			}
		}
	})
	return sum / float64(len(g.habits)), err
}

func init() {
	registerMeasures(map[string]string{
		"teacher_kl":         "KL(teacher ‖ student) on held-out text, nats per token",
		"teacher_kl_answers": "the same on held-out answers",
		"habit_kl": "KL(P ‖ model) of a resident's evening, nats: P is how the town was written, " +
			"so 0 is what can be known",
		"parameter_share":            "of the teacher's parameters that the student has",
		"recovered":                  "of the teacher's exact_match_combos",
		"teacher_exact_match_combos": "of the teacher itself",
		"teacher_habit_kl":           "of the teacher itself",
	})
}
