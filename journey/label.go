package journey

import (
	"context"

	"sprout/core/problem"
	"sprout/core/world"
	"sprout/stages"
)

// labels are preferences over answers of a model, by a judge.
type labels struct {
	pairs     []stages.Pair
	agreement float64 // with the graders, of the answers that they tell apart
	asked     int     // questions
	alike     int     // of them, those to which both answers were the same
	long      int     // answers that the judge could not read at once
}

// usualAsked questions are answered twice each.
const usualAsked = 1024

// label has the model of a step answer questions that it was taught with, twice
// each, and that of another step judge the answers. It is done once.
func (l *leg) label(parent, judge string) (*labels, error) {
	if l.judged != nil {
		return l.judged, nil
	}
	o := l.reporting()
	model, err := stages.OpenReader(stages.Examinee{Checkpoint: l.made[parent].Model}, o.Machine)
	if err != nil {
		return nil, err
	}
	var questions []world.Question
	for _, set := range []world.Set{world.Seen, world.UnknownSeen} {
		questions = append(questions, l.town.Questions(set, l.Preset.Langs...)...)
	}
	questions = spread(questions, l.Preset.asked())
	all, alike, err := model.Matchups(l.town, questions, stages.CandidateOptions{Seed: l.Seed})
	model.Close()
	if err != nil {
		return nil, err
	}
	reader, err := stages.OpenReader(stages.Examinee{Checkpoint: l.made[judge].Model}, o.Machine)
	if err != nil {
		return nil, err
	}
	defer reader.Close()
	sprout, err := stages.NewSproutJudge(reader, stages.Rules{Principles: world.AllPrinciples})
	if err != nil {
		return nil, err
	}
	var fitting []stages.Matchup
	for _, m := range all {
		if sprout.Fits(m.Comparison(l.town)) {
			fitting = append(fitting, m)
		}
	}
	by := stages.JudgeLabels{Judge: sprout}
	said, err := by.Label(context.Background(), l.town, fitting, func(done float64) error { return l.tell("prepare", done) })
	if err != nil {
		return nil, err
	}
	out := &labels{
		agreement: stages.Agreement(l.town, world.AllPrinciples, fitting, said),
		asked:     len(questions), alike: alike, long: len(all) - len(fitting),
	}
	if out.pairs, _, err = stages.Prefer(fitting, said, by.Source()); err != nil {
		return nil, err
	}
	if len(out.pairs) == 0 {
		return nil, problem.New("pairs_missing", nil,
			"There are no preferences to learn from. Compare some answers first, or choose a file with pairs.")
	}
	l.judged = out
	return out, nil
}

// spread takes at most n of a list, evenly.
func spread[E any](all []E, n int) []E {
	n = min(n, len(all))
	out := make([]E, n)
	for i := range out {
		out[i] = all[i*len(all)/n]
	}
	return out
}

func (p Preset) asked() int {
	if p.Asked > 0 {
		return p.Asked
	}
	return usualAsked
}

// measureLabels tells what the judge's labels are worth.
func measureLabels(l *leg) error {
	m := l.row.Metrics
	m["pairs"], m["asked"] = float64(len(l.judged.pairs)), float64(l.judged.asked)
	m["alike"], m["too_long"] = float64(l.judged.alike), float64(l.judged.long)
	if l.judged.agreement >= 0 { // the graders tell some apart
		m["label_agreement"] = l.judged.agreement
	}
	return nil
}
