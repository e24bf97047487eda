package stages

import (
	"strings"

	"sprout/core/gen"
	"sprout/core/text"
	"sprout/core/world"
)

// A base model is asked in the words of the text that it has read.
const (
	lineTokens = 40 // an answer is one line
	mostShots  = 3
)

// AskBase asks the model of a run, which was never taught to answer, with all its
// workers: in the manner of the corpus's dialogues ("…_plain"), and behind as
// many answered examples, up to three, as its context holds ("…_few_shot"). Its
// measures are those of a run of SFT, exact_match_combos and
// exact_match_residents, with these endings: what SFT adds is what lies above
// them. s is the run's setup; without a town there is nothing to ask.
func AskBase(run Run, s Setup) (map[string]float64, error) {
	if s.Town == nil {
		return nil, nil
	}
	return askBase(subject{
		rollout: run.Rollout, tok: run.Tokenizer(), town: s.Town, langs: s.Langs,
		context: run.Model().Config.Context, most: s.Questions,
	})
}

func askBase(s subject) (map[string]float64, error) {
	out, lines := map[string]float64{}, writer(s.rollout).lines(s.tok)
	for _, set := range quiz(s.town, s.langs, true)[:2] {
		set.questions = spread(set.questions, s.asked())
		for _, way := range []struct {
			name  string
			shots int
		}{{"_plain", 0}, {"_few_shot", mostShots}} {
			asked := make([][]int32, len(set.questions))
			for i, q := range set.questions {
				asked[i] = transcript(s.town, q, way.shots, s.tok, s.context-lineTokens)
			}
			answers, err := lines(asked, gen.Options{MaxTokens: lineTokens})
			if err != nil {
				return nil, err
			}
			right := 0
			for i, q := range set.questions {
				line, _, _ := strings.Cut(strings.TrimSpace(words(s.tok, answers[i].Tokens)), "\n")
				if s.town.Grade(q, line).Correct {
					right++
				}
			}
			if n := len(set.questions); n > 0 {
				out[set.name+way.name] = float64(right) / float64(n)
			}
		}
	}
	return out, nil
}

// transcript begins a document with a question, behind at most so many examples
// as fit into the given tokens.
func transcript(town *world.Town, q world.Question, shots int, tok *text.Tokenizer, tokens int) []int32 {
	examples := town.Shots(q, shots)
	for {
		ids := tok.Append([]int32{text.EOS}, []byte(town.Transcript(q, examples...)))
		if len(ids) <= tokens || len(examples) == 0 {
			return ids
		}
		examples = examples[:len(examples)-1]
	}
}
