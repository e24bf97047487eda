package session

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"sprout/core/checkpoint"
	"sprout/core/judge"
	"sprout/core/problem"
	"sprout/core/text"
	"sprout/core/world"
	"sprout/stages"
	"sprout/wasm/protocol"
)

// Judges that are no checkpoint; any other is the id of one.
const (
	endpointJudge = "endpoint"
	browserJudge  = "browser"
)

// judgePath is where the page's server answers for its judge.
const judgePath = "judge"

// judgePatience is how long the page waits for its server, in ms. The server
// gives up on the endpoint before.
const judgePatience = 120_000

// outsideJudge asks the server. Whatever is no clear yes, also a static host
// that knows no such route, is a no.
func (s *Session) outsideJudge(protocol.GetJudge, []byte) (any, []byte, error) {
	var out protocol.OutsideJudge
	if data, err := s.host.Fetch(s.base + judgePath); err != nil || json.Unmarshal(data, &out) != nil {
		return protocol.OutsideJudge{}, nil, nil
	}
	return out, nil, nil
}

// judgeCandidates labels pairs one after the other. What was judged before a
// failure is kept and told with it.
func (s *Session) judgeCandidates(c protocol.JudgeCandidates, _ []byte) (any, []byte, error) {
	rules, names := stages.Rules{Free: c.Free}, c.Principles
	for _, name := range c.Principles {
		p, ok := principle(name)
		if !ok {
			return nil, nil, problem.New("bad_command", nil, "The town's constitution has no principle %q.", name)
		}
		rules.Principles |= p
	}
	j, done, err := s.judge(c.Judge, rules)
	if err != nil {
		return nil, nil, err
	}
	defer done()
	id := ""
	if checkpoint.ValidID(c.Judge) {
		id = c.Judge
	}
	earlier, err := s.labelsOf(id, c.Name)
	if err != nil {
		return nil, nil, err
	}
	out := protocol.Judged{Labels: []protocol.Label{}}
	names = append(names[:len(names):len(names)], c.Free...)
	for i, candidate := range c.Candidates {
		s.progress("judging", float64(i)/float64(len(c.Candidates)))
		l := protocol.Label{Candidate: candidate, Who: stages.SourceJudge, Judge: c.Name, JudgeID: id, Principles: names, P: 0.5}
		l.Candidate.Repeats = ""
		if err := checkLabel(l); err != nil {
			return nil, nil, err
		}
		what := compared(candidate)
		if own, ok := j.(*stages.SproutJudge); !ok {
			what.Background = s.background(candidate, c.Dataset)
		} else if !own.Fits(what) {
			out.TooLong++
			continue
		}
		said, err := j.Compare(context.Background(), []stages.Comparison{what}, nil)
		if err == nil {
			l.P, l.Bias, l.Time = said[0].P, said[0].Bias, unixMilli()
			key, _ := comparison(candidate)
			l.ID = earlier[key]
			one := []protocol.Label{l}
			if err = s.keepLabels(one...); err == nil {
				earlier[key] = one[0].ID
				out.Labels = append(out.Labels, one[0])
				out.Bias += (said[0].Bias - out.Bias) / float64(len(out.Labels))
			}
		}
		if err != nil {
			out.Problem = toProtocol(err)
			break
		}
		s.host.Yield()
	}
	s.progress("judging", 1)
	return out, nil, nil
}

// labelsOf are the IDs of a judge's labels by what they compare. A checkpoint is
// known by its id, since two may have one name; one without, and whoever spoke
// before ids were kept, by the name.
func (s *Session) labelsOf(id, name string) (map[string]string, error) {
	list, _, err := s.labels()
	ids := map[string]string{}
	for _, l := range list {
		if l.Who != stages.SourceJudge || l.JudgeID != "" && l.JudgeID != id || l.JudgeID == "" && l.Judge != name {
			continue
		}
		key, _ := comparison(l.Candidate)
		if _, known := ids[key]; !known || l.JudgeID != "" {
			ids[key] = l.ID
		}
	}
	return ids, err
}

// background is what an outside judge is told, since it cannot know it: all that
// the town of the model that answered, else the town given, knows of whom the
// question is about. Empty where nobody knows; the judge then goes by the words.
func (s *Session) background(c protocol.Candidate, dataset string) string {
	of := []string{dataset}
	if m, err := s.meta(c.Checkpoint); err == nil {
		of = []string{m.Dataset.ID, dataset}
	}
	for _, id := range of {
		if d, err := s.dataset(id); err == nil && d.town != nil {
			if q, ok := d.town.Recognise(c.Question); ok {
				return d.town.Knowledge(q)
			}
		}
	}
	return ""
}

func principle(name string) (world.Principle, bool) {
	for _, p := range world.Constitution {
		if p.Name == name {
			return p.Principle, true
		}
	}
	return 0, false
}

func compared(c protocol.Candidate) stages.Comparison {
	out := stages.Comparison{A: c.A, B: c.B}
	if c.Lang == langNames[world.ZH] {
		out.Lang = world.ZH
	}
	for _, t := range c.Before {
		out.Prompt = append(out.Prompt, text.Turn{Role: text.Role(t.Role), Content: t.Content})
	}
	out.Prompt = append(out.Prompt, text.Turn{Role: text.RoleUser, Content: c.Question})
	return out
}

// judge finds the judge of a name; done frees it.
func (s *Session) judge(id string, rules stages.Rules) (j stages.Judge, done func(), err error) {
	done = func() {}
	switch {
	case id == endpointJudge:
		return endpoint{s, rules}, done, nil
	case id == browserJudge:
		return stages.OutsideJudge{Asker: browserModel{s}, Rules: rules}, done, nil
	case checkpoint.ValidID(id):
		return s.sproutJudge(id, rules)
	}
	return nil, done, judge.Missing()
}

// sproutJudge is a checkpoint that has learned to judge, beside the run in
// progress.
func (s *Session) sproutJudge(id string, rules stages.Rules) (stages.Judge, func(), error) {
	done := func() {}
	of, err := s.examinee(id)
	if err != nil {
		return nil, done, err
	}
	m := s.machine()
	m.Workers = 1 // the few pairs of a command are judged before another has started
	r, err := stages.OpenReader(of, m)
	if err != nil {
		return nil, done, err
	}
	j, err := stages.NewSproutJudge(r, rules)
	if err != nil {
		r.Close()
		return nil, done, err
	}
	return j, r.Close, nil
}

// endpoint is the judge behind the page's server.
type endpoint struct {
	s     *Session
	rules stages.Rules
}

// Compare implements stages.Judge.
func (e endpoint) Compare(_ context.Context, all []stages.Comparison, progress func(float64) error) ([]stages.Judgement, error) {
	var out []stages.Judgement
	for i, c := range all {
		if progress != nil {
			if err := progress(float64(i) / float64(len(all))); err != nil {
				return out, err
			}
		}
		first := caseOf(e.rules, c)
		aFirst, err := e.ask(first)
		if err != nil {
			return out, err
		}
		bFirst, err := e.ask(first.Swapped())
		if err != nil {
			return out, err
		}
		out = append(out, stages.Judgement{P: (aFirst + 1 - bFirst) / 2, Bias: (aFirst+bFirst)/2 - 0.5})
	}
	return out, nil
}

// What a server without a judge says to the question, and one with a judge.
const (
	ok         = 200
	notFound   = 404
	notAllowed = 405
)

// caseOf is a comparison in words.
func caseOf(r stages.Rules, c stages.Comparison) judge.Case {
	out := judge.Case{A: c.A, B: c.B, Lang: langNames[c.Lang], Background: c.Background}
	for _, p := range world.Constitution {
		if r.Principles&p.Principle != 0 {
			out.Principles = append(out.Principles, p.Text[c.Lang])
		}
	}
	out.Principles = append(out.Principles, r.Free...)
	lines := make([]string, len(c.Prompt))
	for i, t := range c.Prompt {
		if lines[i] = t.Content; len(c.Prompt) > 1 {
			lines[i] = fmt.Sprintf("%s: %s", t.Role, t.Content)
		}
	}
	out.Question = strings.Join(lines, "\n")
	return out
}

// ask has one case judged in one order.
func (e endpoint) ask(c judge.Case) (float64, error) {
	if err := c.Check(); err != nil {
		return 0, err
	}
	body, err := json.Marshal(c)
	if err != nil {
		panic(err) // strings
	}
	status, reply, err := e.s.host.Post(e.s.base+judgePath, body, judgePatience)
	if err != nil {
		return 0, judge.Unreachable(e.s.base, err.Error())
	}
	var said struct {
		P       *float64         `json:"p"`
		Problem *problem.Problem `json:"problem"`
	}
	wrong := json.Unmarshal(reply, &said)
	switch {
	case wrong == nil && said.Problem != nil && said.Problem.Code != "":
		return 0, said.Problem
	case status == notFound || status == notAllowed:
		return 0, judge.Missing() // a static host
	case status != ok || wrong != nil || said.P == nil || !(*said.P >= 0 && *said.P <= 1):
		return 0, judge.Unreachable(e.s.base, fmt.Sprintf("status %d", status))
	}
	return *said.P, nil
}

// browserModel is the browser's own language model, which only the page's main
// thread can ask.
type browserModel struct{ s *Session }

// Ask implements stages.Asker.
func (b browserModel) Ask(_ context.Context, turns []text.Turn) (stages.Reply, error) {
	s := b.s
	s.asked++
	event := protocol.JudgeAskedEvent{Ask: s.asked}
	for _, t := range turns {
		event.Turns = append(event.Turns, protocol.Turn{Role: string(t.Role), Content: t.Content})
	}
	said := make(chan protocol.AnswerJudge, 1)
	s.asking.Store(event.Ask, said)
	defer s.asking.Delete(event.Ask)
	s.emit("judge.asked", event)
	answer := <-said
	if p := answer.Problem; p != nil {
		return stages.Reply{}, &problem.Problem{Code: p.Code, Args: p.Args, Text: p.Text}
	}
	return stages.Reply{Text: answer.Text}, nil
}

func (s *Session) answerJudge(c protocol.AnswerJudge, _ []byte) (any, []byte, error) {
	if said, ok := s.asking.LoadAndDelete(c.Ask); ok {
		said.(chan protocol.AnswerJudge) <- c
	}
	return nil, nil, nil
}
