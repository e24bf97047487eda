package stages

import (
	"math"

	"sprout/core/text"
	"sprout/core/world"
)

// Comparisons of each set, and of each principle, that are heard while training
// and in an evaluation.
const (
	quickHearing = 16
	wholeHearing = 200
)

// judgeGauge measures a judge on comparisons about questions that no lesson has.
// The loss is −log p of the right letter against the other one, a mean over both
// orders.
type judgeGauge struct {
	serve    serving
	tok      *text.Tokenizer
	script   *script
	context  int
	reader   *evaluator
	hearings []hearing
}

func newJudgeGauge(t *trainer, s *script, whole bool) *judgeGauge {
	n, budget, facts := quickHearing, trainingTokens/2, trainingFacts
	if whole {
		n, budget, facts = wholeHearing, fullTokens, math.MaxInt
		if t.Questions > 0 {
			n = min(n, t.Questions)
		}
	}
	g := &judgeGauge{
		serve: t.group.Serve, tok: t.Setup.Tokenizer, script: s, context: t.cfg.Context,
		reader: newReader(t.score, t.data, int(t.values["context"]), budget, t.Town, t.Langs, t.Setup.Tokenizer, facts, t.cfg.Context),
	}
	for _, h := range append(hearings(t.Town, t.Langs, n), alone(t.Town, t.Langs, n)...) {
		h.all = g.readable(h.all)
		g.hearings = append(g.hearings, h)
	}
	return g
}

// readable are the comparisons that fit the judge's context.
func (g *judgeGauge) readable(all []world.Comparison) (out []world.Comparison) {
	for _, c := range all {
		if g.trial(c).most(g.script) <= g.context {
			out = append(out, c)
		}
	}
	return out
}

func (g *judgeGauge) trial(c world.Comparison) *trial {
	x := newTrial(g.tok, exchange(c.Question.Text, "").Turns[:1], c.A, c.B)
	return &x
}

func (g *judgeGauge) baselines() []NGram { return nil }

func (g *judgeGauge) measure() (Evaluation, error) {
	out := Evaluation{Recall: -1, Measures: map[string]float64{}}
	if g.reader.data != nil {
		read, err := g.reader.read()
		if err != nil {
			return out, err
		}
		out.Measures["text_bits_per_byte"] = read.bitsPerByte()
	}
	if len(g.reader.clozes) > 0 {
		var err error
		if out.Recall, err = g.reader.recall(); err != nil {
			return out, err
		}
	}
	return out, g.hear(&out)
}

func (g *judgeGauge) noted(r reply) Noted {
	return Noted{Grade: r.notes, Odd: r.quoted(g.tok)}
}

// Noted is what a judge put down about an answer before it compared.
type Noted struct {
	Odd   []string    // words that it would hardly have said itself
	Grade world.Grade // as it sees it
}

// HeardCase is a comparison that a judge has heard in both orders, and what the
// graders say of it.
type HeardCase struct {
	Question, A, B string
	Principles     world.Principle
	Lang           world.Lang
	AFirst, BFirst float64 // probability that A is the better one, as said in each order
	ABetter        bool    // the graders'
	Alone          bool    // under one principle alone
	Noted          [2]Noted
}

// hear has all comparisons judged, in both orders.
func (g *judgeGauge) hear(out *Evaluation) error {
	var trials []*trial
	var under []world.Principle
	for _, h := range g.hearings {
		for _, c := range h.all {
			trials, under = append(trials, g.trial(c)), append(under, c.Principles)
		}
	}
	said, err := g.script.hear(g.serve, trials, under, g.context, nil)
	if err != nil {
		return err
	}
	noted := [len(qualities)]int{}
	var all, one, bias float64
	heard, total := 0, len(said)/2
	for _, h := range g.hearings {
		agreed := 0.0
		for _, c := range h.all {
			sign := -1.0
			if c.ABetter() {
				sign = 1
			}
			aFirst, bFirst := said[0], said[1]
			said = said[2:]
			j := judged(aFirst, bFirst)
			x := trials[0]
			trials = trials[1:]
			for k := range x.replies {
				for i, q := range qualities {
					if *q.of(&x.replies[k].notes) == *q.of(&c.Grades[k]) {
						noted[i]++
					}
				}
			}
			out.Cases = append(out.Cases, HeardCase{
				Noted:    [2]Noted{g.noted(x.replies[0]), g.noted(x.replies[1])},
				Question: c.Question.Text, A: c.A, B: c.B, Principles: c.Principles, Lang: c.Question.Lang,
				AFirst: aFirst.preference(), BFirst: 1 - bFirst.preference(), ABetter: c.ABetter(), Alone: h.alone,
			})
			agreed += won(sign * (j.P - 0.5))
			bias += j.Bias / float64(total)
			right := [2]float64{aFirst.preference(), 1 - bFirst.preference()}
			for _, p := range right {
				if sign < 0 {
					p = 1 - p
				}
				out.Loss -= math.Log(max(p, math.SmallestNonzeroFloat64)) / float64(2*total)
			}
			if !h.alone {
				one += won(sign * (aFirst.preference() - 0.5))
			}
		}
		if len(h.all) == 0 {
			continue
		}
		out.Measures["agreement_"+h.name] = agreed / float64(len(h.all))
		if !h.alone {
			all += agreed
			heard += len(h.all)
		}
	}
	out.Tokens = 2 * total
	for i, q := range qualities {
		if name := q.principle.Name(); name != "" && total > 0 {
			out.Measures["noted_"+name] = float64(noted[i]) / float64(2*total)
		}
	}
	if heard > 0 {
		out.Measures["agreement"] = all / float64(heard)
		out.Measures["agreement_one_order"] = one / float64(heard)
		out.Measures["position_bias"] = bias
	}
	return nil
}

func init() {
	registerMeasures(map[string]string{
		"agreement": "share in which the graders prefer the same answer, both orders averaged, under any set of principles; " +
			"ties count half",
		"agreement_combos":    "of them about residents and phrasings never seen together",
		"agreement_phrasings": "in phrasings that no lesson has",
		"agreement_residents": "about residents that no lesson names",
		"agreement_unknown":   "about strangers that no lesson names",
		"agreement_one_order": "where only the order A, B is asked",
		"position_bias":       "by how much the place shown first is favoured, −½ … ½",
	})
	for _, q := range qualities {
		if name := q.principle.Name(); name != "" {
			Measures["agreement_"+name] = "under this principle alone, of all sets"
			Measures["noted_"+name] = "share of the answers of which the judge notes by itself what the graders find"
		}
	}
}
