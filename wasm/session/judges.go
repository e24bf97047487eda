package session

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
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

// judgeCandidates has pairs labelled. What was judged before a failure, or before
// somebody stopped it, is kept and told with it.
func (s *Session) judgeCandidates(c protocol.JudgeCandidates, _ []byte) (any, []byte, error) {
	rules := stages.Rules{Free: c.Free}
	for _, name := range c.Principles {
		p, ok := principle(name)
		if !ok {
			return nil, nil, problem.New("bad_command", nil, "The town's constitution has no principle %q.", name)
		}
		rules.Principles |= p
	}
	id := "" // of a checkpoint
	if c.Judge != endpointJudge && c.Judge != browserJudge && checkpoint.ValidID(c.Judge) {
		id = c.Judge
	}
	earlier, err := s.labelsOf(id, c.Name)
	if err != nil {
		return nil, nil, err
	}
	d := &docket{
		Session: s, JudgeCandidates: c, id: id, earlier: earlier, stopped: s.stopping(), tell: s.preparing(),
		out: protocol.Judged{Labels: []protocol.Label{}, Unclear: []int{}},
	}
	for _, candidate := range c.Candidates {
		if err := checkLabel(d.label(candidate)); err != nil {
			return nil, nil, err
		}
	}
	switch {
	case c.Judge == endpointJudge:
		err = d.hear(endpoint{s, rules})
	case c.Judge == browserJudge:
		err = d.hear(stages.OutsideJudge{Asker: browserModel{s}, Rules: rules})
	case id != "":
		var of stages.Examinee
		if of, err = s.examinee(c.Judge); err == nil {
			err = s.reader(of, 2*len(c.Candidates), func(r *stages.Reader) error {
				j, err := stages.NewSproutJudge(r, rules)
				if err != nil {
					return err
				}
				return d.hear(j)
			})
		}
	default:
		err = judge.Missing()
	}
	if err != nil && !d.began {
		return nil, nil, err
	}
	d.out.Problem = toProtocol(err)
	s.progress("judging", 1)
	return d.out, nil, nil
}

// Pairs that are judged between two writings of what was said: one that reads
// here reads as many as keep all workers busy, one that is asked from afar may
// take long for each.
const (
	judgedHere  = 96
	judgedThere = 1
)

// docket is pairs that wait for a judge's word.
type docket struct {
	*Session
	protocol.JudgeCandidates
	id      string            // of the checkpoint that judges; empty: none does
	earlier map[string]string // IDs of its labels, by what they compare
	stopped func() bool
	tell    func(what string, share float64) error
	out     protocol.Judged
	done    int  // pairs that need no more looking at
	began   bool // some were shown to a judge
}

// hear has a judge go through what is left.
func (d *docket) hear(j stages.Judge) error {
	own, _ := j.(*stages.SproutJudge)
	size := judgedThere
	if own != nil {
		size = judgedHere
	}
	for d.done < len(d.Candidates) && !d.stopped() {
		now := d.Candidates[d.done:min(len(d.Candidates), d.done+size)]
		var fitting []protocol.Candidate
		var asked []stages.Comparison
		for _, c := range now {
			what := compared(c)
			if own == nil {
				what.Background = d.background(c, d.Dataset)
			}
			if own != nil && !own.Fits(what) || d.Judge == endpointJudge && tooLarge(what) {
				continue
			}
			fitting, asked = append(fitting, c), append(asked, what)
		}
		d.began = true
		if len(asked) == 0 {
			d.done, d.out.TooLong = d.done+len(now), d.out.TooLong+len(now)
			continue
		}
		said, err := j.Compare(context.Background(), asked, func(share float64) error {
			if d.stopped() {
				return errStopped
			}
			return d.tell("judging", (float64(d.done)+share*float64(len(now)))/float64(len(d.Candidates)))
		})
		if kept := d.keep(fitting, said); kept != nil {
			return kept
		}
		if errors.Is(err, errStopped) {
			return nil
		}
		if own == nil && len(asked) > 0 {
			switch {
			case err == nil:
				d.unread = 0
			case unreadable(err) && d.unread+1 < unreadInRow:
				d.unread++
				d.out.Unclear = append(d.out.Unclear, d.done)
				err = nil
			case unreadable(err):
				d.out.Unclear = append(d.out.Unclear, d.done)
				fallthrough
			default:
				d.unread = 0
			}
		}
		if err != nil {
			return err
		}
		d.done += len(now)
		d.out.TooLong += len(now) - len(asked)
		d.host.Yield()
	}
	return nil
}

var errStopped = errors.New("stopped")

// unreadInRow is how many pairs one after the other a judge outside may leave
// without a word that can be read, before it is taken for no judge at all. A
// single one tells of the pair: at temperature 0 it is met with the same reply
// every time.
const unreadInRow = 3

// unreadable is a problem with one pair, after which the next may be judged.
func unreadable(err error) bool {
	var p *problem.Problem
	return errors.As(err, &p) && (p.Code == "judge_nonsense" || p.Code == "judge_case")
}

// tooLarge says that a text of a comparison is longer than a server passes on.
func tooLarge(c stages.Comparison) bool {
	w := caseOf(stages.Rules{}, c)
	return max(len(w.Question), len(w.A), len(w.B), len(w.Background)) > judge.MaxText
}

// keep stores what was said of the first of some pairs.
func (d *docket) keep(of []protocol.Candidate, said []stages.Judgement) error {
	if len(said) == 0 {
		return nil
	}
	labels := make([]protocol.Label, len(said))
	for i, x := range said {
		key, _ := comparison(of[i])
		if d.earlier[key] == "" {
			d.earlier[key] = checkpoint.NewID() // a pair may come twice
		}
		l := d.label(of[i])
		l.ID, l.P, l.Bias, l.Time = d.earlier[key], x.P, x.Bias, unixMilli()
		labels[i] = l
	}
	if err := d.keepLabels(labels...); err != nil {
		return err
	}
	for _, l := range labels {
		d.out.Labels = append(d.out.Labels, l)
		d.out.Bias += (l.Bias - d.out.Bias) / float64(len(d.out.Labels))
	}
	return nil
}

// label is the judge's of a pair, before it has said anything.
func (d *docket) label(c protocol.Candidate) protocol.Label {
	c.Repeats = ""
	names := slices.Concat(d.Principles, d.Free)
	return protocol.Label{Candidate: c, Who: stages.SourceJudge, Judge: d.Name, JudgeID: d.id, Principles: names, P: 0.5}
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
