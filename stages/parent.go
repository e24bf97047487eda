package stages

import (
	"bytes"

	"sprout/core/checkpoint"
	"sprout/core/problem"
	"sprout/core/text"
)

// fromLanguageModel checks that a run of a later stage has a language model to
// start from, with its own tokenizer and of the size that was asked for, if any
// was.
func (s *Setup) fromLanguageModel(stage string) error {
	if s.Resume != nil {
		return nil
	}
	if s.Parent == nil {
		return problem.New("parent_missing", problem.Args{"stage": stage},
			"The stage %s goes on from a trained model. Choose a checkpoint to start from.", stage)
	}
	if err := s.usable(s.Parent, stage); err != nil {
		return err
	}
	if m := s.Parent.Meta; s.Preset != "" && m.Preset != "" && m.Preset != s.Preset {
		return problem.New("parent_preset", problem.Args{"have": m.Preset, "want": s.Preset},
			"The model is of the size %s, not %s; a stage keeps the size of the model that it starts from. Choose that size, or start from another model.", m.Preset, s.Preset)
	}
	return nil
}

// usable checks that a checkpoint is a whole language model with the run's own
// tokenizer.
func (s *Setup) usable(c *checkpoint.Checkpoint, stage string) error {
	m := c.Meta
	if m.Adapter != nil {
		return problem.New("parent_adapter", problem.Args{"stage": stage},
			"This checkpoint is an adapter, which changes a model and is none by itself. Choose its model to start %s from.", stage)
	}
	if notLanguageModels[m.Stage] {
		return problem.New("parent_stage", problem.Args{"have": m.Stage, "stage": stage},
			"A checkpoint of the stage %s is no language model, so %s cannot start from it.", m.Stage, stage)
	}
	if len(c.Tokenizer) > 0 {
		tok, err := text.ParseJSON(c.Tokenizer)
		if err != nil {
			return err
		}
		if !bytes.Equal(tok.JSON(), s.Tokenizer.JSON()) {
			return problem.New("parent_tokenizer", nil,
				"The model was trained with another tokenizer, so its tokens would mean something else. Use the model's own tokenizer.")
		}
	}
	return nil
}

// Writes reports whether a model that a stage has made writes text.
func Writes(stage string) bool { return !notLanguageModels[stage] }

// notLanguageModels are stages whose checkpoints judge answers and write none.
var notLanguageModels = map[string]bool{"reward": true, "judge": true}

func init() {
	problem.Register(map[string]string{
		"parent_missing":   "a stage that needs a model to start from got none: stage",
		"parent_stage":     "the parent is no language model: have, stage",
		"parent_tokenizer": "the parent was trained with another tokenizer",
		"parent_preset":    "the parent is of another size than the one asked for: have, want",
	})
}
