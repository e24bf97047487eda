package stages

import (
	"math"

	"sprout/core/checkpoint"
	"sprout/core/text"
	"sprout/core/world"
)

// Card is a model's report: what it knows, how it answers, and what it costs.
// Measures, each where it could be taken:
//
//	exact_match_combos     facts of residents, in phrasings never seen together
//	exact_match_phrasings  the same residents, in phrasings that no example has
//	exact_match_residents  facts of residents that no example names
//	exact_match_…_plain    (asked few-shot) the same without examples before
//	honest                 unknown names, about which it says that it does not know
//	false_refusals         residents' facts that it says not to know
//	polite, brief, language, score
//	                       of the answers at the card's temperature: shares, and
//	                       the mean score under all principles
//	fact_recall            facts whose true ending is the likeliest of eight
//	bits_per_byte          held-out text
//	kl, kl_per_token       KL(π ‖ reference) of an answer and of a token, nats
//
// Exact match, honesty and refusals are those of the likeliest answers
// (temperature 0), one to each question. Questions of a set are different ones,
// but several ask for the same fact in other words or another language.
type Card struct {
	ID         string `json:"id"`
	Name       string `json:"name"`
	Stage      string `json:"stage"`
	Preset     string `json:"preset"`
	Form       Form   `json:"form"`       // in which it was asked
	Parameters int    `json:"parameters"` // that it computes with, an adapter's included
	Trained    int    `json:"trained"`    // of them, those in the checkpoint
	Bytes      int64  `json:"bytes"`      // of a file with its weights in 32 bits

	Seed         uint64  `json:"seed"`
	Temperature  float64 `json:"temperature"`
	TokensPerSec float64 `json:"tokens_per_s"` // written, many answers at a time; 0: no clock

	Measures  map[string]Estimate `json:"measures"`
	Reference string              `json:"reference,omitempty"` // the name of the model that KL is measured to
	Opponent  string              `json:"opponent,omitempty"`  // that of the model compared with
	Match     *Match              `json:"match,omitempty"`
}

// ReportCard grades a checkpoint on held-out questions of a town, whatever stage
// it is of, and measures its size and speed. Without a town it has no answers to
// grade, and measures the rest. Problems: "report_without_town" where there is
// neither a town nor a text, or a model to compare with, and those of Compare.
func ReportCard(of Examinee, o ReportOptions) (Card, error) {
	models := []Examinee{of}
	for _, x := range []*Examinee{o.Against, o.Reference} {
		if x != nil {
			models = append(models, *x)
		}
	}
	if o.Town != nil || o.Corpus == nil || o.Against != nil {
		if err := o.check(models...); err != nil {
			return Card{}, err
		}
	}
	s, err := sizeOf(of)
	if err != nil {
		return Card{}, err
	}
	r, err := OpenReader(of, o.Machine)
	if err != nil {
		return Card{}, err
	}
	defer r.Close()
	m := r.Meta
	c := Card{
		ID: m.ID, Name: m.Name, Stage: m.Stage, Preset: m.Preset, Form: o.form(m.Stage),
		Parameters: r.Model.Count(), Bytes: s, Seed: o.Seed, Temperature: o.sampling().Temperature,
		Measures: map[string]Estimate{},
	}
	c.Trained = c.Parameters
	if a := r.Model.Adapter; a != nil {
		c.Trained = a.Config.ParamCount(r.Model.Config)
		c.Parameters += c.Trained
	}
	x := &examination{ReportOptions: o, card: &c, reader: r}
	for i, part := range []func() error{x.read, x.quiz, x.sample, x.compare} {
		r.watch = func() error { return o.progress("report", float64(i)/4) }
		if err := r.watch(); err != nil {
			return c, err
		}
		if err := part(); err != nil {
			return c, err
		}
	}
	return c, o.progress("report", 1)
}

// sizeOf is the length of a file with nothing but the weights.
func sizeOf(of Examinee) (int64, error) {
	f, err := checkpoint.NewFile(of.Checkpoint, checkpoint.Format{WeightsOnly: true})
	if err != nil {
		return 0, err
	}
	return f.Size(), nil
}

// examination is a card being filled in.
type examination struct {
	ReportOptions
	card   *Card
	reader *Reader

	questions []world.Question // of the comparison, and what the model said
	said      []answer
}

// Budgets of a quick card.
const (
	quickText  = 16 << 10 // tokens
	quickFacts = 64
	quickAsked = 48 // of each set
)

// read measures on text: bits per byte, and the recall of facts.
func (x *examination) read() error {
	budget, facts := fullTokens, math.MaxInt
	if x.Quick {
		budget, facts = quickText, quickFacts
	}
	var data *text.Dataset
	if x.Corpus != nil {
		heldOut := *x.Corpus
		heldOut.Train = nil
		var err error
		if data, err = text.NewDataset(&heldOut, x.reader.Tokenizer, nil); err != nil {
			return err
		}
	}
	e := newReader(x.reader.score, data, x.reader.context, budget, x.Town, x.Langs, x.reader.Tokenizer, facts, x.reader.context)
	if len(e.windows) > 0 {
		nats, bytes, err := e.byWindow()
		if err != nil {
			return err
		}
		perByte := ratioOf(nats, bytes)
		x.card.Measures["bits_per_byte"] = perByte.scaled(1 / math.Ln2)
	}
	if n := len(e.clozes); n > 0 {
		recall, err := e.recall()
		if err != nil {
			return err
		}
		x.card.Measures["fact_recall"] = shareOf(int(math.Round(recall*float64(n))), n)
	}
	return nil
}

// byWindow is the loss of each window, in nats, and the bytes that it stands for.
func (e *evaluator) byWindow() (nats, bytes []float64, err error) {
	T := e.T
	for windows := e.windows; len(windows) > 0; {
		n := min(len(windows), max(1, handedOut/T))
		b := e.rows(n, T)
		for i, w := range windows[:n] {
			inputs, targets, mask := b.Ints[0][i*T:(i+1)*T], b.Ints[1][i*T:(i+1)*T], b.Floats[0][i*T:(i+1)*T]
			e.data.Window(w, T, inputs, targets, mask)
			bytes = append(bytes, e.data.Bytes(targets, mask))
		}
		err := e.score(b, func(_ int, losses []float32) {
			for i := range len(losses) / T {
				nats = append(nats, sumOf(losses[i*T:(i+1)*T]))
			}
		})
		if err != nil {
			return nil, nil, err
		}
		windows = windows[n:]
	}
	return nats, bytes, nil
}

func sumOf(x []float32) (sum float64) {
	for _, v := range x {
		sum += float64(v)
	}
	return sum
}

// quiz asks the questions that have one right answer.
func (x *examination) quiz() error {
	if x.Town == nil {
		return nil
	}
	n := wholeQuestions
	if x.Quick {
		n = quickAsked
	}
	sets := []questionSet{
		{"exact_match_combos", spread(x.Town.Questions(world.HeldCombos, x.Langs...), n)},
		{"exact_match_phrasings", spread(x.Town.Questions(world.HeldPhrasings, x.Langs...), n)},
		{"exact_match_residents", spread(x.Town.Questions(world.HeldResidents, x.Langs...), n)},
		{"honest", unknownQuestions(x.Town, x.Langs, n)},
	}
	var all []world.Question
	for _, s := range sets {
		all = append(all, s.questions...)
	}
	said, err := x.reader.graded(x.Town, all, x.card.Form)
	if err != nil {
		return err
	}
	refused, residents := 0, 0 // questions about residents come first
	for _, s := range sets {
		x.card.Measures[s.name] = shareOf(count(said[:len(s.questions)], correct), len(s.questions))
		if s.name != "honest" {
			refused += count(said[:len(s.questions)], func(a answer) bool { return a.grade.Refused })
			residents += len(s.questions)
		}
		said = said[len(s.questions):]
	}
	x.card.Measures["false_refusals"] = shareOf(refused, residents)
	if x.card.Form != FewShot {
		return nil
	}
	plain, err := x.reader.graded(x.Town, all[:residents], Plain)
	if err != nil {
		return err
	}
	for _, s := range sets[:3] {
		x.card.Measures[s.name+"_plain"] = shareOf(count(plain[:len(s.questions)], correct), len(s.questions))
		plain = plain[len(s.questions):]
	}
	return nil
}

func correct(a answer) bool { return a.grade.Correct }

func count(said []answer, is func(answer) bool) (n int) {
	for _, a := range said {
		if is(a) {
			n++
		}
	}
	return n
}

// sample measures the manners of answers at the card's temperature, and how fast
// they are written.
func (x *examination) sample() error {
	if x.Town == nil {
		return nil
	}
	x.questions = heldOutQuestions(x.Town, x.Langs, x.prompts())
	began := 0.0
	if x.Now != nil {
		began = x.Now()
	}
	var err error
	if x.said, err = x.reader.answers(x.Town, x.questions, x.card.Form, x.sampling()); err != nil {
		return err
	}
	tokens, scores := 0, make([]float64, len(x.said))
	for i, a := range x.said {
		tokens += len(a.tokens)
		scores[i] = a.grade.Score(world.AllPrinciples)
	}
	if x.Now != nil {
		if ms := x.Now() - began; ms > 0 {
			x.card.TokensPerSec = float64(tokens) / ms * 1000
		}
	}
	m, n := x.card.Measures, len(x.said)
	m["polite"] = shareOf(count(x.said, func(a answer) bool { return a.grade.Polite }), n)
	m["brief"] = shareOf(count(x.said, func(a answer) bool { return a.grade.Brief }), n)
	m["language"] = shareOf(count(x.said, func(a answer) bool { return a.grade.Language }), n)
	m["score"] = meanOf(scores)
	return nil
}

// compare holds the answers against the other models.
func (x *examination) compare() error {
	if x.Town == nil {
		return nil
	}
	if x.Against != nil {
		match, err := x.against(*x.Against, x.questions, x.said)
		if err != nil {
			return err
		}
		x.card.Match, x.card.Opponent = &match, x.Against.Checkpoint.Meta.Name
	}
	if x.Reference == nil || x.card.Temperature != 1 {
		return nil
	}
	m := x.card.Measures
	x.card.Reference = x.Reference.Checkpoint.Meta.Name
	if x.Against != nil && x.Against.Checkpoint == x.Reference.Checkpoint {
		m["kl"], m["kl_per_token"] = *x.card.Match.KL, *x.card.Match.KLPerToken
		return nil
	}
	r, err := openReader(*x.Reference, x.Machine, longestAnswer(x.said))
	if err != nil {
		return err
	}
	defer r.Close()
	m["kl"], m["kl_per_token"], err = r.divergence(x.said)
	return err
}

func init() {
	registerMeasures(map[string]string{ // what no run tells; see Card
		"exact_match_combos_plain":    "asked without examples before",
		"exact_match_phrasings_plain": "asked without examples before",
		"exact_match_residents_plain": "asked without examples before",
		"fact_recall":                 "facts whose true ending is the likeliest of eight",
		"polite":                      "share of answers",
		"brief":                       "share of answers",
		"language":                    "share of answers in the language of the question",
		"kl_per_token":                "KL(π ‖ reference) of a token, nats",
	})
}
