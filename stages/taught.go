package stages

import (
	"cmp"

	"sprout/core/autograd"
	"sprout/core/checkpoint"
	"sprout/core/gen"
	"sprout/core/nn"
	"sprout/core/parallel"
	"sprout/core/problem"
	"sprout/core/tensor"
)

// taught is a stage whose model, the student, learns from another one, which
// stays as it is.
type taught interface {
	Stage
	accompanied
	// lesson is the replica of a student under its teacher. Without one it is that
	// of Stage.objective, on the same batches.
	lesson(student, teacher *nn.Params, values map[string]float64) parallel.Replica
}

// teacherModel names the teacher among the companions of a run.
const teacherModel = "teacher"

// Services of a student's worker beside those that every stage has.
const (
	// teacherLossesService and teacherGenerateService are those of every model, by
	// the teacher.
	teacherLossesService   = "teacher_losses"
	teacherGenerateService = "teacher_generate"
	// divergenceService: as lossesService, but to KL(teacher ‖ student) of each
	// token that the mask marks, in nats.
	divergenceService = "divergence"
)

// fromTeacher checks that a run of distillation has a teacher and, where it has
// a parent besides, that this may be the student it begins with. Problems
// "teacher_missing" and "parent_…".
func (s *Setup) fromTeacher(stage string) error {
	if s.Resume != nil {
		s.Parent = nil
		return nil
	}
	if s.Teacher == nil {
		s.Teacher, s.Parent = s.Parent, nil
	}
	if s.Teacher == nil {
		return problem.New("teacher_missing", problem.Args{"stage": stage},
			"The stage %s needs a teacher: a trained model that the student learns from. Choose one.", stage)
	}
	if err := s.usable(s.Teacher, stage); err != nil {
		return err
	}
	s.Preset = cmp.Or(s.Preset, s.Teacher.Meta.Preset, "sprout")
	if s.Parent == nil {
		return nil
	}
	return s.usable(s.Parent, stage)
}

// enrol settles the shapes of teacher and student: those of the checkpoint to
// resume, that of the student to begin with, or the one asked for. Problems
// "parent_vocab", "student_shape" and those of configurations.
func (o *opened) enrol(stage taught) error {
	T := int(o.values["context"])
	var teacher []Companion
	if o.Resume == nil {
		cfg, err := o.shapeOf(stage, o.Teacher)
		if err != nil {
			return err
		}
		cfg.Context = max(cfg.Context, T) // positions need no weights
		teacher = []Companion{{Name: teacherModel, Config: cfg}}
	}
	if err := o.besides(teacher, map[string]*checkpoint.Checkpoint{teacherModel: o.Teacher}); err != nil {
		return err
	}
	if len(o.companions) != 1 || o.companions[0].Name != teacherModel {
		return problem.New("resume_state", nil, "What the checkpoint says about its run cannot be read.")
	}
	from, v := cmp.Or(o.Resume, o.Parent), o.values
	var err error
	if from == nil {
		o.cfg, err = studentShape(o.companions[0].Config, int(v["layers"]), int(v["width"]))
	} else if o.cfg, err = o.shapeOf(stage, from); err == nil {
		o.cfg.Context = max(o.cfg.Context, T)
		err = keepsShape(o.cfg, v)
	}
	v["layers"], v["width"] = float64(o.cfg.Layers), float64(o.cfg.Channels)
	return err
}

// keepsShape is the problem "student_shape" where another one is asked for.
func keepsShape(cfg nn.Config, v map[string]float64) error {
	for _, x := range []struct {
		key  string
		have int
	}{{"layers", cfg.Layers}, {"width", cfg.Channels}} {
		if want := int(v[x.key]); want != 0 && want != x.have {
			return problem.New("student_shape", problem.Args{"key": x.key, "have": x.have, "want": want},
				"The student to begin with has %s = %d, not %d; a trained model keeps its shape. Set %[1]s to %[2]d, or begin with a fresh student.", x.key, x.have, want)
		}
	}
	return nil
}

// shapeOf is the shape of a checkpoint that holds a whole model for the run's
// tokenizer.
func (o *opened) shapeOf(stage Stage, c *checkpoint.Checkpoint) (nn.Config, error) {
	cfg, err := nn.ParseConfig(c.Meta.Config)
	if err != nil {
		return cfg, err
	}
	if cfg.Vocab != o.Tokenizer.Vocab() {
		return cfg, otherVocab(cfg, o.Tokenizer)
	}
	specs, err := Specs(c.Meta, cfg) // a head that the stage does not have is left out
	if err != nil {
		return cfg, err
	}
	return cfg, c.Check(specs)
}

// accompany gives a student's worker what its stage records and the services of
// both models.
func accompany(stage taught, r *parallel.Replica, s *services, beside map[string]*nn.Params, values map[string]float64) {
	teacher := beside[teacherModel]
	if values["teacher"] == 1 {
		r.Record = stage.lesson(s.model, teacher, values).Record
	}
	of := newServices(teacher)
	r.Services[teacherGenerateService] = of.generate
	r.Services[teacherLossesService] = of.scorers.serve
	s.add(r, divergenceService, newPasses(s.model, newDivergence(teacher)))
	s.others = append(s.others, of)
}

// newDivergence gives KL(teacher ‖ student) of every token, [T] for a row.
func newDivergence(teacher *nn.Params) func(student *nn.Params, rows, T int) (*scorer, error) {
	return func(student *nn.Params, rows, T int) (*scorer, error) {
		k := &constants{}
		s, err := newPass(student, rows, T, T, func(t *autograd.Tape, seq sequences) tensor.Tensor {
			known := teacher.Forward(t, seq.in, nn.Options{}).Logits
			said := student.Forward(t, seq.in, nn.Options{}).Logits
			nats := forwardKL{}.between(t, known, said, k.number(t, 1))
			return t.Emit("mul", nil, nats, seq.mask.Reshape(rows*T))[0]
		})
		if err != nil {
			return nil, err
		}
		return s, k.ready(student.Backend(), s.plan)
	}
}

// teacherRollout is Rollout by the teacher.
func (t *trainer) teacherRollout(prompts [][]int32, o gen.Options) ([]gen.Sequence, error) {
	return t.answer(teacherGenerateService, prompts, o, false)
}

// besideTeacher is the replica of a student that reads windows of conversations
// together with its teacher. say records what is minimised and what is only
// measured, [1] each, from the logits of both, [N,V], the tokens that follow,
// the mask of what is learned, and the batch's second mask, [N] each.
func besideTeacher(student, teacher *nn.Params, T int, say func(t *autograd.Tape, k *constants, known, said, next, mask, second tensor.Tensor) []tensor.Tensor) parallel.Replica {
	r := trained(student)
	be := student.Backend()
	r.Record = func(t *autograd.Tape, rows, _ int) parallel.Graph {
		s, k := newSequences(t, rows, T), &constants{}
		s.in.From = t.Input(tensor.I32, rows, T)
		second := t.Input(tensor.F32, rows, T)
		N := rows * T
		known := teacher.Forward(t, s.in, nn.Options{}).Logits
		said := student.Forward(t, s.in, nn.Options{}).Logits
		return parallel.Graph{
			Ints:   []tensor.Tensor{s.tokens, s.targets, s.in.Pos, s.in.From},
			Floats: []tensor.Tensor{s.mask, second},
			Sums:   say(t, k, known, said, s.targets.Reshape(N), s.mask.Reshape(N), second.Reshape(N)),
			Ready: func(plan *autograd.Plan) error {
				if err := s.begin(be, plan); err != nil {
					return err
				}
				return k.ready(be, plan)
			},
		}
	}
	return r
}

func init() {
	problem.Register(map[string]string{
		"teacher_missing": "distillation needs a model to learn from: stage",
		"student_shape":   "a trained student has another shape than the one asked for: key (layers or width), have, want",
	})
}
