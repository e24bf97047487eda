package journey

import (
	"maps"
	"strings"

	"sprout/core/checkpoint"
	"sprout/stages"
)

// measureBase asks the base model, in the manner of the text that it has read,
// what it will be taught to answer.
func measureBase(l *leg) error {
	asked, err := stages.AskBase(l.run, l.setup)
	maps.Copy(l.row.Metrics, asked)
	return err
}

// measureGain has the model compared with the one that it was after SFT, by the
// graders, on held-out questions.
func measureGain(l *leg) error {
	m, err := stages.Compare(stages.Examinee{Checkpoint: l.model}, stages.Examinee{Checkpoint: l.made["sft"].Model}, l.reporting())
	if err != nil {
		return err
	}
	l.row.Metrics["win_rate_vs_sft"] = m.WinRate.Value
	l.row.Metrics["score"], l.row.Metrics["score_sft"] = m.Score.Value, m.Against.Value
	if m.KL != nil {
		l.row.Metrics["kl"], l.row.Metrics["kl_per_token"] = m.KL.Value, m.KLPerToken.Value
	}
	return nil
}

// measureRanking has the reward model rank answers of the model that it began as,
// to questions that nobody was asked, and holds that against the graders' order.
// What it makes of held-out labels, noise and all, is label_accuracy. Where the
// graders tell no two answers apart there is no pair_accuracy.
func measureRanking(l *leg) error {
	share, err := stages.Ranked(stages.Examinee{Checkpoint: l.made[l.step.Parent].Model}, l.model, l.reporting())
	if err != nil {
		return err
	}
	m := l.row.Metrics
	m["label_accuracy"], m["ranked"] = m["pair_accuracy"], float64(share.N)
	for name, x := range map[string]float64{"pair_accuracy": share.Value, "pair_accuracy_low": share.Low, "pair_accuracy_high": share.High} {
		if m[name] = x; share.N == 0 {
			delete(m, name)
		}
	}
	return nil
}

// measureHacking has answers of before and after scored by the reward model that
// was learned from, and by the graders: hacked is 1 where the one went up and the
// other down, both by more than chance, so that their 95 % intervals lie apart.
func measureHacking(l *leg) error {
	if err := measureGain(l); err != nil {
		return err
	}
	m := l.row.Metrics
	var scores, grades [2]stages.Estimate
	for i, x := range []struct {
		when  string
		model *checkpoint.Checkpoint
	}{{"before", l.made[l.step.Parent].Model}, {"after", l.model}} {
		score, grade, err := stages.Rewarded(stages.Examinee{Checkpoint: x.model}, l.made[l.step.Reward].Model, l.reporting())
		if err != nil {
			return err
		}
		m["score_"+x.when], m["grade_"+x.when] = score.Value, grade.Value
		scores[i], grades[i] = score, grade
	}
	m["hacked"] = 0
	if below(scores[0], scores[1]) && below(grades[1], grades[0]) {
		m["hacked"] = 1
	}
	return nil
}

// below says that one figure is less than another, by more than chance.
func below(a, b stages.Estimate) bool { return a.High < b.Low }

// reporting are the options of whatever is asked beside the run.
func (l *leg) reporting() stages.ReportOptions {
	s := l.setup
	if m := l.on; m != nil {
		s.NewBackend, s.Spawn, s.Workers, s.MaxWorkers = m.NewBackend, m.Spawn, m.Workers, m.MaxWorkers
	}
	workers := s.Workers
	if workers == 0 {
		workers = l.row.Workers // what was the fastest for the run
	}
	return stages.ReportOptions{
		Machine: stages.Machine{
			NewBackend: s.NewBackend, Workers: workers, MaxWorkers: s.MaxWorkers, Spawn: s.Spawn,
			OnLost: s.OnLost, Now: s.Now, Yield: s.Yield,
		},
		Town: s.Town, Langs: s.Langs, Prompts: s.Questions, Seed: s.Seed,
		Progress: func(_ string, done float64) error { return l.tell("measure", done) },
	}
}

// tellBase puts what the base has answered beside what its pupil answers.
func tellBase(l *leg) error {
	for name, x := range l.made[l.step.Parent].Row.Metrics {
		if strings.HasSuffix(name, "_plain") || strings.HasSuffix(name, "_few_shot") {
			l.row.Metrics["base_"+name] = x
		}
	}
	return nil
}

// tellTwin puts the student without a teacher beside the one with.
func tellTwin(l *leg) error {
	twin := l.made[l.step.Beside]
	if twin == nil {
		return nil
	}
	for _, name := range []string{"exact_match_combos", "exact_match_residents", "recovered", "fact_recall", "habit_kl"} {
		if x, ok := twin.Row.Metrics[name]; ok {
			l.row.Metrics["alone_"+name] = x
		}
	}
	return nil
}
