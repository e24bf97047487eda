package session

import (
	"strings"
	"unicode"

	"sprout/core/problem"
	"sprout/core/world"
	"sprout/stages"
	"sprout/wasm/protocol"
)

// usualLines is how many lines are given of each fact.
const usualLines = 8

// attribute finds where an answer comes from.
func (s *Session) attribute(c protocol.Attribute, _ []byte) (any, []byte, error) {
	d, err := s.dataset(c.Dataset)
	if err != nil {
		return nil, nil, err
	}
	if c.Lines == 0 {
		c.Lines = usualLines
	}
	out := protocol.Attribution{Facts: []protocol.FactSource{}, Shared: []protocol.SharedLine{}}
	if d.town == nil && c.Lines > 0 {
		for _, l := range stages.LinesThatShareWords(d.corpus.Train, c.Question, c.Answer, c.Lines) {
			out.Shared = append(out.Shared, protocol.SharedLine(l))
		}
	}
	if d.town == nil {
		return out, nil, nil
	}
	lang := world.EN
	if strings.IndexFunc(c.Question+c.Answer, func(r rune) bool { return unicode.Is(unicode.Han, r) }) >= 0 {
		lang = world.ZH
	}
	for _, x := range stages.Attribute(d.town, d.langs, c.Question, c.Answer, c.Lines) {
		out.Facts = append(out.Facts, factSource(d.town, x, lang))
	}
	return out, nil, nil
}

func factSource(t *world.Town, x stages.Source, lang world.Lang) protocol.FactSource {
	f := t.Facts[x.Claim.Fact]
	out := protocol.FactSource{
		Fact: x.Claim.Fact, Name: t.Residents[f.Resident].Name, Kind: f.Kind.String(), Truth: t.Value(f, lang),
		Count: x.Count, Documents: x.Documents, Forms: map[string]int{}, Lines: []protocol.SourceLine{},
	}
	if x.Claim.Value >= 0 {
		f.Value = x.Claim.Value
		out.Stated = t.Value(f, lang)
	}
	for form, n := range x.Forms {
		out.Forms[form.String()] = n
	}
	for _, l := range x.Lines {
		out.Lines = append(out.Lines, protocol.SourceLine{Document: l.Document, Text: l.Text})
	}
	return out
}

// beliefs reads a sentence about a fact with every model. Each is read on a
// backend of its own, so that a run in progress goes on.
func (s *Session) beliefs(c protocol.GetBeliefs, _ []byte) (any, []byte, error) {
	d, err := s.dataset(c.Dataset)
	if err != nil {
		return nil, nil, err
	}
	lang := world.EN
	if c.Lang == "zh" {
		lang = world.ZH
	}
	if d.town == nil || c.Fact < 0 || c.Fact >= len(d.town.Facts) {
		return nil, nil, problem.New("bad_command", nil, "The text has no fact number %d.", c.Fact)
	}
	out := protocol.Beliefs{P: [][]float64{}}
	for _, id := range c.Checkpoints {
		of, err := s.examinee(id)
		if err != nil {
			return nil, nil, err
		}
		b, err := s.believes(of, d.town, c.Fact, lang)
		if err != nil {
			return nil, nil, err
		}
		out.Prompt, out.Endings, out.Answer = b.Prompt, b.Endings, b.Answer
		out.P = append(out.P, b.P)
	}
	return out, nil, nil
}

func (s *Session) believes(of stages.Examinee, t *world.Town, fact int, lang world.Lang) (stages.Belief, error) {
	m := s.machine()
	m.Workers = 1 // eight sentences are done before another worker has started
	r, err := stages.OpenReader(of, m)
	if err != nil {
		return stages.Belief{}, err
	}
	defer r.Close()
	return r.Believes(t, fact, lang)
}
