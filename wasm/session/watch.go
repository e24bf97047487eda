package session

import (
	"cmp"
	"math"

	"sprout/core/nn"
	"sprout/core/problem"
	"sprout/core/text"
	"sprout/core/world"
	"sprout/stages"
	"sprout/wasm/protocol"
)

// tellPart tells how far the work before the next step is.
func (s *Session) tellPart(r *run, p *stages.Part) {
	r.fresh = r.fresh || p.What == "score"
	s.emit("part", protocol.PartEvent{Run: r.info.Run, What: p.What, Done: p.Done})
}

// tellMeasured tells what a measurement has to show beside its means.
func (s *Session) tellMeasured(r *run, e *stages.Evaluation) {
	if e == nil || len(e.Pairs) == 0 && len(e.Cases) == 0 {
		return
	}
	out := protocol.MeasuredEvent{Run: r.info.Run, Step: r.info.Step}
	out.Pairs = gains(e.Pairs)
	r.gains = out.Pairs
	for _, p := range e.Told {
		x := protocol.ToldPair{At: p.At, Question: p.Question, Chosen: p.Chosen, Rejected: p.Rejected, Said: gain(p.Said)}
		if p.Reference != nil {
			before := gain(*p.Reference)
			x.Reference = &before
		}
		out.Told = append(out.Told, x)
	}
	for _, b := range e.Calibration {
		out.Calibration = append(out.Calibration, protocol.CalibrationBin(b))
	}
	for _, c := range e.Cases {
		out.Cases = append(out.Cases, protocol.HeardCase{
			Question: c.Question, A: c.A, B: c.B, Principles: principleNames(c.Principles),
			AFirst: brief4(c.AFirst), BFirst: brief4(c.BFirst), ABetter: c.ABetter, Alone: c.Alone,
			Noted: [2]protocol.Noted{noted(c.Noted[0]), noted(c.Noted[1])},
		})
	}
	s.emit("measured", out)
}

func noted(n stages.Noted) protocol.Noted {
	return protocol.Noted{Keeps: principleNames(n.Grade.Keeps()), Odd: n.Odd}
}

func principleNames(p world.Principle) []string {
	out := []string{}
	for _, x := range world.Constitution {
		if p&x.Principle != 0 {
			out = append(out, x.Name)
		}
	}
	return out
}

// brief4 has four decimals: hundreds of numbers are sent at a time, to be drawn.
func brief4(x float64) float64 { return math.Round(x*1e4) / 1e4 }

func brief4s(all []float64) []float64 {
	out := make([]float64, len(all))
	for i, x := range all {
		out[i] = brief4(x)
	}
	return out
}

func iteration(i *stages.Iteration) *protocol.Iteration {
	if i == nil {
		return nil
	}
	out := &protocol.Iteration{
		Number: i.Number, Step: i.Step, Group: i.Group, Source: i.Source,
		Answers: outcomes(i.Outcomes), Shown: []protocol.Attempt{},
	}
	if i.First != nil {
		first := outcomes(*i.First)
		out.First = &first
	}
	for _, a := range i.Shown {
		x := protocol.Attempt{
			Prompt: a.Prompt, Text: a.Text, Tokens: a.Tokens, Truncated: a.Truncated,
			Reward: brief4(a.Reward), Advantage: brief4(a.Advantage), KL: brief4(a.KL), Grade: a.Grade, Correct: a.Correct,
		}
		if a.Before != nil {
			before, after := protocol.Tracker(*a.Before), protocol.Tracker(*a.After)
			x.Before, x.After = &before, &after
		}
		out.Shown = append(out.Shown, x)
	}
	if len(i.Trackers) > 0 {
		out.Trackers = &protocol.Trackers{}
		for _, t := range i.Trackers {
			out.Trackers.Values = append(out.Trackers.Values, brief4(t.Value))
			out.Trackers.Asked = append(out.Trackers.Asked, t.Asked)
		}
	}
	return out
}

func outcomes(o stages.Outcomes) protocol.Outcomes {
	return protocol.Outcomes{Rewards: brief4s(o.Rewards), KL: brief4s(o.KL), Grades: brief4s(o.Grades)}
}

// norms reads what the last step did.
func (s *Session) norms(protocol.GetNorms, []byte) (any, []byte, error) {
	if s.run == nil {
		return nil, nil, noRun()
	}
	s.engine.Lock()
	defer s.engine.Unlock()
	began := s.host.Now()
	step, all, err := s.run.stage.Norms()
	if err != nil {
		return nil, nil, err
	}
	out := protocol.Norms{Step: step, Tensors: []protocol.Norm{}}
	for _, n := range all {
		out.Tensors = append(out.Tensors, protocol.Norm(n))
	}
	out.Ms = s.host.Now() - began
	return out, nil, nil
}

// Bounds of a comparison of two models.
const (
	mostTokens       = 24
	mostTemperatures = 32
	openingRunes     = 12 // of a text without a town
)

// compareNext has teacher and student read the same words.
func (s *Session) compareNext(c protocol.CompareNext, _ []byte) (any, []byte, error) {
	if s.run == nil {
		return nil, nil, noRun()
	}
	s.engine.Lock()
	defer s.engine.Unlock()
	r := s.run
	tok := r.stage.Tokenizer()
	out := protocol.NextTokens{Step: r.info.Step, Question: c.Question, Text: c.Text}
	if out.Question == "" && out.Text == "" {
		out.Text = habit(r.data, c.Lang)
	}
	var ids []int32
	if out.Question != "" {
		ids = tok.ChatPrompt(say(out.Question))
	} else if r.docs {
		ids = append(ids, text.EOS)
	}
	ids = tok.Append(ids, []byte(out.Text))
	if len(ids) == 0 {
		ids = tok.Append(ids, []byte("\n"))
	}
	for _, T := range c.Temperatures {
		if !(T >= 0.01 && T <= 1000) || len(c.Temperatures) > mostTemperatures {
			return nil, nil, problem.New("bad_command", nil, "Distributions are compared at up to %d temperatures between 0.01 and 1000.", mostTemperatures)
		}
	}
	next, err := r.stage.NextToken(ids, c.Temperatures, min(max(1, cmp.Or(c.Most, 8)), mostTokens))
	if err != nil {
		return nil, nil, err
	}
	for _, id := range next.Tokens {
		out.Tokens = append(out.Tokens, token(tok, id))
	}
	for _, x := range next.At {
		out.At = append(out.At, protocol.Likeness{
			Temperature: x.Temperature, Teacher: x.Teacher, Student: x.Student, KL: x.KL,
			TeacherEntropy: x.Entropy[0], StudentEntropy: x.Entropy[1],
		})
	}
	out.Teacher, out.Student = shapeOf(next.Shapes[0]), shapeOf(next.Shapes[1])
	return out, nil, nil
}

func shapeOf(c nn.Config) protocol.ModelShape {
	return protocol.ModelShape{Parameters: c.ParamCount(), Layers: c.Layers, Channels: c.Channels}
}

// habit begins a sentence about a resident's evening, of which the town says now
// this and now that, and so has a teacher more to tell than one right word. Without a
// town it is the beginning of the text.
func habit(d *dataset, lang string) string {
	if d.town == nil {
		for _, doc := range d.corpus.HeldOut {
			if words := []rune(string(doc.Text)); len(words) > 0 {
				return string(words[:min(len(words), openingRunes)])
			}
		}
		return ""
	}
	all := d.town.HabitCloze()
	for _, c := range all {
		if langNames[c.Lang] == lang && (len(d.langs) == 0 || d.langs[0] == c.Lang || len(d.langs) > 1) {
			return c.Prompt
		}
	}
	return all[0].Prompt
}
