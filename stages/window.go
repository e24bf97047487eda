package stages

import (
	"sprout/core/nn"
	"sprout/core/problem"
	"sprout/core/text"
)

// schoolStage is a stage that teaches by conversations.
type schoolStage interface {
	Stage
	lessons(s *Setup) (talk, rest *text.Corpus, err error)
}

// WindowToken is a place in a packed window: a token that is read, whether the
// model learns to write it, and the number of its conversation in the window,
// counted from 0.
type WindowToken struct {
	ID           int32
	Learned      bool
	Conversation int
}

// FirstWindow is the first window of packed conversations that a run of a stage
// would learn from, without padding: what its loss mask looks like. Problems:
// those of the stage's conversations and settings, and "stage_no_window" of a
// stage that packs none.
func FirstWindow(stage Stage, s Setup) ([]WindowToken, error) {
	lessons := s.conversations // of a student
	if school, ok := stage.(schoolStage); ok {
		lessons = func() (talk, rest *text.Corpus, err error) { return school.lessons(&s) }
	} else if _, ok := stage.(taught); !ok {
		return nil, problem.New("stage_no_window", problem.Args{"stage": stage.Name()},
			"The stage %s packs no conversations.", stage.Name())
	}
	preset := s.Preset
	if preset == "" && s.Parent != nil {
		preset = s.Parent.Meta.Preset
	}
	size, err := nn.FindPreset(preset)
	if err != nil {
		size = nn.Presets[0] // an imported model may be of no preset
	}
	v, err := settings(stage.Params(size), s.Params)
	if err != nil {
		return nil, err
	}
	talk, _, err := lessons()
	if err != nil {
		return nil, err
	}
	T := int(v["context"])
	train, _, _ := fitted(render(s.Tokenizer, talk.Train), T)
	if len(train) == 0 {
		return nil, tooLong(T)
	}
	if mask, has := v["loss_mask"]; has && mask == 0 {
		learnAll(train)
	}
	var out []WindowToken
	for i, c := range newLessons(train, nil, 0, s.Seed, 1, T).window(0) {
		for j, id := range train[c].Tokens {
			out = append(out, WindowToken{id, train[c].Learned[j], i})
		}
	}
	return out, nil
}

func init() {
	problem.Register(map[string]string{
		"stage_no_window": "a stage that packs no conversations has no loss mask to show: stage",
	})
}
