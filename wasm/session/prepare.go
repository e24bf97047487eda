package session

import (
	"cmp"

	"sprout/core/checkpoint"
	"sprout/core/problem"
	"sprout/core/text"
	"sprout/stages"
	"sprout/wasm/protocol"
)

// prepare gathers what a run needs: data, tokenizer, and the checkpoints that it
// begins with.
func (s *Session) prepare(stage stages.Stage, c protocol.StartRun) (*stages.Setup, *run, error) {
	setup := &stages.Setup{
		NewBackend: s.options.NewBackend,
		Preset:     c.Preset, Seed: c.Seed, Params: c.Params,
		Run: checkpoint.NewID(), Now: s.host.Now, Progress: s.preparing(),
	}
	if c.Resume != "" {
		if err := s.resume(setup, &c); err != nil {
			return nil, nil, err
		}
	} else if err := s.descend(setup, &c); err != nil {
		return nil, nil, err
	}
	for _, companion := range []struct {
		id string
		to **checkpoint.Checkpoint
	}{{c.Reward, &setup.Reward}, {c.Teacher, &setup.Teacher}} {
		if companion.id == "" {
			continue
		}
		var err error
		if *companion.to, err = s.load(companion.id, checkpoint.Weights); err != nil {
			return nil, nil, err
		}
	}
	r := &run{requests: make(chan request), ended: make(chan struct{})}
	r.info.Parent = c.Parent
	if err := s.gather(setup, c, r); err != nil {
		return nil, nil, err
	}
	var err error
	if setup.Tokenizer, err = s.tokenizer(c.Tokenizer); err != nil {
		return nil, nil, err
	}
	r.docs = setup.Corpus == nil || !setup.Corpus.Continuous
	s.crew(setup, r, c.Workers)
	t := &tokenizer{tok: setup.Tokenizer}
	t.describe(c.Tokenizer, r.data)
	s.data.tokenizers[c.Tokenizer] = t // the page may name it when its checkpoint is gone
	r.info.Tokenizer = t.info
	return setup, r, nil
}

// preparing tells the page of long preparations, a few times a second.
func (s *Session) preparing() func(what string, share float64) error {
	told := s.host.Now()
	return func(what string, share float64) error {
		if now := s.host.Now(); share >= 1 || now-told > metricsEvery {
			told = now
			s.progress(what, share)
			s.host.Yield()
		}
		return nil
	}
}

// resume takes everything from the checkpoint that the run goes on from, and
// finds the parent that the run began with.
func (s *Session) resume(setup *stages.Setup, c *protocol.StartRun) error {
	ck, err := s.load(c.Resume, checkpoint.Everything)
	if err != nil {
		return err
	}
	m := ck.Meta
	if !m.Resumable {
		return problem.New("not_resumable", problem.Args{"name": m.Name},
			"The checkpoint %q holds no optimiser state, so its run cannot go on exactly. Start a new run from it instead.", m.Name)
	}
	setup.Resume, setup.Run = ck, m.Run
	c.Dataset, c.Lessons, c.Tokenizer = m.Dataset.ID, m.Lessons.ID, "checkpoint:"+c.Resume
	// Reward model and teacher are in the checkpoint, weights and all.
	c.Reward, c.Teacher, c.Parent = "", "", m.Parent
	if m.Adapter != nil {
		setup.Parent, err = s.baseOf(m)
		return err
	}
	// Most stages need their parent no more; one that does says so.
	if m.Parent != "" {
		setup.Parent, err = s.load(m.Parent, checkpoint.Weights)
		if err != nil && problem.From(err).Code == "checkpoint_not_found" {
			err = nil
		}
	}
	return err
}

// descend takes from the parent, or else from the teacher, what is not given.
func (s *Session) descend(setup *stages.Setup, c *protocol.StartRun) error {
	from := cmp.Or(c.Parent, c.Teacher)
	if from == "" {
		return nil
	}
	ck, err := s.load(from, checkpoint.Weights)
	if err != nil {
		return err
	}
	if c.Parent != "" {
		setup.Parent = ck
	}
	if c.Tokenizer == "" {
		c.Tokenizer = "checkpoint:" + from
	}
	if c.Dataset == "" {
		c.Dataset = ck.Meta.Dataset.ID
		// A run with lessons of its own can do without a text that is gone.
		if _, err := s.dataset(c.Dataset); c.Lessons != "" && err != nil && problem.From(err).Code == "dataset_not_found" {
			c.Dataset = ""
		}
	}
	return nil
}

// gather finds the text and the lessons.
func (s *Session) gather(setup *stages.Setup, c protocol.StartRun, r *run) error {
	if c.Dataset != "" || c.Lessons == "" {
		d, err := s.dataset(c.Dataset)
		if err != nil {
			return err
		}
		setup.Corpus, setup.Town, setup.Langs, setup.Pairs = d.corpus, d.town, d.langs, d.pairs
		setup.Dataset = checkpoint.DatasetRef{ID: d.info.ID, Name: d.info.Name}
		r.data = d
	}
	if c.Lessons == "" {
		return nil
	}
	d, err := s.dataset(c.Lessons)
	if err != nil {
		return err
	}
	setup.Conversations, setup.Pairs = d.corpus, d.pairs
	if setup.Pairs == nil {
		setup.Pairs = []stages.Pair{} // none, which is not the same as none given
	}
	setup.Lessons = checkpoint.DatasetRef{ID: d.info.ID, Name: d.info.Name}
	if r.data == nil {
		r.data = d
	}
	info := d.info
	r.info.Lessons = &info
	return nil
}

// lesson shows the first window that a run would learn from.
func (s *Session) lesson(c protocol.GetLesson, _ []byte) (any, []byte, error) {
	stage, err := stages.Find(c.Stage)
	if err != nil {
		return nil, nil, err
	}
	setup, _, err := s.prepare(stage, protocol.StartRun{
		Stage: c.Stage, Seed: c.Seed, Dataset: c.Dataset, Lessons: c.Lessons, Params: c.Params, Parent: c.Parent,
	})
	if err != nil {
		return nil, nil, err
	}
	window, err := stages.FirstWindow(stage, *setup)
	if err != nil {
		return nil, nil, err
	}
	out := protocol.Lesson{Tokens: make([]protocol.LessonToken, len(window))}
	for i, w := range window {
		out.Tokens[i] = protocol.LessonToken{Token: token(setup.Tokenizer, w.ID), Learned: w.Learned, Conversation: w.Conversation}
	}
	return out, nil, nil
}

// opened are the turns of a conversation up to its last answer, and that
// answer; nil where there is none.
func opened(d text.Doc) (before []text.Turn, answer string) {
	for n := len(d.Turns) - 1; n > 0 && d.Text == nil; n-- {
		if d.Turns[n].Role == text.RoleAssistant {
			return d.Turns[:n], d.Turns[n].Content
		}
	}
	return nil, ""
}
