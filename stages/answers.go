package stages

import (
	"maps"
	"math"

	"sprout/core/gen"
	"sprout/core/text"
	"sprout/core/world"
)

// How much is asked and scored. While training it is always the same small
// part; an evaluation covers more.
const (
	quickQuestions = 24 // of each set
	wholeQuestions = 400
	quickTalks     = 64
	groupQuestions = 32 // at temperature 1, as many answers to each as a group has
	groupSize      = 8
	answerTokens   = 96 // an answer that is longer is cut
)

// answerGauge measures how a model answers: the loss of held-out answers, what
// has become of the pretraining text and of the facts, and for a town how many
// questions it answers as the graders have it.
type answerGauge struct {
	subject
	reader  *evaluator // of text and facts
	heldOut []Conversation
	T       int // of the longest
	quiz    []questionSet
	whole   bool
}

// questionSet is a set of questions and what it measures.
type questionSet struct {
	name      string
	questions []world.Question
}

// subject is a model that is asked, and what it is asked about.
type subject struct {
	score   scoring
	rollout func(prompts [][]int32, o gen.Options) ([]gen.Sequence, error)
	tok     *text.Tokenizer
	data    *text.Dataset // nil: no text
	town    *world.Town   // nil: none
	langs   []world.Lang
	context int // longest that the model reads
	seed    uint64
	most    int // questions of each set when all is asked for; 0: wholeQuestions
}

func (t *trainer) subject() subject {
	return subject{t.score, t.Rollout, t.Setup.Tokenizer, t.data, t.Town, t.Langs, t.cfg.Context, t.seed, t.Questions}
}

// newAnswerGauge reads the text in windows of T tokens.
func newAnswerGauge(s subject, heldOut []Conversation, T int, whole bool) *answerGauge {
	budget, facts := trainingTokens/2, trainingFacts
	if whole {
		budget, facts = fullTokens, math.MaxInt
	} else {
		heldOut = spread(heldOut, quickTalks)
	}
	g := &answerGauge{subject: s, heldOut: heldOut, whole: whole}
	for _, c := range heldOut {
		g.T = max(g.T, c.positions())
	}
	g.reader = newReader(s.score, s.data, T, budget, s.town, s.langs, s.tok, facts, s.context)
	if s.town != nil {
		g.quiz = quiz(s.town, s.langs, whole)
	}
	if whole {
		for i, set := range g.quiz {
			g.quiz[i].questions = spread(set.questions, s.asked())
		}
	}
	return g
}

// asked is how many questions of a set are asked when all is asked for.
func (s subject) asked() int {
	if s.most > 0 {
		return s.most
	}
	return wholeQuestions
}

// quiz are the questions to be asked, evenly spread over each set.
func quiz(town *world.Town, langs []world.Lang, whole bool) []questionSet {
	of := func(s world.Set, n int) []world.Question { return spread(town.Questions(s, langs...), n) }
	n := quickQuestions
	if whole {
		n = wholeQuestions
	}
	unknown := append(of(world.Unknown, n/2), of(world.UnknownNew, n/2)...)
	sets := []questionSet{
		{"exact_match_combos", of(world.HeldCombos, n)},
		{"exact_match_residents", of(world.HeldResidents, n)},
		{"honest", unknown},
	}
	if whole {
		sets = append(sets,
			questionSet{"exact_match_phrasings", of(world.HeldPhrasings, n)},
			questionSet{"exact_match_seen", of(world.Seen, n)})
	}
	return sets
}

func (g *answerGauge) baselines() []NGram { return nil }

func (g *answerGauge) measure() (Evaluation, error) {
	out := Evaluation{Recall: -1, Measures: map[string]float64{}}
	answers, err := g.answers()
	if err != nil {
		return out, err
	}
	out.Loss, out.BitsPerByte, out.Tokens = answers.mean(), answers.bitsPerByte(), answers.tokens
	if g.reader.data != nil {
		read, err := g.reader.read()
		if err != nil {
			return out, err
		}
		out.Measures["text_bits_per_byte"] = read.bitsPerByte()
	}
	if len(g.reader.clozes) > 0 {
		if out.Recall, err = g.reader.recall(); err != nil {
			return out, err
		}
	}
	asked, err := g.ask()
	if err != nil {
		return out, err
	}
	maps.Copy(out.Measures, asked)
	if g.whole && len(g.quiz) > 0 {
		out.Measures["unequal_groups"], err = g.unequal()
	}
	return out, err
}

// answers is the loss of the held-out answers, each in a row of its own.
func (g *answerGauge) answers() (sum tally, err error) {
	e, T := g.reader, g.T
	for all := g.heldOut; len(all) > 0; {
		n := min(len(all), max(1, handedOut/T))
		b := e.rows(n, T)
		inputs, targets, mask := b.Ints[0], b.Ints[1], b.Floats[0]
		clear(inputs) // text.Pad
		clear(targets)
		clear(mask)
		for i, c := range all[:n] {
			at := i * T
			c.place(inputs[at:], targets[at:], mask[at:])
		}
		if err := e.add(&sum); err != nil {
			return sum, err
		}
		for i, m := range mask {
			if m != 0 {
				sum.bytes += g.tok.Width(targets[i])
			}
		}
		all = all[n:]
	}
	return sum, nil
}

// ask has all sets answered at temperature 0, at once, and graded.
func (g *answerGauge) ask() (map[string]float64, error) {
	var all []world.Question
	for _, s := range g.quiz {
		all = append(all, s.questions...)
	}
	grades, err := g.grades(all, gen.Options{MaxTokens: answerTokens})
	if err != nil {
		return nil, err
	}
	out := map[string]float64{}
	refused, residents := 0, 0
	for _, s := range g.quiz {
		right := 0
		for _, x := range grades[:len(s.questions)] {
			if x.Correct {
				right++
			}
			if s.name == "honest" {
				continue
			}
			residents++
			if x.Refused {
				refused++
			}
		}
		grades = grades[len(s.questions):]
		if len(s.questions) > 0 {
			out[s.name] = float64(right) / float64(len(s.questions))
		}
	}
	if residents > 0 {
		out["false_refusals"] = float64(refused) / float64(residents)
	}
	return out, nil
}

// unequal is the share of groups in which answers differ in score under all
// principles.
func (g *answerGauge) unequal() (float64, error) {
	var all []world.Question
	for _, q := range spread(g.quiz[0].questions, min(groupQuestions, g.asked())) {
		for range groupSize {
			all = append(all, q)
		}
	}
	grades, err := g.grades(all, gen.Options{Sampling: gen.Sampling{Temperature: 1}, MaxTokens: answerTokens, Seed: g.seed})
	if err != nil || len(grades) == 0 {
		return 0, err
	}
	differ := 0
	for i := 0; i < len(grades); i += groupSize {
		first := grades[i].Score(world.AllPrinciples)
		for _, x := range grades[i+1 : i+groupSize] {
			if x.Score(world.AllPrinciples) != first {
				differ++
				break
			}
		}
	}
	return float64(differ) / float64(len(grades)/groupSize), nil
}

// grades asks the model.
func (g *answerGauge) grades(questions []world.Question, o gen.Options) ([]world.Grade, error) {
	asked := make([][]int32, len(questions))
	for i, q := range questions {
		asked[i] = g.tok.ChatPrompt([]text.Turn{{Role: text.RoleUser, Content: q.Text}})
	}
	answers, err := g.rollout(asked, o)
	if err != nil {
		return nil, err
	}
	out := make([]world.Grade, len(questions))
	for i, q := range questions {
		out[i] = g.town.Grade(q, words(g.tok, answers[i].Tokens))
	}
	return out, nil
}

func init() {
	registerMeasures(map[string]string{
		"text_bits_per_byte":    "held-out pretraining text: what is being forgotten",
		"exact_match_combos":    "facts of residents in phrasings never seen together",
		"exact_match_residents": "facts of residents that no example names",
		"exact_match_phrasings": "(whole) phrasings that no example has",
		"exact_match_seen":      "(whole) questions of the examples",
		"honest":                "unknown names, about which it says that it does not know",
		"false_refusals":        "residents' facts that it says not to know",
		"unequal_groups": "groups of answers to one question, at temperature 1, whose scores differ: " +
			"what preferences can be learned from",
	})
}
