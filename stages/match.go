package stages

import (
	"bytes"

	"sprout/core/problem"
	"sprout/core/text"
	"sprout/core/world"
)

// Match is two models compared by their answers to the same held-out questions of a
// town, one answer each, drawn with the same random numbers and graded under
// all principles.
type Match struct {
	// WinRate is the share of questions that the first model answers better, ties
	// counted half.
	WinRate Estimate `json:"win_rate"`
	Wins    int      `json:"wins"`
	Ties    int      `json:"ties"`
	Losses  int      `json:"losses"`
	// Score is the mean score of the first model, Against that of the other, and
	// Gain the mean of the differences, question by question.
	Score   Estimate `json:"score"`
	Against Estimate `json:"against"`
	Gain    Estimate `json:"gain"`
	// KL is KL(π ‖ other) of an answer, and KLPerToken of a token, in nats, from
	// the first model's answers; nil unless those are sampled at temperature 1.
	KL         *Estimate `json:"kl,omitempty"`
	KLPerToken *Estimate `json:"kl_per_token,omitempty"`
}

// Compare has two models answer the same held-out questions, for example a
// policy and the SFT model that it began as. Problems: "report_without_town",
// "report_tokenizer", "report_stage", "report_context", and those of OpenReader.
func Compare(policy, other Examinee, o ReportOptions) (Match, error) {
	if err := o.check(policy, other); err != nil {
		return Match{}, err
	}
	p, err := OpenReader(policy, o.Machine)
	if err != nil {
		return Match{}, err
	}
	questions := heldOutQuestions(o.Town, o.Langs, o.prompts())
	said, err := p.answers(o.Town, questions, o.form(p.Meta.Stage), o.sampling())
	p.Close()
	if err != nil {
		return Match{}, err
	}
	if err := o.progress("answers", 0.5); err != nil {
		return Match{}, err
	}
	return o.against(other, questions, said)
}

// check finds models that cannot be asked, or not together.
func (o ReportOptions) check(models ...Examinee) error {
	if o.Town == nil {
		return problem.New("report_without_town", nil,
			"Answers are graded by what is known of a town. Choose a model and a text of a town.")
	}
	var first []byte
	for _, m := range models {
		if stage := m.Checkpoint.Meta.Stage; notLanguageModels[stage] {
			return problem.New("report_stage", problem.Args{"stage": stage},
				"A checkpoint of the stage %s writes no answers, so there is nothing to grade. Choose one that writes, such as one of SFT.", stage)
		}
		tok, err := text.ParseJSON(m.Checkpoint.Tokenizer)
		if err != nil {
			return err
		}
		if first == nil {
			first = tok.JSON()
		}
		if !bytes.Equal(tok.JSON(), first) {
			return problem.New("report_tokenizer", nil,
				"The two models have different tokenizers, so their answers cannot be compared token by token. Choose models of one family.")
		}
	}
	return nil
}

// against has the other model answer the questions too, and read the answers.
func (o ReportOptions) against(other Examinee, questions []world.Question, said []answer) (Match, error) {
	r, err := openReader(other, o.Machine, longestAnswer(said))
	if err != nil {
		return Match{}, err
	}
	defer r.Close()
	theirs, err := r.answers(o.Town, questions, o.form(r.Meta.Stage), o.sampling())
	if err != nil {
		return Match{}, err
	}
	c := compare(said, theirs)
	if o.sampling().Temperature == 1 {
		kl, perToken, err := r.divergence(said)
		if err != nil {
			return c, err
		}
		c.KL, c.KLPerToken = &kl, &perToken
	}
	return c, nil
}

// compare counts which of two answers to each question has the better score.
func compare(said, theirs []answer) (c Match) {
	var scores, others, gains []float64
	for i := range said {
		a, b := said[i].grade.Score(world.AllPrinciples), theirs[i].grade.Score(world.AllPrinciples)
		scores, others, gains = append(scores, a), append(others, b), append(gains, a-b)
		switch {
		case a > b:
			c.Wins++
		case a < b:
			c.Losses++
		default:
			c.Ties++
		}
	}
	c.WinRate = WinRate(c.Wins, c.Ties, c.Losses)
	c.Score, c.Against, c.Gain = meanOf(scores), meanOf(others), meanOf(gains)
	return c
}

// divergence is KL(π ‖ this model), of an answer and of a token, from answers
// that π sampled at temperature 1: the mean of log π − log of this model's
// probability (k1 of klEstimates).
func (r *Reader) divergence(said []answer) (kl, perToken Estimate, err error) {
	logprobs, err := r.logProbs(said)
	if err != nil {
		return kl, perToken, err
	}
	var nats, tokens []float64
	for i, a := range said {
		nats, tokens = append(nats, a.logprob-logprobs[i]), append(tokens, float64(len(a.tokens)))
	}
	return meanOf(nats), ratioOf(nats, tokens), nil
}

// positions of an answer behind its prompt, rounded so that answers of about the
// same length are read together.
func (a answer) positions() int {
	n := len(a.prompt) + len(a.tokens) - 1
	return (n + referenceWidth - 1) / referenceWidth * referenceWidth
}

func longestAnswer(said []answer) (n int) {
	for _, a := range said {
		n = max(n, a.positions())
	}
	return n
}

// logProbs are Σ log π of answers, behind their prompts, under this model, which
// must be open for the longest.
func (r *Reader) logProbs(said []answer) ([]float64, error) {
	talks := make([]Conversation, len(said))
	for i, a := range said {
		c := Conversation{Tokens: append(append([]int32(nil), a.prompt...), a.tokens...)}
		c.Learned = make([]bool, len(c.Tokens))
		for k := len(a.prompt); k < len(c.Tokens); k++ {
			c.Learned[k] = true
		}
		talks[i] = c
	}
	out := make([]float64, len(said))
	err := tokenLosses(r.score, r.Model.Config.Context, talks, func(i int, losses []float32) { out[i] = -sumOf(losses) })
	if err != nil {
		return nil, err
	}
	return out, nil
}

func init() {
	problem.Register(map[string]string{
		"report_without_town": "answers are graded by a town, but there is none",
		"report_tokenizer":    "the two models of a comparison have different tokenizers",
		"report_stage":        "a checkpoint that writes no answers: stage",
		"report_context":      "a question is longer than the model's context: context, tokens",
	})
}
