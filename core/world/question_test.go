package world

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// allKinds covers every kind of question, all phrasings, both languages.
func allKinds(town *Town) []Question {
	var out []Question
	for set := Seen; set <= UnknownNew; set++ {
		for i, q := range town.Questions(set) {
			if i%5 == 0 {
				out = append(out, q)
			}
		}
	}
	for _, lang := range Langs {
		for p := range Phrasings(AskGreeting, 0, lang) {
			out = append(out, town.Greeting(lang, p))
		}
		for r := range 6 {
			for p := range Phrasings(AskStory, 0, lang) {
				out = append(out, town.Story(r, lang, p))
			}
			for _, k := range town.Kinds {
				for v := range 8 {
					if k == Friend && v == r {
						continue
					}
					for p := range Phrasings(AskYesNo, k, lang) {
						out = append(out, town.YesNo(r, k, v, lang, p))
					}
				}
				for _, other := range town.Kinds {
					if q, ok := town.Reverse(r, k, other, lang, 0); ok {
						out = append(out, q)
					}
				}
			}
		}
	}
	return out
}

// The truth table of graders over renderers: what is rendered as right, wrong,
// polite, rude, brief, rambling must be graded so, for every question.
func TestGradersAgreeWithRenderers(t *testing.T) {
	for _, size := range bothSizes {
		town := New(Config{Seed: 1, Size: size})
		rng := seeded(1)
		for _, q := range allKinds(town) {
			require.True(t, town.inLanguage(q.Text, q.Lang), q.Text)
			for m := Plain; m <= Rude; m++ {
				right := town.Answer(q, m, false, &rng)
				g := town.Grade(q, right)
				at := q.Text + " → " + right
				require.True(t, g.Correct, at)
				require.True(t, g.Honest, at)
				require.True(t, g.Language, at)
				require.Equal(t, q.Ask == AskUnknown, g.Refused, at)
				require.Equal(t, m == Warm, g.Polite, at)
				require.Equal(t, m == Rude, g.Rude, at)
				if q.Ask != AskStory {
					require.Equal(t, m != Rambling, g.Brief, at)
				}
				if q.Ask == AskGreeting || q.Ask == AskStory {
					continue // no wrong greeting; a story may happen to state no fact
				}
				wrong := town.Answer(q, m, true, &rng)
				g = town.Grade(q, wrong)
				at = q.Text + " → " + wrong
				require.False(t, g.Correct, at)
				require.False(t, g.Honest, at)
				require.False(t, g.Refused, at)
			}
		}
	}
}

func TestGradeByHand(t *testing.T) {
	town := New(Config{Seed: 1, Size: Standard})
	r := &town.Residents[0]
	r.Values = [numKinds]int{Species: 3, Colour: 7, Job: 0, Home: 6, Food: 2, Friend: 5}
	n, stranger := r.Name, town.Strangers[0].Name
	fact := func(k Kind, lang Lang) Question { return town.About(n, k, lang, 0) }
	for _, c := range []struct {
		q       Question
		answer  string
		correct bool
		honest  bool
	}{
		{fact(Species, EN), n + " is an owl.", true, true},
		{fact(Species, EN), "An OWL, of course!", true, true},
		{fact(Species, EN), n + " is a bowl of growls.", false, true},
		{fact(Species, EN), "An owl or a fox.", false, false},
		{fact(Species, EN), "I don't know. An owl?", false, true},
		{fact(Species, EN), "", false, true},
		{fact(Species, EN), "猫头鹰。", true, true},
		{fact(Colour, EN), "It is orange.", true, true},
		{fact(Colour, EN), "It is red.", false, false},
		{fact(Home, EN), "On the island.", true, true},
		{fact(Home, EN), "By the sea, on the island.", false, false},
		{fact(Food, ZH), n + "爱喝汤。", true, true},
		{fact(Food, ZH), n + "爱吃面包。", false, false},
		{fact(Job, ZH), n + "是老师，也是画家。", false, false},
		{fact(Friend, EN), n + " likes " + town.Residents[5].Name + ".", true, true},
		{fact(Friend, EN), n + " likes " + town.Residents[6].Name + ".", false, false},
		{town.About(stranger, Job, EN, 0), "I don't know who that is.", true, true},
		{town.About(stranger, Job, EN, 0), "I don’t know, but perhaps a cook.", false, false},
		{town.About(stranger, Job, EN, 0), "A cook.", false, false},
		{town.About(stranger, Job, EN, 0), "Good morning!", false, false},
		{town.About(stranger, Job, ZH, 0), "我不知道。", true, true},
		{town.YesNo(0, Species, 3, EN, 0), "Yes.", true, true},
		{town.YesNo(0, Species, 3, EN, 0), "No.", false, false},
		{town.YesNo(0, Species, 3, EN, 0), "Yes and no.", false, true},
		{town.YesNo(0, Species, 0, EN, 0), "No, not a fox.", true, true},
		{town.YesNo(0, Species, 0, EN, 0), "No, a bear.", false, false},
		{town.YesNo(0, Species, 0, ZH, 0), "不是。", true, true},
		{town.YesNo(0, Species, 3, ZH, 0), "是的。", true, true},
		{town.YesNo(0, Species, 3, ZH, 0), "不是。", false, false},
		{town.Greeting(EN, 0), "Hello!", true, true},
		{town.Greeting(EN, 0), "The fox.", false, true},
		{town.Story(0, EN, 0), n + " is an owl. It rains.", false, true},
		{town.Story(0, EN, 0), n + " is an owl. It rains. The end.", true, true},
		{town.Story(0, EN, 0), n + " is an owl. It rains. It rains.", false, true},
		{town.Story(0, EN, 0), n + " is a fox. It rains. The end.", false, false},
	} {
		g := town.Grade(c.q, c.answer)
		assert.Equal(t, c.correct, g.Correct, "correct: %s → %s", c.q.Text, c.answer)
		assert.Equal(t, c.honest, g.Honest, "honest: %s → %s", c.q.Text, c.answer)
	}
	q := fact(Job, ZH)
	assert.False(t, town.Grade(q, n+" is a teacher.").Language)
	assert.True(t, town.Grade(q, n+"是老师。").Language)
	assert.False(t, town.Grade(fact(Job, EN), n+"是老师。").Language)
	assert.False(t, town.Grade(fact(Job, EN), "…").Language)
}

func TestScore(t *testing.T) {
	good := Grade{Correct: true, Honest: true, Brief: true, Polite: true, Language: true}
	assert.Equal(t, 1., good.Score(AllPrinciples))
	assert.Equal(t, 0., Grade{Rude: true}.Score(AllPrinciples))
	assert.Equal(t, 0., good.Score(0))
	assert.Equal(t, .5, Grade{}.Score(Friendly), "neither friendly nor rude")
	assert.Equal(t, 1., Grade{Brief: true}.Score(Brief))
	assert.Greater(t, Grade{Correct: true, Honest: true}.Score(AllPrinciples), Grade{Brief: true, Polite: true, Language: true}.Score(AllPrinciples))
	assert.Len(t, Constitution, 5)
}

func TestSetsDoNotOverlap(t *testing.T) {
	town := New(Config{Seed: 1})
	seen := map[string]Set{}
	for set := Seen; set <= UnknownNew; set++ {
		qs := town.Questions(set)
		require.NotEmpty(t, qs)
		for _, q := range qs {
			other, twice := seen[q.Text]
			require.False(t, twice, "%s in %s and %s", q.Text, set, other)
			seen[q.Text] = set
			require.Equal(t, set == HeldPhrasings, q.HeldOut)
			require.Equal(t, set >= UnknownSeen, q.Ask == AskUnknown)
			if q.Resident >= 0 {
				require.Equal(t, set != HeldResidents, town.Residents[q.Resident].SFT)
			}
		}
	}
	assert.GreaterOrEqual(t, len(town.Questions(HeldCombos)), 120)
	assert.GreaterOrEqual(t, len(town.Questions(HeldResidents))+len(town.Questions(Unknown)), 400)
}

func TestExamplesKeepToTheirSets(t *testing.T) {
	for _, size := range bothSizes {
		town := New(Config{Seed: 1, Size: size})
		allowed := map[string]bool{}
		for _, q := range append(town.Questions(Seen), town.Questions(UnknownSeen)...) {
			allowed[q.Text] = true
		}
		manners, asks := map[Manner]int{}, map[Ask]int{}
		const n = 6000
		for i := range n {
			e := town.Example(i)
			require.Equal(t, e, town.Example(i))
			require.True(t, town.Grade(e.Question, e.Answer).Correct, "%s → %s", e.Question.Text, e.Answer)
			require.False(t, e.Question.HeldOut)
			asks[e.Question.Ask]++
			if e.Question.Ask != AskStory && e.Question.Ask != AskGreeting {
				manners[e.Manner]++
			}
			if e.Question.Ask == AskFact || e.Question.Ask == AskUnknown {
				require.True(t, allowed[e.Question.Text], e.Question.Text)
			}
			if e.Question.Resident >= 0 {
				require.True(t, town.Residents[e.Question.Resident].SFT)
			}
		}
		for m := Plain; m <= Rambling; m++ {
			assert.InDelta(t, 1./3, float64(manners[m])/float64(n-asks[AskStory]-asks[AskGreeting]), .03)
		}
		assert.InDelta(t, .45, float64(asks[AskUnknown])/n, .02)
		assert.Equal(t, size == Standard, asks[AskYesNo] > 0)
		assert.Equal(t, size == Standard, asks[AskReverse] > 0)
	}
}

func TestPairsDifferOnTheirAxis(t *testing.T) {
	town := New(Config{Seed: 1})
	var axes [4]int
	for i := range 400 {
		p := town.Pair(i)
		axes[p.Axis]++
		good, bad := town.Grade(p.Question, p.Chosen), town.Grade(p.Question, p.Rejected)
		require.Greater(t, good.Score(AllPrinciples), bad.Score(AllPrinciples), "%+v", p)
		only := map[Axis]Principle{TrueFalse: True | Honest, PoliteRude: Friendly, BriefRambling: Brief, HonestInvented: True | Honest}[p.Axis]
		require.Equal(t, good.Score(AllPrinciples&^only), bad.Score(AllPrinciples&^only), "%+v", p)
	}
	for _, n := range axes {
		assert.Greater(t, n, 60)
	}
}

func TestSkills(t *testing.T) {
	town := New(Config{Seed: 1})
	rng := seeded(2)
	for _, q := range append(town.Questions(HeldResidents), town.Questions(Unknown)...) {
		for _, s := range Skills {
			a := town.Style(q, s, &rng)
			for _, o := range Skills {
				require.Equal(t, o == s, InStyle(a, q.Lang, o), a)
			}
			require.True(t, town.Grade(q, a).Correct, a)
			require.True(t, town.Grade(q, a).Language, a)
		}
		for m := Plain; m <= Rude; m++ {
			for _, s := range Skills {
				require.False(t, InStyle(town.Answer(q, m, false, &rng), q.Lang, s))
			}
		}
	}
}

// What is held out stays out of the corpus: the held-out questions, and of
// residents outside SFT any question at all.
func TestHeldOutQuestionsAreNotInTheCorpus(t *testing.T) {
	town := New(Config{Seed: 1})
	text := strings.Join(town.Texts(Train, 200<<10), Separator)
	for _, set := range []Set{HeldPhrasings, HeldResidents, UnknownSeen, Unknown, UnknownNew} {
		for _, q := range town.Questions(set) {
			require.NotContains(t, text, q.Text)
		}
	}
	for _, o := range town.Outsiders {
		require.NotContains(t, text, o)
	}
}

// A question to a model that has only read stands as a dialogue of the corpus
// does, and gives nothing away.
func TestTranscripts(t *testing.T) {
	town := New(Config{Seed: 4})
	lines := map[string]bool{}
	for i := range 3000 {
		if d := town.Document(Train, i); d.Form == Dialogue {
			for _, l := range strings.Split(d.Text, "\n") {
				lines[l] = true
			}
		}
	}
	for _, lang := range Langs {
		known := 0
		for _, q := range town.Questions(HeldCombos, lang) {
			text := town.Transcript(q)
			asked, _, ok := strings.Cut(text, "\n")
			require.True(t, ok)
			if lines[asked] {
				known++
			}
			shots := town.Shots(q, 3)
			require.Len(t, shots, 3)
			text = town.Transcript(q, shots...)
			require.Equal(t, 7, strings.Count(text, "\n"))
			require.True(t, strings.HasSuffix(text, q.Text+"\n"+strings.TrimSpace(books[lang].speakers[1])))
			for _, s := range shots {
				require.NotEqual(t, q.Name, s.Question.Name)
				require.Contains(t, text, s.Answer)
				require.True(t, town.Grade(s.Question, s.Answer).Correct)
			}
		}
		require.NotZero(t, known, "the corpus asks in the same words")
	}
}
