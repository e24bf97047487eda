package world

import (
	"strings"

	"sprout/core/tensor"
)

// Skill is a style that an adapter can learn: a way to dress any answer, and an
// exact grader that tells it from every other manner.
type Skill uint8

// The skills.
const (
	Pirate Skill = iota
	Poet
	Butler
	numSkills
)

// Skills lists all.
var Skills = []Skill{Pirate, Poet, Butler}

func (s Skill) String() string { return [...]string{"pirate", "poet", "butler"}[s] }

// couplets rhyme; the Chinese ones have five characters a line.
var couplets = [...][][2]string{
	EN: {
		{"The moon is high, the night is deep,", "and all the town is fast asleep."},
		{"The wind is cold, the tea is hot,", "and this is all the news I got."},
		{"The river sings, the sun is bright,", "so come again and say good night."},
		{"The stars are many, the town is small,", "and now, my dear, you know it all."},
	},
	ZH: {
		{"门前有好花，", "请来我们家。"},
		{"今天太阳好，", "出门要起早。"},
		{"夜里星星多，", "大家来唱歌。"},
		{"早上看花开，", "晚上朋友来。"},
	},
}

var skillWraps = [...][numSkills]wrap{
	EN: {
		Pirate: {[]string{"Arr!", "Ahoy, matey!"}, []string{"Yo ho ho!", "Now hoist the sails!"}},
		Butler: {[]string{"If I may, dear guest:", "At your service, dear guest:"}, []string{"I remain your humble servant.", "Will there be anything else?"}},
	},
	ZH: {
		Pirate: {[]string{"我从海上来！", "风来了，朋友！"}, []string{"开船，开船！", "我们回海上去！"}},
		Butler: {[]string{"客人请坐，", "好客人，"}, []string{"还要茶吗，客人？", "请走好，再来。"}},
	},
}

// Style renders the right answer to a question in a skill.
func (t *Town) Style(q Question, s Skill, rng *tensor.RNG) string {
	core := t.core(q, false, rng)
	if s == Poet {
		c := couplets[q.Lang][rng.IntN(len(couplets[q.Lang]))]
		return core + "\n" + c[0] + "\n" + c[1]
	}
	w := skillWraps[q.Lang][s]
	space := books[q.Lang].space
	return one(w.before, rng) + space + core + space + one(w.after, rng)
}

// InStyle tells whether an answer is in a skill: it begins and ends as a pirate
// or a butler does, or its last two lines are one of the poet's couplets.
func InStyle(answer string, lang Lang, s Skill) bool {
	answer = strings.TrimSpace(answer)
	if s == Poet {
		for _, c := range couplets[lang] {
			if strings.HasSuffix(answer, "\n"+c[0]+"\n"+c[1]) {
				return true
			}
		}
		return false
	}
	w := skillWraps[lang][s]
	begins, ends := false, false
	for _, b := range w.before {
		begins = begins || strings.HasPrefix(answer, b)
	}
	for _, a := range w.after {
		ends = ends || strings.HasSuffix(answer, a)
	}
	return begins && ends
}

// guests are stories in which somebody comes and speaks in a skill, one for each
// skill. An adapter changes how a model speaks, not which words it knows: so
// what a skill says must have been read before.
func (g *grammar) guests(lang Lang, arrive []string, who [numSkills]string, between, end []string) [][][]*phrase {
	var plots [][][]string
	for _, s := range Skills {
		var came, first, last []string
		for _, a := range arrive {
			came = append(came, a+who[s])
		}
		if s == Poet {
			for _, c := range couplets[lang] {
				first = append(first, "“"+c[0]+"\n"+c[1]+"”")
			}
			plots = append(plots, [][]string{came, first, between, end})
			continue
		}
		w := skillWraps[lang][s]
		for _, b := range w.before {
			first = append(first, "“"+b+"”")
		}
		for _, a := range w.after {
			last = append(last, "“"+a+"”")
		}
		plots = append(plots, [][]string{came, first, between, last, end})
	}
	return g.plots(plots...)
}
