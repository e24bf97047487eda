package world

import (
	"strings"

	"sprout/core/tensor"
)

// Every name is two words of two syllables, "Mila Toru", and every word serves
// residents, strangers and outsiders equally often. So a byte-pair tokenizer
// gives all names the same number of tokens, and nothing but the pair tells
// whom the town knows: a model has to remember, it cannot guess from the look.
var (
	firstSyllables  = strings.Fields("ba be bo da di do fi ha jo ka ki ko la le li lo lu ma mi mo na ne ni no pa pe pi ra ri ro ru sa su ta ti to tu vi wi za")
	secondSyllables = strings.Fields("bo da di do fa ga ka ki ko la li lo lu ma mi mo mu na ni no pi ra ri ro ru sa ta ti to tu va za")
	// Words that mean something else, in one language or another.
	noName = set("bali baka bana beta bona data deli demo dido dika diki dodo fata fika fila halo hero jota kaka kaki kilo koka lava lido limo lola " +
		"loto maga mali malo mama mini mono mota nada naga nana nara nazi nero niga nigo papa paga pala pedo peni peru peta pipi pita pola rasa " +
		"roma roti saga sado sari silo soda sofa sola suka sumo taga tata tito toga tori tuna visa vita zero")
)

func set(words string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(words) {
		m[w] = true
	}
	return m
}

// drawNames makes parts² names. Name k joins first word k%parts with a family
// word that moves on by one step every parts names, so any block of parts
// names uses every first word and every family word exactly once.
func drawNames(rng tensor.RNG, parts int) []string {
	seen := map[string]bool{}
	words := make([]string, 0, 2*parts)
	for len(words) < 2*parts {
		a := firstSyllables[rng.IntN(len(firstSyllables))]
		b := secondSyllables[rng.IntN(len(secondSyllables))]
		w := a + b
		// No two words begin with the same syllable: a reader could hardly tell
		// Mila from Mili.
		if a == b || noName[w] || seen[a] {
			continue
		}
		seen[a] = true
		words = append(words, strings.ToUpper(w[:1])+w[1:])
	}
	names := make([]string, 0, parts*parts)
	for k := range parts * parts {
		i := k % parts
		names = append(names, words[i]+" "+words[parts+(i+k/parts)%parts])
	}
	return names
}
