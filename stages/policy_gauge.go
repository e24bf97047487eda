package stages

import "maps"

// Held-out tasks that are answered, at the temperature of training, while
// training and in an evaluation.
const (
	quickTasks = 24
	wholeTasks = 400
)

// policyGauge measures a policy by answers that it gives to tasks it does not
// learn from, and as SFT is measured; see answerGauge.
type policyGauge struct {
	t       *trainer
	p       *practice
	tasks   []task
	answers *answerGauge
}

func (g *policyGauge) baselines() []NGram { return nil }

// best is what the stage maximises: the loss that is measured is SFT's, and lowest
// where nothing was learned yet.
func (g *policyGauge) best() string { return "heldout_reward" }

func (g *policyGauge) measure() (Evaluation, error) {
	out, err := g.answers.measure()
	if err != nil {
		return out, err
	}
	asked := make([]int, len(g.tasks))
	for i := range asked {
		asked[i] = i
	}
	all, err := g.p.answers(g.t, g.tasks, asked, gaugeStep, 0)
	if err != nil {
		return out, err
	}
	for i := range all {
		all[i].Reward = g.p.worth(&all[i])
	}
	rows := &attemptRows{tasks: g.tasks, T: g.p.rows.T}
	err = rows.read(g.t, referenceService, all, func(a *attempt, lp []float32) { a.Reference = append([]float32(nil), lp...) })
	if err != nil {
		return out, err
	}
	m := map[string]float64{}
	for name, x := range measureAttempts(g.tasks, all) {
		m["heldout_"+name] = x
	}
	if out.Measures == nil {
		out.Measures = map[string]float64{}
	}
	maps.Copy(out.Measures, m)
	return out, nil
}

// measureAttempts are the means over the answers, by the names of attemptMeasures.
func measureAttempts(tasks []task, all []attempt) map[string]float64 {
	sum, graded := map[string]float64{"truncated": 0}, 0.0
	for i := range all {
		a := &all[i]
		sum["reward"] += a.Reward
		sum["length"] += float64(len(a.Tokens))
		sum["kl"] += sequenceKL(wide(a.LogProbs), wide(a.Reference))
		if a.Truncated {
			sum["truncated"]++
			sum["reward_truncated"] += a.Reward
		}
		if tasks[a.Task].question != nil {
			graded++
			sum["score"] += a.Grade
			sum["exact_match"] += float64(bit(a.Correct))
		}
	}
	out := map[string]float64{}
	for name, x := range sum {
		n := float64(len(all))
		switch name {
		case "score", "exact_match":
			n = graded
		case "reward_truncated":
			n = sum["truncated"]
		}
		out[name] = x / n
	}
	return out
}

func wide(x []float32) []float64 {
	out := make([]float64, len(x))
	for i, v := range x {
		out[i] = float64(v)
	}
	return out
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}

// attemptMeasures are means over answers.
var attemptMeasures = map[string]string{
	"reward": "what the stage maximises; a reward model's scores are shifted and scaled so that the first answers had " +
		"mean 0 and deviation 1",
	"score":       "the graders' score under all principles",
	"exact_match": "answers that the graders find correct",
	"kl":          "log π/π_ref of the whole answer, nats (k1)",
	"length":      "tokens, EOS included",
	"truncated":   "share of answers that were cut at the limit",
	"reward_truncated": "mean reward of the answers that were cut at the limit, where there are any: a reward model has " +
		"learned to score at the end of an answer, and these have none",
}

func init() {
	registerMeasures(attemptMeasures)
	for name, doc := range attemptMeasures {
		Measures["heldout_"+name] = doc
	}
}
