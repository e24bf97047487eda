package journey

import (
	"context"

	"sprout/core/problem"
	"sprout/core/world"
	"sprout/stages"
)

// labels are preferences over answers of a model, by a judge or by people.
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
// each, and that of another step judge the answers; without a judge, simulated
// people do. It is done once.
func (l *leg) label(parent, judge string) (*labels, error) {
	if l.labels[judge] != nil {
		return l.labels[judge], nil
	}
	o := l.reporting()
	model, err := stages.OpenReader(stages.Examinee{Checkpoint: l.made[parent].Model}, o.Machine)
	if err != nil {
		return nil, err
	}
	questions := stages.TaughtQuestions(l.town, l.Preset.asked(), l.Preset.Langs...)
	all, alike, err := model.Matchups(l.town, questions, stages.CandidateOptions{Seed: l.Seed})
	model.Close()
	if err != nil {
		return nil, err
	}
	out := &labels{asked: len(questions), alike: alike}
	if judge == "" {
		err = out.add(l, all, l.people())
	} else {
		err = l.judge(out, judge, all, o)
	}
	if err != nil {
		return nil, err
	}
	if len(out.pairs) == 0 {
		return nil, problem.New("pairs_missing", nil,
			"There are no preferences to learn from. Compare some answers first, or choose a file with pairs.")
	}
	l.labels[judge] = out
	return out, nil
}

// people choose as the graders score, but not always, and like the first place a
// little.
func (l *leg) people() stages.SimulatedPeople {
	return stages.SimulatedPeople{Principles: world.AllPrinciples, Bias: .2, Lapses: .05, Seed: l.Seed}
}

// judge labels what the judge can read at once.
func (l *leg) judge(out *labels, judge string, all []stages.Matchup, o stages.ReportOptions) error {
	reader, err := stages.OpenReader(stages.Examinee{Checkpoint: l.made[judge].Model}, o.Machine)
	if err != nil {
		return err
	}
	defer reader.Close()
	sprout, err := stages.NewSproutJudge(reader, stages.Rules{Principles: world.AllPrinciples})
	if err != nil {
		return err
	}
	var fitting []stages.Matchup
	for _, m := range all {
		if sprout.Fits(m.Comparison(l.town)) {
			fitting = append(fitting, m)
		}
	}
	out.long = len(all) - len(fitting)
	return out.add(l, fitting, stages.JudgeLabels{Judge: sprout})
}

// add has matchups labelled.
func (x *labels) add(l *leg, all []stages.Matchup, by stages.Labeller) error {
	said, err := by.Label(context.Background(), l.town, all, func(done float64) error { return l.tell("prepare", done) })
	if err != nil {
		return err
	}
	x.agreement = stages.Agreement(l.town, world.AllPrinciples, all, said)
	x.pairs, _, err = stages.Prefer(all, said, by.Source())
	return err
}

func (p Preset) asked() int {
	if p.Asked > 0 {
		return p.Asked
	}
	return usualAsked
}

// measureLabels tells what the labels are worth that a step learned from, and how
// the reward model ranks.
func measureLabels(l *leg) error {
	if err := measureRanking(l); err != nil {
		return err
	}
	m, x := l.row.Metrics, l.labels[l.step.Judge]
	m["pairs"], m["asked"] = float64(len(x.pairs)), float64(x.asked)
	m["alike"], m["too_long"] = float64(x.alike), float64(x.long)
	if x.agreement >= 0 { // the graders tell some apart
		m["label_agreement"] = x.agreement
	}
	return nil
}
