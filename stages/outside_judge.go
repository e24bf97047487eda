package stages

import (
	"context"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"sprout/core/problem"
	"sprout/core/text"
	"sprout/core/world"
)

// Asker passes a conversation on to a language model and waits for what it says
// next. Problems: "judge_unreachable", "judge_slow", "judge_unauthorised".
type Asker interface {
	Ask(ctx context.Context, turns []text.Turn) (Reply, error)
}

// Reply of a language model.
type Reply struct {
	Text string
	// Top are log-probabilities of the likeliest first tokens, by their text; nil
	// where the model does not tell them. With them the judge's doubt is known.
	Top map[string]float64
}

// OutsideJudge has answers compared by a language model that is no Sprout: it
// reads the rules and the two answers as text, and names one by its letter. Each
// comparison is asked twice, in both orders.
type OutsideJudge struct {
	Asker
	Rules Rules
}

// Compare asks; see Judge. Problems: those of the Asker, "judge_no_rules" and
// "judge_nonsense".
func (j OutsideJudge) Compare(ctx context.Context, all []Comparison, progress func(float64) error) ([]Judgement, error) {
	if err := j.Rules.check(); err != nil {
		return nil, err
	}
	out := make([]Judgement, 0, len(all))
	for i, c := range all {
		if progress != nil {
			if err := progress(float64(i) / float64(len(all))); err != nil {
				return out, err
			}
		}
		var said [2]verdict
		for order := range said {
			reply, err := j.Ask(ctx, j.Rules.Brief(c))
			if err != nil {
				return out, err
			}
			if said[order], err = readVerdict(reply); err != nil {
				return out, err
			}
			c.A, c.B = c.B, c.A
		}
		out = append(out, judged(said[0], said[1]))
	}
	return out, nil
}

// briefs are what an outside judge is told, {r} the rules, {k} what is known, {q}
// the conversation, {a} and {b} the answers.
var briefs = [...]struct{ system, known, user string }{
	world.EN: {
		"You compare two answers to the same question. Go only by these rules:\n{r}\nReply with one letter and nothing else: A if answer A is better, B if answer B is better.",
		"What is known:\n{k}\n\n",
		"{k}Question:\n{q}\n\nAnswer A:\n{a}\n\nAnswer B:\n{b}\n\nWhich answer is better, A or B?",
	},
	world.ZH: {
		"请比较对同一个问题的两个回答。只依据以下准则：\n{r}\n只回复一个字母，不要写别的：回答 A 更好就写 A，回答 B 更好就写 B。",
		"已知的事：\n{k}\n\n",
		"{k}问题：\n{q}\n\n回答 A：\n{a}\n\n回答 B：\n{b}\n\n哪个回答更好，A 还是 B？",
	},
}

// Brief is what an outside judge is asked, A shown first.
func (r Rules) Brief(c Comparison) []text.Turn {
	b := briefs[c.Lang]
	var rules []string
	for _, p := range world.Constitution {
		if r.Principles&p.Principle != 0 {
			rules = append(rules, "- "+p.Text[c.Lang])
		}
	}
	for _, free := range r.Free {
		rules = append(rules, "- "+strings.TrimSpace(free))
	}
	known := ""
	if c.Background != "" {
		known = strings.ReplaceAll(b.known, "{k}", c.Background)
	}
	return []text.Turn{
		{Role: text.RoleSystem, Content: strings.ReplaceAll(b.system, "{r}", strings.Join(rules, "\n"))},
		{Role: text.RoleUser, Content: strings.NewReplacer("{k}", known, "{q}", spoken(c.Prompt), "{a}", c.A, "{b}", c.B).Replace(b.user)},
	}
}

// spoken writes a conversation as lines; a single question stands by itself.
func spoken(turns []text.Turn) string {
	if len(turns) == 1 {
		return turns[0].Content
	}
	lines := make([]string, len(turns))
	for i, t := range turns {
		lines[i] = fmt.Sprintf("%s: %s", t.Role, t.Content)
	}
	return strings.Join(lines, "\n")
}

// readVerdict finds out which answer is meant: by the probabilities of the two
// letters where they are told, else by the letter that is named.
func readVerdict(r Reply) (verdict, error) {
	first, knowsA := letter(r.Top, "A")
	second, knowsB := letter(r.Top, "B")
	switch {
	case knowsA && knowsB:
		return verdict{first, second}, nil
	case means(r.Text, 'A'):
		return verdict{0, math.Inf(-1)}, nil
	case means(r.Text, 'B'):
		return verdict{math.Inf(-1), 0}, nil
	}
	shown := []rune(strings.TrimSpace(r.Text))
	if len(shown) > 60 {
		shown = append(shown[:60], '…')
	}
	return verdict{}, problem.New("judge_nonsense", problem.Args{"reply": string(shown)},
		"The judge was to name A or B, but it said “%s”. What it has judged so far is kept; another judge may understand the question better.", string(shown))
}

// Preference is the probability that the answer shown first is meant, 0 or 1
// where the probabilities of the letters are not told. Problem "judge_nonsense".
func (r Reply) Preference() (float64, error) {
	v, err := readVerdict(r)
	if err != nil {
		return 0, err
	}
	return v.preference(), nil
}

// letter is the log-probability of a letter, written alone or behind a blank.
func letter(top map[string]float64, l string) (float64, bool) {
	sum, known := math.Inf(-1), false
	for token, lp := range top {
		if strings.TrimSpace(token) == l {
			hi, lo := max(sum, lp), min(sum, lp)
			sum, known = hi+math.Log1p(math.Exp(lo-hi)), true
		}
	}
	return sum, known && !math.IsInf(sum, -1)
}

// wideLetters are what some models write among Han characters.
var wideLetters = strings.NewReplacer("Ａ", "A", "Ｂ", "B")

// What is said of a letter that is preferred, {l}: at the very beginning, and
// anywhere. Nothing of a reply that denies or blames is looked for but the first,
// for it may mean the other answer.
var (
	praise = [2]*regexp.Regexp{praising("A"), praising("B")}
	above  = [2]*regexp.Regexp{placing("A"), placing("B")}
	doubts = regexp.MustCompile(`(?i)\b(not|no|neither|nor|never|cannot|unsure|both|either|equal|equally|tie|worse|worst)\b|n['’]t\b|[不没都差坏]|一样|相同`)
)

func praising(l string) *regexp.Regexp {
	return regexp.MustCompile(`\b` + l + `(?i:,?\s+(?:is|was|seems)\s+(?:(?:clearly|much|slightly|the|a bit|far)\s+)*(?:better|best|preferable|right|correct|more)\b|\s+(?:because|wins)\b)`)
}

func placing(l string) *regexp.Regexp {
	return regexp.MustCompile(`\b` + l + `\s*(?:>|(?:明显|显然|稍微|略|要)?(?:比|优于|胜过|好于|更好|更优|较好))`)
}

// means tells whether a reply names a letter, and not the other one: by the letter
// alone, by one that only a sign follows, or by a phrase that prefers it. An "A"
// before another word may be an article, so it names nothing by itself.
func means(reply string, l rune) bool { return letterIn(reply) == l }

// letterIn is 'A' or 'B', 0 where a reply is no clear word for either.
func letterIn(reply string) rune {
	reply = strings.TrimSpace(wideLetters.Replace(reply))
	words := replyWords(reply)
	if len(words) == 0 {
		return 0
	}
	first := words[0]
	if len(words) == 1 && len(first.text) == 1 {
		first.text = strings.ToUpper(first.text)
	}
	if l := first.letter(); l != 0 && !hasHan(reply[:strings.Index(reply, words[0].text)]) && first.before == sign {
		if len(words) == 1 || words[1].letter() != 'A'+'B'-l {
			return l
		}
	}
	for i, l := range "AB" {
		if at := praise[i].FindStringIndex(reply); at != nil && !slices.ContainsFunc(replyWords(reply[:at[0]]), notChoosing) {
			return l
		}
	}
	if doubts.MatchString(reply) {
		return 0
	}
	for i, l := range "AB" {
		if praise[i].MatchString(reply) || above[i].MatchString(reply) {
			return l
		}
	}
	var says, mentions [2]bool
	for i, w := range words {
		l := w.letter()
		if l == 0 && len(words) == 1 && len(w.text) == 1 {
			l = first.letter()
		}
		if l == 0 {
			continue
		}
		mentions[l-'A'] = true
		if w.before != word || i > 0 && choosing[strings.ToLower(words[i-1].text)] {
			says[l-'A'] = true
		}
	}
	switch {
	case says[0] && !mentions[1]:
		return 'A'
	case says[1] && !mentions[0]:
		return 'B'
	}
	return 0
}

func notChoosing(w saidWord) bool { return !choosing[strings.ToLower(w.text)] }

func hasHan(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Han, r) })
}

// choosing are words before the letter that is chosen.
var choosing = map[string]bool{
	"answer": true, "option": true, "response": true, "letter": true,
	"choose": true, "pick": true, "prefer": true, "select": true,
}

// What a word stands before, blanks apart.
type stands uint8

const (
	sign stands = iota // punctuation, a line's end, or nothing
	han
	word
)

// saidWord is a word of a reply in other letters than Han, which need no blanks
// between them and so separate words.
type saidWord struct {
	text   string
	before stands
}

func (w saidWord) letter() rune {
	if w.text == "A" || w.text == "B" {
		return rune(w.text[0])
	}
	return 0
}

func replyWords(s string) (out []saidWord) {
	part := func(r rune) bool {
		return (unicode.IsLetter(r) || unicode.IsDigit(r) || r == '\'' || r == '’') && !unicode.Is(unicode.Han, r)
	}
	for s != "" {
		from := strings.IndexFunc(s, part)
		if from < 0 {
			break
		}
		s = s[from:]
		to := strings.IndexFunc(s, func(r rune) bool { return !part(r) })
		if to < 0 {
			to = len(s)
		}
		w := saidWord{text: strings.Trim(s[:to], "'’")}
		s = s[to:]
		next, _ := utf8.DecodeRuneInString(strings.TrimLeft(s, " \t"))
		switch {
		case unicode.Is(unicode.Han, next):
			w.before = han
		case part(next):
			w.before = word
		}
		if w.text != "" {
			out = append(out, w)
		}
	}
	return out
}
