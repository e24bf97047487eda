package session

import (
	"strings"
	"unicode"

	"sprout/core/checkpoint"
	"sprout/core/problem"
	"sprout/core/world"
	"sprout/stages"
	"sprout/wasm/protocol"
)

// report grades a checkpoint; the engine is held meanwhile.
func (s *Session) report(c protocol.Report, _ []byte) (any, []byte, error) {
	of, err := s.examinee(c.Checkpoint)
	if err != nil {
		return nil, nil, err
	}
	meta := of.Checkpoint.Meta
	o := stages.ReportOptions{
		Machine: stages.Machine{
			NewBackend: s.options.NewBackend, Spawn: s.options.Spawn,
			Workers: s.possible(0), MaxWorkers: s.cores(), Now: s.host.Now, Yield: s.host.Yield,
		},
		Prompts: c.Prompts, Temperature: c.Temperature, Seed: c.Seed, Quick: c.Quick,
		Progress: s.preparing(),
	}
	if c.Against != "" {
		x, err := s.examinee(c.Against)
		if err != nil {
			return nil, nil, err
		}
		o.Against = &x
	}
	if o.Reference, err = s.reference(c, meta); err != nil {
		return nil, nil, err
	}
	if c.Dataset == "" {
		c.Dataset = meta.Dataset.ID
	}
	if c.Dataset == "" {
		return nil, nil, problem.New("report_without_town", nil, "Answers are graded by what is known of a town. Choose a model and a text of a town.")
	}
	d, err := s.dataset(c.Dataset)
	if err != nil {
		return nil, nil, err
	}
	o.Town, o.Langs, o.Corpus = d.town, d.langs, d.corpus

	s.engine.Lock()
	defer s.engine.Unlock()
	card, err := stages.ReportCard(of, o)
	if err != nil {
		return nil, nil, err
	}
	return reportCard(card), nil, nil
}

// examinee is a checkpoint with the model under it, where it is an adapter.
func (s *Session) examinee(id string) (x stages.Examinee, err error) {
	if x.Checkpoint, err = s.load(id, checkpoint.Weights); err == nil {
		x.Base, err = s.baseOf(x.Checkpoint.Meta)
	}
	return x, err
}

// reference is the model that KL is measured to: the one asked for, or the
// parent; nil where that is no longer there, or writes nothing.
func (s *Session) reference(c protocol.Report, of checkpoint.Meta) (*stages.Examinee, error) {
	id := c.Reference
	if id == "" {
		id = of.Parent
	}
	if id == "" {
		return nil, nil
	}
	x, err := s.examinee(id)
	switch {
	case err == nil:
		return &x, nil
	case c.Reference == "" && problem.From(err).Code == "checkpoint_not_found":
		return nil, nil
	}
	return nil, err
}

func reportCard(c stages.Card) protocol.ReportCard {
	out := protocol.ReportCard{
		Checkpoint: c.ID, Name: c.Name, Stage: c.Stage, Preset: c.Preset, Form: string(c.Form),
		Parameters: c.Parameters, Trained: c.Trained, Bytes: c.Bytes,
		Seed: c.Seed, Temperature: c.Temperature, TokensPerSec: c.TokensPerSec,
		Measures: map[string]protocol.Estimate{}, Reference: c.Reference, Opponent: c.Opponent,
	}
	for key, e := range c.Measures {
		out.Measures[key] = protocol.Estimate(e)
	}
	if m := c.Match; m != nil {
		out.Match = &protocol.Match{
			WinRate: protocol.Estimate(m.WinRate), Wins: m.Wins, Ties: m.Ties, Losses: m.Losses,
			Score: protocol.Estimate(m.Score), Against: protocol.Estimate(m.Against), Gain: protocol.Estimate(m.Gain),
			KL: (*protocol.Estimate)(m.KL), KLPerToken: (*protocol.Estimate)(m.KLPerToken),
		}
	}
	return out
}

// usualLines is how many lines are given of each fact.
const usualLines = 8

// attribute finds where an answer comes from.
func (s *Session) attribute(c protocol.Attribute, _ []byte) (any, []byte, error) {
	d, err := s.dataset(c.Dataset)
	if err != nil {
		return nil, nil, err
	}
	if c.Lines <= 0 {
		c.Lines = usualLines
	}
	out := protocol.Attribution{Facts: []protocol.FactSource{}, Shared: []protocol.SharedLine{}}
	if d.town == nil {
		for _, l := range stages.LinesThatShareWords(d.corpus.Train, c.Question, c.Answer, c.Lines) {
			out.Shared = append(out.Shared, protocol.SharedLine(l))
		}
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
