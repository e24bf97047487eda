package stages

import (
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"math"
	"slices"
	"strings"

	"sprout/core/parallel"
	"sprout/core/problem"
	"sprout/core/text"
	"sprout/core/world"
)

// Pair is a conversation with two endings, the better one first. Both are whole
// conversations and share their beginning.
type Pair struct {
	Chosen, Rejected []text.Turn
	// P is the probability that Chosen is the better one, as far as whoever
	// compared them knows; 0 stands for 1, a label without doubt.
	P float64
	// Source is who compared them: "grader", "simulated", "judge", "click",
	// "several" of them, or a word of the file's own.
	Source string
}

// Sources of a label.
const (
	SourceGrader    = "grader"    // the exact graders
	SourceSimulated = "simulated" // made-up people who err
	SourceJudge     = "judge"     // a model
	SourceClick     = "click"     // the learner
)

// townPairs is how many made-up pairs of a town are learned from and measured
// on.
const townPairs = 2048

// TownPairs are made-up preferences over a town's questions in the given
// languages (none means both).
func TownPairs(t *world.Town, langs ...world.Lang) []Pair {
	if len(langs) == 0 {
		langs = world.Langs
	}
	out := make([]Pair, 0, townPairs)
	for i := range townPairs {
		// Languages take turns in the town's numbering.
		p := t.Pair(i/len(langs)*len(world.Langs) + int(langs[i%len(langs)]))
		if p.Chosen == p.Rejected {
			continue
		}
		out = append(out, Pair{
			Chosen: exchange(p.Question.Text, p.Chosen).Turns, Rejected: exchange(p.Question.Text, p.Rejected).Turns,
			P: 1, Source: SourceGrader,
		})
	}
	return out
}

// PairsOf takes the pairs from the records of a file and leaves out everything
// else, pairs with an even chance, too: they prefer nothing. Where a record gives
// its chosen answer less than that, the answers change places.
func PairsOf(records []text.Record) []Pair {
	out := []Pair{} // none, which is not the same as none given
	for _, r := range records {
		if r.Rejected != nil {
			p := Pair{Chosen: r.Turns, Rejected: r.Rejected, Source: r.Source}
			if r.P != nil {
				if p.P = *r.P; p.P == 0.5 {
					continue
				}
				if p.P < 0.5 {
					p.Chosen, p.Rejected, p.P = p.Rejected, p.Chosen, 1-p.P
				}
			}
			out = append(out, p)
		}
	}
	return out
}

// label is P, 1 where nothing is said.
func (p Pair) label() float64 {
	if p.P == 0 {
		return 1
	}
	return p.P
}

// enoughToDoubt is how many pairs of one side are no accident any more.
const enoughToDoubt = 8

// checkLabels: problems "pair_probability" and "pairs_one_sided".
func checkLabels(pairs []Pair) error {
	same := len(pairs) >= enoughToDoubt
	for i, p := range pairs {
		if l := p.label(); !(l > 0 && l <= 1) {
			return problem.New("pair_probability", problem.Args{"pair": i + 1, "p": fmt.Sprint(p.P)},
				"The probability of pair %d is %v; it must be between 0 and 1. Correct that pair or leave it out.", i+1, p.P)
		}
		same = same && len(p.Chosen) > 0 && p.Chosen[len(p.Chosen)-1] == pairs[0].Chosen[max(0, len(pairs[0].Chosen)-1)]
	}
	if same {
		return oneSided(len(pairs))
	}
	return nil
}

// CheckPlaces is the problem "pairs_one_sided" where all of enough choices, or
// none, went to the answer shown first: such a choice may look at the place alone.
func CheckPlaces(first, choices int) error {
	if choices >= enoughToDoubt && (first == 0 || first == choices) {
		return oneSided(choices)
	}
	return nil
}

func oneSided(n int) error {
	return problem.New("pairs_one_sided", problem.Args{"pairs": n},
		"All %d preferences go to the same side. Nothing can be learned from that but to choose always the same. Label some more, now the one side and now the other, or import others.", n)
}

// labelsOf are the labels of pairs, as tokens for the fingerprint of a run's data
// where there is doubt in any.
func labelsOf(pairs []Pair) (labels []float32, print []int32) {
	doubt := false
	for _, p := range pairs {
		l := float32(p.label())
		labels, print = append(labels, l), append(print, int32(math.Float32bits(l)))
		doubt = doubt || l != 1
	}
	if !doubt {
		print = nil
	}
	return labels, print
}

// contest is a pair as tokens: the better answer's conversation and the worse
// one's, of which only what they do not share is learned.
type contest [2]Conversation

// newContest renders pair number i, counted from 1.
func newContest(tok *text.Tokenizer, p Pair, i int) (contest, error) {
	shared := 0
	for shared < min(len(p.Chosen), len(p.Rejected)) && p.Chosen[shared] == p.Rejected[shared] {
		shared++
	}
	if shared == len(p.Chosen) && shared == len(p.Rejected) {
		return contest{}, problem.New("pair_equal", problem.Args{"pair": i},
			"The two answers of pair %d are the same, so neither can be preferred. Change one, or leave the pair out.", i)
	}
	prompt := tok.AppendChat(nil, p.Chosen[:shared])
	var c contest
	for k, turns := range [2][]text.Turn{p.Chosen, p.Rejected} {
		if shared == len(turns) || turns[len(turns)-1].Role != text.RoleAssistant {
			return c, problem.New("pair_unanswered", problem.Args{"pair": i},
				"Pair %d lacks one of its two answers; a preference needs both.", i)
		}
		if turns[shared].Role != text.RoleAssistant {
			return c, problem.New("pair_prompts", problem.Args{"pair": i},
				"The two answers of pair %d belong to different questions. Give both the same question, or leave the pair out.", i)
		}
		c[k] = NewConversation(tok, turns, true)
		clear(c[k].Learned[:len(prompt)])
	}
	return c, nil
}

// newContests renders pairs. Problems: "pairs_missing", "pair_equal",
// "pair_unanswered", "pair_prompts".
func newContests(tok *text.Tokenizer, pairs []Pair) ([]contest, error) {
	if len(pairs) == 0 {
		return nil, problem.New("pairs_missing", nil,
			"There are no preferences to learn from. Compare some answers first, or choose a file with pairs.")
	}
	all := make([]contest, len(pairs))
	for i, p := range pairs {
		var err error
		if all[i], err = newContest(tok, p, i+1); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// checkLengths is the problem "pair_too_long" where a conversation has more
// tokens than context.
func checkLengths(all []contest, context int) error {
	for i, c := range all {
		if n := longest([]contest{c}); n > context {
			return problem.New("pair_too_long", problem.Args{"pair": i + 1, "tokens": n, "context": context},
				"A conversation of pair %d has %d tokens, more than the %d that are read at once. Shorten it or leave it out.",
				i+1, n, context)
		}
	}
	return nil
}

// parted are the elements of a list that are not held out, and those that are.
func parted[E any](all []E, held []bool) (train, heldOut []E) {
	for i, x := range all {
		if held[i] {
			heldOut = append(heldOut, x)
		} else {
			train = append(train, x)
		}
	}
	return train, heldOut
}

// heldOutOf says of each contest whether it is held out.
func heldOutOf(all []contest) ([]bool, error) {
	order := make([]uint64, len(all)) // of the questions, as good as random
	for i, c := range all {
		order[i] = c.question()
	}
	questions := slices.Clone(order)
	slices.Sort(questions)
	questions = slices.Compact(questions)
	if len(questions) < 2 {
		return nil, problem.New("pairs_one_question", problem.Args{"pairs": len(all)},
			"All %d pairs answer the same question. At least two questions are needed, one to learn from and one to measure on.", len(all))
	}
	last := questions[max(1, len(questions)/10)-1]
	held := make([]bool, len(all))
	for i := range held {
		held[i] = order[i] <= last
	}
	return held, nil
}

// question is the hash of what comes before the two answers.
func (c contest) question() uint64 {
	h := fnv.New64a()
	var word [4]byte
	for i, id := range c[0].Tokens {
		if c[0].Learned[i] {
			break
		}
		binary.LittleEndian.PutUint32(word[:], uint32(id))
		h.Write(word[:])
	}
	return h.Sum64()
}

// longest is the number of tokens of the longest conversation.
func longest(sets ...[]contest) (n int) {
	for _, set := range sets {
		for _, c := range set {
			n = max(n, len(c[0].Tokens), len(c[1].Tokens))
		}
	}
	return n
}

// tokensOf are the tokens of contests one behind the other, for the fingerprint
// of a run's data.
func tokensOf(set []contest) (out []int32) {
	for _, c := range set {
		out = append(append(out, c[0].Tokens...), c[1].Tokens...)
	}
	return out
}

// pairRows are contests laid out as rows of a batch; see paired.replica.
type pairRows struct {
	T       int
	rewards bool // the mask marks the last token among the inputs

	tokens, targets             []int32   // [n,2,T]
	mask                        []float32 // [n,2,T]
	reference, perToken, weight []float32 // [n,2], [n,2], [n]
	label                       []float32 // [n], 1 where nobody says otherwise
}

// resize makes room for n rows of the present T.
func (r *pairRows) resize(n int) {
	r.tokens, r.targets = sized(r.tokens, 2*n*r.T), sized(r.targets, 2*n*r.T)
	r.mask = sized(r.mask, 2*n*r.T)
	r.reference, r.perToken = sized(r.reference, 2*n), sized(r.perToken, 2*n)
	r.weight, r.label = sized(r.weight, n), sized(r.label, n)
}

// sized keeps the memory where it is large enough; what is in it is to be written.
func sized[E any](s []E, n int) []E {
	if cap(s) < n {
		return make([]E, n)
	}
	return s[:n]
}

// set writes a contest into row i, with the reference's log-probabilities of its
// two answers.
func (r *pairRows) set(i int, c contest, reference [2]float32) {
	r.weight[i], r.label[i] = 1, 1
	for k, talk := range c {
		row := 2*i + k
		from, to := row*r.T, (row+1)*r.T
		clear(r.tokens[from:to]) // text.Pad
		clear(r.targets[from:to])
		clear(r.mask[from:to])
		talk.place(r.tokens[from:to], r.targets[from:to], r.mask[from:to])
		if r.rewards {
			end := from + talk.positions()
			clear(r.mask[from:to])
			r.tokens[end], r.mask[end] = talk.Tokens[talk.positions()], 1
		}
		r.reference[row] = reference[k]
		r.perToken[row] = 1 / float32(talk.learns())
	}
}

// batch is all rows, the loss a mean over pairs.
func (r *pairRows) batch(b *parallel.Batch) {
	b.Rows, b.Width = len(r.weight), r.T
	b.Ints = append(b.Ints[:0], r.tokens, r.targets)
	b.Floats = append(b.Floats[:0], r.mask, r.reference, r.perToken, r.weight, r.label)
	b.Scale = 1 / float32(b.Rows)
}

// opening is the question of a contest, for a sample.
func (c contest) opening(tok *text.Tokenizer) opening {
	ids := c[0].Tokens[:slices.Index(c[0].Learned, true)]
	said := ids[:len(ids)-1] // without the assistant's token
	for i := len(said) - 1; i >= 0; i-- {
		if said[i] == text.User {
			said = said[i+1:]
			break
		}
	}
	return opening{shown: strings.ToValidUTF8(string(tok.Decode(said)), "\uFFFD"), tokens: ids}
}

func init() {
	problem.Register(map[string]string{
		"pairs_missing":         "there are no preferences",
		"note_pairs_unsure":     "note: pairs were left out, since their labels are not certain: left, pairs, certainty",
		"note_pairs_all_unsure": "note: so few labels are certain that all pairs are learned from: sure, pairs, certainty",
		"pairs_one_question":    "all preferences are about one question, so none can be held out: pairs",
		"pair_equal":            "the two answers of a pair are the same: pair",
		"pair_unanswered":       "a pair lacks one of its answers: pair",
		"pair_prompts":          "the answers of a pair belong to different questions: pair",
		"pair_probability":      "the probability of a pair's label is none: pair, p",
		"pairs_one_sided":       "the better answer of every pair is the same, or the one shown first: pairs",
		"candidates_alike":      "all answers to each question were the same, so nothing can be compared: questions",
		"pair_too_long":         "a conversation of a pair is longer than the model's context: pair, tokens, context",
	})
}
