package session

import (
	"context"
	"encoding/json"
	"math"

	"sprout/core/checkpoint"
	"sprout/core/problem"
	"sprout/core/text"
	"sprout/stages"
	"sprout/wasm/protocol"
)

func init() {
	problem.Register(map[string]string{
		"label_unusable":  "an opinion without a question, two different answers, a probability or somebody whose it is",
		"label_line":      "a line of a file of preferences lacks two different answers to one question: line",
		"labels_no_pairs": "a file holds no preferences: name",
		"town_needed":     "questions to compare answers to come from a town, and there is none",
	})
}

// labels reads all that is kept, oldest first, and counts what is damaged.
func (s *Session) labels() (list []protocol.Label, damaged int, err error) {
	rows, err := s.storage.store.Labels(context.Background())
	if err != nil {
		return nil, 0, err
	}
	list = make([]protocol.Label, 0, len(rows))
	for _, row := range rows {
		var l protocol.Label
		if row.Data == nil || json.Unmarshal(row.Data, &l) != nil {
			damaged++
			continue
		}
		l.ID = row.ID
		list = append(list, l)
	}
	return list, damaged, nil
}

// keepLabels stores labels, all of them or none, and gives IDs to those that
// have none.
func (s *Session) keepLabels(labels ...protocol.Label) error {
	rows := make([]checkpoint.Label, len(labels))
	for i := range labels {
		l := &labels[i]
		if l.ID == "" {
			l.ID = checkpoint.NewID()
		}
		data, err := json.Marshal(l)
		if err != nil {
			panic(err) // strings and numbers that were checked
		}
		rows[i] = checkpoint.Label{ID: l.ID, Data: data}
	}
	return s.write(func(ctx context.Context, store checkpoint.Store) error { return store.PutLabels(ctx, rows...) })
}

// checkLabel is the problem "label_unusable" of what no stage could learn from.
func checkLabel(l protocol.Label) error {
	why := ""
	switch {
	case l.Question == "":
		why = "there is no question"
	case l.A == l.B:
		why = "the two answers are the same"
	case math.IsNaN(l.P) || l.P < 0 || l.P > 1:
		why = "its probability is not between 0 and 1"
	case l.Who == "":
		why = "nobody says whose opinion it is"
	default:
		return nil
	}
	return problem.New("label_unusable", nil, "This opinion cannot be kept: %s. Compare two different answers to one question.", why)
}

func (s *Session) addLabel(c protocol.AddLabel, _ []byte) (any, []byte, error) {
	l := protocol.Label{Candidate: c.Candidate, P: c.P, Who: c.Who, Time: unixMilli(), Principles: c.Principles}
	if err := checkLabel(l); err != nil {
		return nil, nil, err
	}
	one := []protocol.Label{l}
	err := s.keepLabels(one...)
	return one[0], nil, err
}

func (s *Session) dropLabels(c protocol.DropLabels, _ []byte) (any, []byte, error) {
	for _, id := range c.Labels {
		if !checkpoint.ValidID(id) {
			return nil, nil, problem.New("bad_command", nil, "A label has no id %q.", id)
		}
	}
	return nil, nil, s.write(func(ctx context.Context, store checkpoint.Store) error {
		return store.DropLabels(ctx, c.Labels...)
	})
}

func (s *Session) listLabels(protocol.ListLabels, []byte) (any, []byte, error) {
	list, damaged, err := s.labels()
	if err != nil {
		return nil, nil, err
	}
	out := protocol.Labels{Labels: list, Damaged: damaged}
	out.Self, out.Judges = agreements(list)
	return out, nil, nil
}

// comparison identifies what was compared, whichever answer came first; flipped
// says that it was the later one in byte order.
func comparison(c protocol.Candidate) (key string, flipped bool) {
	before, err := json.Marshal(c.Before)
	if err != nil {
		panic(err) // strings
	}
	if flipped = c.A > c.B; flipped {
		c.A, c.B = c.B, c.A
	}
	return string(before) + "\x00" + c.Question + "\x00" + c.A + "\x00" + c.B, flipped
}

// agreements compare labels of the same pair: a repeated one with the one that
// it repeats, a judge's with the last click. Who is undecided agrees with
// nobody and is left out.
func agreements(list []protocol.Label) (self, judges protocol.Agreement) {
	prefersFirst := func(l protocol.Label) (key string, first, decided bool) {
		key, flipped := comparison(l.Candidate)
		return key, (l.P > 0.5) != flipped, l.P != 0.5
	}
	count := func(a *protocol.Agreement, same bool) {
		if a.Of++; same {
			a.Same++
		}
	}
	byID, clicks := map[string]protocol.Label{}, map[string]bool{}
	for _, l := range list {
		byID[l.ID] = l
		key, first, decided := prefersFirst(l)
		if earlier, ok := byID[l.Repeats]; ok && l.Repeats != "" && earlier.Who == l.Who {
			if was, then, sure := prefersFirst(earlier); sure && decided && was == key {
				count(&self, first == then)
			}
		}
		if l.Who == stages.SourceClick && decided {
			clicks[key] = first
		}
	}
	for _, l := range list {
		if l.Who != stages.SourceJudge {
			continue
		}
		key, first, decided := prefersFirst(l)
		if click, ok := clicks[key]; ok && decided {
			count(&judges, first == click)
		}
	}
	return self, judges
}

// pairOf is a label as a stage learns from it; ok is false for an even one.
func pairOf(l protocol.Label) (p stages.Pair, ok bool) {
	var shared []text.Turn
	for _, t := range l.Before {
		shared = append(shared, text.Turn{Role: text.Role(t.Role), Content: t.Content})
	}
	shared = append(shared, text.Turn{Role: text.RoleUser, Content: l.Question})
	better, worse, p1 := l.A, l.B, l.P
	if p1 < 0.5 {
		better, worse, p1 = l.B, l.A, 1-p1
	}
	answered := func(words string) []text.Turn {
		return append(shared[:len(shared):len(shared)], text.Turn{Role: text.RoleAssistant, Content: words})
	}
	return stages.Pair{Chosen: answered(better), Rejected: answered(worse), P: p1, Source: l.Who}, p1 > 0.5
}

// severalSources is who compared where the opinions of several were joined.
const severalSources = "several"

// opinions joins the labels of each comparison, whichever answer came first, into
// one with their mean: a pair that was shown twice, to see whether somebody agrees
// with themselves, or that a judge has labelled, too, is still one pair. The first
// label of each settles its place in the list.
func opinions(list []protocol.Label) []protocol.Label {
	var out []protocol.Label
	at, heard := map[string]int{}, []float64{}
	for _, l := range list {
		key, flipped := comparison(l.Candidate)
		i, known := at[key]
		if !known {
			at[key] = len(out)
			out, heard = append(out, l), append(heard, 1)
			continue
		}
		o, p := &out[i], l.P
		if _, other := comparison(o.Candidate); other != flipped {
			p = 1 - p
		}
		heard[i]++
		if o.P += (p - o.P) / heard[i]; math.Abs(o.P-0.5) < 1e-9 { // thirds do not add up to the bit
			o.P = 0.5
		}
		if o.Who != l.Who {
			o.Who = severalSources
		}
	}
	return out
}

// useLabels makes lessons of labels. Problems "pairs_missing", and
// "pairs_one_sided" of clicks, whose places are known: a judge hears both orders,
// and another program's file names no places.
func (s *Session) useLabels(c protocol.UseLabels, _ []byte) (any, []byte, error) {
	list, _, err := s.labels()
	if err != nil {
		return nil, nil, err
	}
	d := &dataset{corpus: &text.Corpus{Name: "labels.jsonl", Format: "jsonl"}}
	clicks, first := 0, 0
	var chosen []protocol.Label
	for _, l := range list {
		if c.Who != "" && c.Who != l.Who {
			continue
		}
		chosen = append(chosen, l)
		if l.Who == stages.SourceClick && l.P != 0.5 {
			if clicks++; l.P > 0.5 {
				first++
			}
		}
	}
	for _, l := range opinions(chosen) {
		if p, ok := pairOf(l); ok {
			d.pairs = append(d.pairs, p)
			d.corpus.Train = append(d.corpus.Train, text.Doc{Turns: p.Chosen})
		}
	}
	if len(d.pairs) == 0 {
		return nil, nil, problem.New("pairs_missing", nil,
			"There are no preferences to learn from. Compare some answers first, or choose a file with pairs.")
	}
	if err := stages.CheckPlaces(first, clicks); err != nil {
		return nil, nil, err
	}
	s.adopt(d, "jsonl")
	return d.info, nil, nil
}
