package session

import (
	"bytes"
	"cmp"

	"sprout/core/checkpoint"
	"sprout/core/nn"
	"sprout/core/problem"
	"sprout/core/text"
	"sprout/stages"
	"sprout/wasm/protocol"
)

const (
	previewed    = 3  // lessons shown, unless the page says otherwise
	faultsShown  = 20 // lines of a file
	faultsListed = 5  // lessons that a run would refuse
)

// previewLessons cuts lessons into tokens as a run on the parent would.
func (s *Session) previewLessons(c protocol.PreviewLessons, _ []byte) (any, []byte, error) {
	ck, err := s.load(c.Parent, checkpoint.Record)
	if err != nil {
		return nil, nil, err
	}
	tok, err := text.ParseJSON(ck.Tokenizer)
	if err != nil {
		return nil, nil, err
	}
	cfg, err := nn.ParseConfig(ck.Meta.Config)
	if err != nil {
		return nil, nil, err
	}
	d, err := s.dataset(cmp.Or(c.Lessons, ck.Meta.Dataset.ID))
	if err != nil {
		return nil, nil, err
	}
	context := cmp.Or(c.Context, cfg.Context)
	var all []stages.Preview
	switch c.Kind {
	case "conversations", "prompts":
		corpus := d.corpus
		if d.town != nil {
			corpus = stages.TownConversations(d.town, d.langs...)
		}
		if c.Kind == "prompts" {
			all = stages.PreviewPrompts(tok, corpus.All(), c.Answer, context)
		} else {
			all = stages.PreviewTalks(tok, corpus.All(), context, !c.All)
		}
	case "pairs":
		pairs := d.pairs
		if d.town != nil {
			pairs = stages.TownPairs(d.town, d.langs...)
		}
		all = stages.PreviewPairs(tok, pairs, context)
	default:
		return nil, nil, problem.New("bad_command", nil, "There are no lessons of kind %q.", c.Kind)
	}
	out := protocol.LessonPreview{Total: len(all), Context: context, Items: []protocol.LessonItem{}}
	for _, p := range all {
		out.Longest = max(out.Longest, p.Tokens())
		if p.Long {
			out.Long++
		}
		if p.Fault != nil {
			if out.Faulty++; len(out.Faults) < faultsListed {
				out.Faults = append(out.Faults, *toProtocol(p.Fault))
			}
		}
	}
	from := min(max(0, c.From), len(all))
	for _, p := range all[from:min(len(all), from+cmp.Or(c.Count, previewed))] {
		out.Items = append(out.Items, lessonItem(tok, p))
	}
	return out, nil, nil
}

func lessonItem(tok *text.Tokenizer, p stages.Preview) protocol.LessonItem {
	item := protocol.LessonItem{Tokens: p.Tokens(), Long: p.Long}
	for _, side := range p.Sides {
		lesson := protocol.Lesson{Tokens: make([]protocol.LessonToken, len(side))}
		for i, w := range side {
			lesson.Tokens[i] = protocol.LessonToken{Token: token(tok, w.ID), Learned: w.Learned}
		}
		item.Sides = append(item.Sides, lesson)
	}
	if p.Fault != nil {
		item.Fault = toProtocol(p.Fault)
	}
	if p.Pair != nil {
		item.P, item.Source = p.Pair.P, p.Pair.Source
	}
	return item
}

// faults names every line of a file that keeps it from being read.
func (s *Session) faults(c protocol.FindFaults, file []byte) (any, []byte, error) {
	list, all, err := text.Faults(c.Name, bytes.NewReader(file), int64(len(file)), faultsShown, text.ReadOptions{})
	if err != nil {
		return nil, nil, err
	}
	out := protocol.Faults{Faults: []protocol.Problem{}, All: all}
	for _, p := range list {
		out.Faults = append(out.Faults, *toProtocol(p))
	}
	return out, nil, nil
}
