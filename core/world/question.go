package world

import (
	"fmt"

	"sprout/core/tensor"
)

// Ask is what a question is after.
type Ask uint8

// The kinds of question. YesNo and Reverse are asked in the standard town only,
// a friend is asked for as any other fact.
const (
	AskFact Ask = iota
	AskYesNo
	AskReverse
	AskGreeting
	AskStory
	AskUnknown // a fact of somebody whom the town does not know
)

func (a Ask) String() string {
	return [...]string{"fact", "yes_no", "reverse", "greeting", "story", "unknown"}[a]
}

// Question with all that a grader needs to judge an answer.
type Question struct {
	Ask      Ask
	Lang     Lang
	Text     string
	Phrasing int
	HeldOut  bool   // a phrasing that SFT never shows
	Name     string // whom it is about
	Resident int    // -1 where the town does not know the name
	Kind     Kind   // the slot asked for
	Value    int    // YesNo: the value suggested
	Given    [2]Kind
}

// phrasings of the questions that are not about a single fact's kind; the last
// of each is held out. {c} is a clause, {d} another.
var (
	yesNoForms = [...][]string{
		EN: {"Is it true that {n} {c}?", "Do you think that {n} {c}?", "I heard that {n} {c}. Is that right?"},
		ZH: {"{n}{c}，是吗？", "请问，{n}是不是{c}？", "有人说{n}{c}，是这样吗？"},
	}
	reverseForms = [...][]string{
		EN: {"Who {c} and {d}?", "Which resident {c} and {d}?", "Somebody in town {c} and {d}. Who is it?"},
		ZH: {"谁{c}，也{d}？", "镇上谁{c}，也{d}？", "有个人{c}，也{d}，那是谁？"},
	}
	greetingForms = [...][]string{
		EN: {"Hello!", "Good morning!", "Hello, how are you?", "Good evening!"},
		ZH: {"你好！", "早上好！", "你好，今天好吗？", "晚上好！"},
	}
	storyForms = [...][]string{
		EN: {"Tell me a short story about {n}.", "Do you know a story about {n}?", "Please write a few lines about {n}.", "I would like to hear a story about {n}."},
		ZH: {"请说说{n}的事。", "你知道{n}的事吗？", "请写一写{n}。", "我想知道{n}的事。"},
	}
	// clauses state one fact behind a name: the forms of each kind's first phrasing.
	clauseForms = [...][numKinds]string{
		EN: {"is {v}", "wears {v} scarf", "works as {v}", "lives {v}", "likes to eat {v}", "is the best friend of {v}"},
		ZH: {"是{v}", "围着{v}的围巾", "当{v}", "住在{v}", "喜欢{v}", "是{v}的好朋友"},
	}
)

// Phrasings is how many ways a question has in a language; the last is held out.
func Phrasings(a Ask, k Kind, lang Lang) int {
	switch a {
	case AskYesNo:
		return len(yesNoForms[lang])
	case AskReverse:
		return len(reverseForms[lang])
	case AskGreeting:
		return len(greetingForms[lang])
	case AskStory:
		return len(storyForms[lang])
	}
	return len(books[lang].ask[k])
}

// clause states a fact behind a name: "lives by the river".
func (t *Town) clause(lang Lang, k Kind, value int) string {
	v := t.Value(Fact{Kind: k, Value: value}, lang)
	switch {
	case k == Friend:
	case lang == EN && (k == Species || k == Colour || k == Job):
		v = an(v)
	case lang == ZH && (k == Species || k == Food):
		v = lexicon[k][value].count + v
	}
	return substitute(clauseForms[lang][k], "{v}", v)
}

// About asks for one fact of a resident or, as AskUnknown, of any other name.
func (t *Town) About(name string, k Kind, lang Lang, phrasing int) Question {
	q := Question{Ask: AskFact, Lang: lang, Phrasing: phrasing, Name: name, Kind: k, Resident: t.Find(name)}
	if q.Resident < 0 {
		q.Ask = AskUnknown
	}
	w := writer{town: t, lang: lang, name: name}
	w.render(books[lang].ask[k][phrasing])
	q.Text = string(w.buf)
	return t.finishQuestion(q)
}

// YesNo asks whether a resident's fact has a value.
func (t *Town) YesNo(resident int, k Kind, value int, lang Lang, phrasing int) Question {
	name := t.Residents[resident].Name
	q := Question{Ask: AskYesNo, Lang: lang, Phrasing: phrasing, Name: name, Kind: k, Resident: resident, Value: value}
	c := t.clause(lang, k, value)
	if lang == ZH && phrasing == 1 && k == Species {
		c = c[len("是"):] // the form brings its own 是
	}
	q.Text = substitute(yesNoForms[lang][phrasing], "{n}", name, "{c}", c)
	return t.finishQuestion(q)
}

// Reverse asks whom two facts describe; ok is false where that is not exactly
// one resident.
func (t *Town) Reverse(resident int, a, b Kind, lang Lang, phrasing int) (q Question, ok bool) {
	r := &t.Residents[resident]
	for i := range t.Residents {
		o := &t.Residents[i]
		if i != resident && o.Values[a] == r.Values[a] && o.Values[b] == r.Values[b] {
			return q, false
		}
	}
	q = Question{Ask: AskReverse, Lang: lang, Phrasing: phrasing, Name: r.Name, Resident: resident, Given: [2]Kind{a, b}}
	q.Text = substitute(reverseForms[lang][phrasing], "{c}", t.clause(lang, a, r.Values[a]), "{d}", t.clause(lang, b, r.Values[b]))
	return t.finishQuestion(q), a != b && a != Friend && b != Friend
}

// Greeting greets.
func (t *Town) Greeting(lang Lang, phrasing int) Question {
	return t.finishQuestion(Question{Ask: AskGreeting, Lang: lang, Phrasing: phrasing, Resident: -1, Text: greetingForms[lang][phrasing]})
}

// Story asks for a short story about a resident.
func (t *Town) Story(resident int, lang Lang, phrasing int) Question {
	name := t.Residents[resident].Name
	q := Question{Ask: AskStory, Lang: lang, Phrasing: phrasing, Name: name, Resident: resident}
	q.Text = substitute(storyForms[lang][phrasing], "{n}", name)
	return t.finishQuestion(q)
}

func (t *Town) finishQuestion(q Question) Question {
	q.HeldOut = q.Phrasing == Phrasings(q.Ask, q.Kind, q.Lang)-1
	return q
}

// Find is the resident of a name, or -1.
func (t *Town) Find(name string) int {
	for i := range t.Residents {
		if t.Residents[i].Name == name {
			return i
		}
	}
	return -1
}

// Set names a part of the questions about facts. SFT draws from Seen and
// UnknownSeen alone; the other sets measure what it can do beyond them.
type Set uint8

// The sets.
const (
	Seen          Set = iota // residents of SFT in the pairs of fact and phrasing that it shows
	HeldCombos               // the same residents and phrasings in pairs that it never shows
	HeldPhrasings            // the same residents in the held-out phrasing
	HeldResidents            // residents that no example names, in trained phrasings
	UnknownSeen              // strangers of SFT
	Unknown                  // strangers that no example names, in trained phrasings
	UnknownNew               // names that not even the corpus mentions
)

func (s Set) String() string {
	return [...]string{"seen", "held_combos", "held_phrasings", "held_residents", "unknown_seen", "unknown", "unknown_new"}[s]
}

// heldComboShare of the pairs of fact and phrasing are kept from SFT.
const heldComboShare = .25

// comboHeld tells whether SFT never asks for this fact in this phrasing.
func (t *Town) comboHeld(fact int, lang Lang, phrasing int) bool {
	rng := tensor.NewRNG(t.Config.Seed, streamCombos, uint64(fact), uint64(lang), uint64(phrasing))
	return rng.Float64() < heldComboShare
}

// Questions lists all questions about facts in a set, in a fixed order. No
// langs means both.
func (t *Town) Questions(set Set, langs ...Lang) []Question {
	if len(langs) == 0 {
		langs = Langs
	}
	var out []Question
	for _, lang := range langs {
		for _, k := range t.Kinds {
			n := Phrasings(AskFact, k, lang)
			for p := range n {
				for _, name := range t.names(set) {
					if (p == n-1) != (set == HeldPhrasings) {
						continue
					}
					if set == Seen || set == HeldCombos {
						held := t.comboHeld(t.FactOf(t.Find(name), k), lang, p)
						if held != (set == HeldCombos) {
							continue
						}
					}
					out = append(out, t.About(name, k, lang, p))
				}
			}
		}
	}
	return out
}

// names that a set asks about.
func (t *Town) names(set Set) []string {
	var out []string
	switch set {
	case Seen, HeldCombos, HeldPhrasings, HeldResidents:
		for i := range t.Residents {
			if r := &t.Residents[i]; r.SFT == (set != HeldResidents) {
				out = append(out, r.Name)
			}
		}
	case UnknownSeen, Unknown:
		for _, s := range t.Strangers {
			if s.SFT == (set == UnknownSeen) {
				out = append(out, s.Name)
			}
		}
	case UnknownNew:
		return t.Outsiders
	default:
		panic(fmt.Sprintf("world: no set %d", set))
	}
	return out
}
