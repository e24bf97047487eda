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
	alike     int     // pairs of answers that were the same
	long      int     // pairs too long for the judge to read at once
}

// usualAsked questions are answered perQuestion times each. A judge, who reads
// longer than an answer takes to write, is shown two of the answers.
const (
	usualAsked  = 1024
	perQuestion = 8
)

// answered are answers of a model to questions that it was taught with, in pairs.
type answered struct {
	all   []stages.Matchup // those of a question one after the other
	asked int              // questions
	alike int              // pairs that say the same
}

// answers of the model of a step; it is asked once.
func (l *leg) answers(of string) (*answered, error) {
	if a := l.said[of]; a != nil {
		return a, nil
	}
	model, err := stages.OpenReader(stages.Examinee{Checkpoint: l.made[of].Model}, l.reporting().Machine)
	if err != nil {
		return nil, err
	}
	defer model.Close()
	questions := stages.TaughtQuestions(l.town, l.Preset.asked(), l.Preset.Langs...)
	a := &answered{asked: len(questions)}
	a.all, a.alike, err = model.Matchups(l.town, questions, stages.CandidateOptions{PerQuestion: perQuestion, Seed: l.Seed})
	if err != nil {
		return nil, err
	}
	l.said[of] = a
	return a, nil
}

// label has the answers of a step's model judged by that of another step; without
// a judge, simulated people do. It is done once.
func (l *leg) label(parent, judge string) (*labels, error) {
	if l.labels[judge] != nil {
		return l.labels[judge], nil
	}
	a, err := l.answers(parent)
	if err != nil {
		return nil, err
	}
	out := &labels{asked: a.asked, alike: a.alike}
	if judge == "" {
		err = out.add(l, a.all, stages.ThreePeople(l.Seed))
	} else {
		err = l.judge(out, judge, firsts(a.all, judged), l.reporting())
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

// judged is how many matchups of a question a judge compares, since it takes time.
// Simulated people take none and compare all.
const judged = 2

// firsts are the first matchups of each question, n at most.
func firsts(all []stages.Matchup, n int) []stages.Matchup {
	var out []stages.Matchup
	of := 0 // of the question
	for i, m := range all {
		if i > 0 && m.Question == all[i-1].Question {
			of++
		} else {
			of = 0
		}
		if of < n {
			out = append(out, m)
		}
	}
	return out
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
	out.long += len(all) - len(fitting)
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
