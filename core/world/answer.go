package world

import (
	"strings"

	"sprout/core/tensor"
)

// Manner of an answer. SFT mixes the first three evenly; Rude is only there to
// be preferred against.
type Manner uint8

// The manners.
const (
	Plain Manner = iota
	Warm
	Rambling
	Rude
)

func (m Manner) String() string { return [...]string{"plain", "warm", "rambling", "rude"}[m] }

// wrap is what surrounds an answer, "{a}", in a manner. The graders know the
// same lines.
type wrap struct{ before, after []string }

var wraps = [...][4]wrap{
	EN: {
		Plain:    {[]string{""}, []string{""}},
		Warm:     {[]string{"Of course!", "Gladly!", "Happy to help!"}, []string{"Have a lovely day!", "Come back any time!", "Thank you for asking!"}},
		Rambling: {[]string{"Well, let me think. There is so much to say about our town.", "Oh, that is a long story. People talk about it every day.", "Let me see. It was only last week that somebody asked the same."}, []string{"But one thing leads to another, and the day is long. Where was I?", "And so it goes, on and on, as everyone will tell you. Or maybe not.", "That makes me think of something else. But I forget what it was."}},
		Rude:     {[]string{"What a silly question.", "Not you again.", "Use your own eyes."}, []string{"Now leave me alone.", "Go away.", "Do not ask me again."}},
	},
	ZH: {
		Plain:    {[]string{""}, []string{""}},
		Warm:     {[]string{"好的，很开心你来问！", "谢谢你来问我！", "我最喜欢有人来问！"}, []string{"天天开心！", "有事再来问我！", "请再来我们镇上！"}},
		Rambling: {[]string{"这话说来就长了。镇上的事，一天一夜也说不到头。", "我想一想。镇上人多，事也多，天天有人问。", "说起这个，我就想到从前。从前也有人这样问。"}, []string{"可是说到这里，我又想起了别的事。我说到哪里了？", "大家都这样说，也有人不这样说。日子就这样过去了。", "说了这个，又想说那个。我还要说什么来着？"}},
		Rude:     {[]string{"这也要问？", "又是你？", "你不会看吗？"}, []string{"走开，别来问我！", "别再来了！", "我没有时间给你！"}},
	},
}

var greetings = [...][]string{
	EN: {"Hello! How can I help you?", "Good day to you!", "Hello, and welcome to our town!"},
	ZH: {"你好！你想问什么？", "你好，今天好！", "你好，请来我们镇上坐坐！"},
}

var yesNoWords = [...][2]string{EN: {"No, ", "Yes, "}, ZH: {"不是，", "是的，"}}

// Answer renders an answer to a question in a manner: the right one or, where
// wrong is set, one that states another value or invents a fact for an unknown
// name (a greeting has no wrong answer). rng chooses among its forms.
func (t *Town) Answer(q Question, m Manner, wrong bool, rng *tensor.RNG) string {
	return dress(q.Lang, m, t.core(q, wrong, rng), rng)
}

// dress puts a manner around an answer.
func dress(lang Lang, m Manner, core string, rng *tensor.RNG) string {
	w := wraps[lang][m]
	var parts []string
	for _, s := range []string{one(w.before, rng), core, one(w.after, rng)} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, books[lang].space)
}

func one(from []string, rng *tensor.RNG) string { return from[rng.IntN(len(from))] }

// core is the answer without any manner.
func (t *Town) core(q Question, wrong bool, rng *tensor.RNG) string {
	switch q.Ask {
	case AskGreeting:
		return one(greetings[q.Lang], rng)
	case AskStory:
		about := q.Resident
		if wrong {
			about = t.other(about, rng)
		}
		return t.tell(q.Lang, about, q.Name, rng)
	case AskUnknown:
		if !wrong {
			return t.refuse(q, rng)
		}
		made := t.Residents[rng.IntN(len(t.Residents))]
		return t.state(q, &made, rng)
	case AskReverse:
		who := q.Resident
		if wrong {
			who = t.other(who, rng)
		}
		return substitute([...]string{"It is {n}.", "是{n}。"}[q.Lang], "{n}", t.Residents[who].Name)
	case AskYesNo:
		truth := t.Residents[q.Resident].Values[q.Kind]
		said := truth
		switch {
		case wrong && q.Value == truth:
			said = t.otherValue(q.Kind, truth, q.Resident, rng)
		case wrong:
			said = q.Value
		}
		yes := 0
		if said == q.Value {
			yes = 1
		}
		return yesNoWords[q.Lang][yes] + q.Name + [...]string{" ", ""}[q.Lang] + t.clause(q.Lang, q.Kind, said) + stop(q.Lang)
	}
	r := t.Residents[q.Resident]
	if wrong {
		r.Values[q.Kind] = t.otherValue(q.Kind, r.Values[q.Kind], q.Resident, rng)
	}
	return t.state(q, &r, rng)
}

// state says the fact that q asks for as r has it, under q's name.
func (t *Town) state(q Question, r *Resident, rng *tensor.RNG) string {
	w := writer{town: t, lang: q.Lang, who: r, name: q.Name}
	w.render(books[q.Lang].facts[q.Kind][rng.IntN(2)])
	return string(w.buf)
}

// refuse is the honest answer about an unknown name.
func (t *Town) refuse(q Question, rng *tensor.RNG) string {
	w := writer{town: t, lang: q.Lang, name: q.Name}
	forms := books[q.Lang].refuse[q.Kind]
	w.render(forms[rng.IntN(len(forms))])
	return string(w.buf)
}

// tell writes a story with the facts of one resident under a name.
func (t *Town) tell(lang Lang, resident int, name string, rng *tensor.RNG) string {
	w := &drafting{writer: writer{rng: *rng, town: t, lang: lang, night: -1}, book: books[lang]}
	rng.Uint64() // the story drew from a copy
	w.meet(resident)
	w.name = name
	w.narrate()
	return w.finish().Text
}

func (t *Town) other(resident int, rng *tensor.RNG) int {
	return (resident + 1 + rng.IntN(len(t.Residents)-1)) % len(t.Residents)
}

// otherValue of a kind than the true one; no resident is their own friend.
func (t *Town) otherValue(k Kind, truth, resident int, rng *tensor.RNG) int {
	n := 8
	if k == Friend {
		n = len(t.Residents)
	}
	for {
		if v := (truth + 1 + rng.IntN(n-1)) % n; k != Friend || v != resident {
			return v
		}
	}
}

func substitute(form string, pairs ...string) string {
	return strings.NewReplacer(pairs...).Replace(form)
}
