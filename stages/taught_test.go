package stages

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"sprout/core/backend/simd"
	"sprout/core/checkpoint"
	"sprout/core/nn"
	"sprout/core/parallel"
	"sprout/core/problem"
	"sprout/core/tensor"
	"sprout/core/text"
	"sprout/core/world"
)

var taughtStages = []taught{Distill{}, DistillSequence{}, GKD{}}

// taughtSetup has a teacher that has read about foxes and a student half as
// wide.
func taughtSetup(t *testing.T, params map[string]float64) Setup {
	t.Helper()
	s := sftSetup(t, map[string]float64{"width": 24, "layers": 1, "steps": 12, "eval_every": 4, "sample_every": 4, "checkpoint_every": 4, "replay": 0.4})
	s.Teacher, s.Parent = s.Parent, nil
	for k, v := range params {
		s.Params[k] = v
	}
	return s
}

func startTaughtRun(t *testing.T, stage Stage, s Setup) *trainer {
	t.Helper()
	run, err := stage.Start(s)
	require.NoError(t, err)
	t.Cleanup(run.Close)
	return run.(*trainer)
}

// sameTraining holds weights and moments of two runs against each other, bit for
// bit.
func sameTraining(t *testing.T, a, b Run) {
	t.Helper()
	var all [2][]checkpoint.Tensor
	for i, run := range []Run{a, b} {
		for _, x := range save(t, run).Tensors {
			if !strings.HasPrefix(x.Name, checkpoint.FrozenPrefix) {
				all[i] = append(all[i], x)
			}
		}
	}
	require.Equal(t, len(all[0]), len(all[1]))
	for i, x := range all[0] {
		require.Equal(t, x.Name, all[1][i].Name)
		require.True(t, slices.Equal(x.Data, all[1][i].Data), x.Name)
	}
}

// own are settings that let every stage do all that it does within few steps.
func own(stage Stage) map[string]float64 {
	switch stage.(type) {
	case GKD:
		return map[string]float64{"head_start": 2, "on_policy": 0.5}
	case DistillSequence:
		return map[string]float64{"texts": 12, "temperature": 0.7}
	}
	return map[string]float64{"alpha": 0.25, "temperature": 2}
}

// Weights, moments, metrics and samples do not depend on the workers, and an
// interrupted run goes on to the same bits.
func TestStudentsWorkersAndResumeChangeNoBit(t *testing.T) {
	for _, stage := range oneOfAKind[taught](taughtStages, GKD{}) {
		t.Run(stage.Name(), func(t *testing.T) {
			s := taughtSetup(t, own(stage))
			whole := startTaughtRun(t, stage, s)
			want := steps(t, whole, 12)
			require.Less(t, want[11].Metrics.TrainLoss, want[0].Metrics.TrainLoss)
			for workers := 2; workers <= 3; workers++ {
				s := s
				s.Workers, s.Spawn = workers, elsewhere
				run := startTaughtRun(t, stage, s)
				require.Equal(t, want, steps(t, run, 12))
				sameTraining(t, whole, run)
			}
			half := startTaughtRun(t, stage, s)
			steps(t, half, 7)
			again := s
			again.Parent, again.Teacher, again.Resume, again.Params, again.Preset, again.Seed = nil, nil, save(t, half), nil, "", 99
			rest := startTaughtRun(t, stage, again)
			require.Equal(t, want[7:], steps(t, rest, 5))
			a, b := save(t, whole), save(t, rest)
			sameTraining(t, whole, rest)
			require.JSONEq(t, string(a.History), string(b.History))
			require.JSONEq(t, string(a.State), string(b.State))
			require.Equal(t, s.Teacher.Meta.ID, b.Meta.Parent)
			require.Equal(t, s.Teacher.Meta.ID, b.Meta.Companions[checkpoint.Teacher].ID)
			require.Equal(t, 24, whole.Info().Config.Channels)
			require.Equal(t, whole.Info().Parameters, a.Meta.Parameters)

			// Weights of the teacher are as they were.
			err := whole.beside[teacherModel].Dump(func(name string, _ tensor.Shape, data []float32) {
				require.Equal(t, named(s.Teacher, "")(name), data, name)
			})
			require.NoError(t, err)
		})
	}
}

// With α = 1 nobody listens to the teacher: the bits are those of SFT from the
// same weights, as are those of the run without a teacher.
func TestWithoutATeacherItIsSFT(t *testing.T) {
	natively(t)
	s := sftSetup(t, map[string]float64{"replay": 0.4, "lr": 5e-3, "warmup": 3, "steps": 8, "weight_decay": 0.1})
	sft := startSFT(t, s)
	want := steps(t, sft, 8)
	for _, stage := range taughtStages {
		for _, alone := range []map[string]float64{{"teacher": 0}, {"alpha": 1}} {
			if _, ok := stage.(Distill); !ok && alone["alpha"] == 1 {
				continue
			}
			d := s
			d.Teacher, d.Params = otherTeacher(t, s), map[string]float64{}
			for k, v := range s.Params {
				d.Params[k] = v
			}
			for k, v := range alone {
				d.Params[k] = v
			}
			run := startTaughtRun(t, stage, d)
			got := steps(t, run, 8)
			for i := range got {
				require.Equal(t, want[i].Metrics.GradNorm, got[i].Metrics.GradNorm)
				require.Equal(t, want[i].Metrics.TrainLoss, got[i].Metrics.TrainLoss, "%s step %d", stage.Name(), i)
				require.Equal(t, want[i].Metrics.Measures["replay_loss"], got[i].Metrics.Measures["replay_loss"])
			}
			sameTraining(t, sft, run)
			require.Equal(t, s.Parent.Meta.ID, save(t, run).Meta.Parent, "it began as a student")
		}
	}
}

// otherTeacher is a model of other weights for the same tokens.
func otherTeacher(t *testing.T, s Setup) *checkpoint.Checkpoint {
	t.Helper()
	p := setup(map[string]float64{"steps": 2})
	p.Tokenizer, p.Seed = s.Tokenizer, 77
	run := start(t, p)
	steps(t, run, 2)
	return save(t, run)
}

// A student that is its teacher has nothing to learn: no loss, no gradient, and
// the measured divergence is 0 as well.
func TestAStudentThatIsItsTeacherStaysSo(t *testing.T) {
	for _, stage := range []taught{Distill{}, GKD{}} {
		s := taughtSetup(t, map[string]float64{"width": 0, "layers": 0, "steps": 4, "eval_every": 1})
		if stage.Name() == "gkd" {
			s.Params["head_start"], s.Params["on_policy"] = 0, 1
		}
		s.Parent = s.Teacher
		run := startTaughtRun(t, stage, s)
		r := steps(t, run, 1)[0].Metrics
		require.InDelta(t, 0, r.GradNorm, 1e-6)
		objective, ok := r.Measures["objective"]
		if !ok {
			objective = r.TrainLoss
		}
		require.InDelta(t, 0, objective, 1e-6)
		require.InDelta(t, 0, r.Measures["teacher_kl"], 1e-3, "after one step of Adam")
	}
	s := taughtSetup(t, map[string]float64{"direction": 1, "width": 0, "layers": 0})
	s.Parent = s.Teacher
	before, err := startTaughtRun(t, Distill{}, s).Evaluate()
	require.NoError(t, err)
	require.InDelta(t, 0, before.Measures["teacher_kl"], 1e-6)
	require.InDelta(t, 0, before.Measures["teacher_kl_answers"], 1e-6)
	require.EqualValues(t, 1, before.Measures["parameter_share"])
}

// On the text that the teacher has written, sequence-level distillation is SFT
// to the last bit.
func TestSequenceDistillationIsSFTOnTheTeachersText(t *testing.T) {
	natively(t)
	s := sftSetup(t, map[string]float64{"replay": 0.4, "lr": 5e-3, "steps": 8})
	student := s.Parent
	teacher := otherTeacher(t, s)
	d := s
	d.Teacher, d.Params = teacher, map[string]float64{"texts": 12, "temperature": 1}
	for k, v := range s.Params {
		d.Params[k] = v
	}
	run := startTaughtRun(t, DistillSequence{}, d)
	got := steps(t, run, 8)
	require.Len(t, run.state.Texts, 12)
	train := render(s.Tokenizer, s.Conversations.Train[:12])
	own := startTaughtRun(t, DistillSequence{}, d)
	var written []Conversation
	for i, ids := range own.state.Texts {
		require.Equal(t, run.state.Texts[i], ids)
		written = append(written, answeredBy(train[i], ids))
	}
	o, err := openRun(SFT{}, s)
	require.NoError(t, err)
	sft, err := schooling{
		train: written, heldOut: render(s.Tokenizer, s.Conversations.HeldOut), asked: s.Conversations.HeldOut, data: o.data, replay: 0.4,
		gauge: func(_ *trainer, answers *answerGauge) gauge { return answers },
	}.start(o)
	require.NoError(t, err)
	defer sft.Close()
	want := steps(t, sft, 8)
	for i := range got {
		require.Equal(t, want[i].Metrics.TrainLoss, got[i].Metrics.TrainLoss)
		require.Equal(t, want[i].Metrics.HeldOutLoss, got[i].Metrics.HeldOutLoss)
	}
	sameTraining(t, sft, run)
	require.Equal(t, student.Meta.ID, save(t, run).Meta.Parent)

	// Its text is the teacher's: that is what the teacher says to the same questions.
	free, err := run.teacherRollout(questions(train), rolling)
	require.NoError(t, err)
	other, err := run.Rollout(questions(train), rolling)
	require.NoError(t, err)
	require.NotEqual(t, other, free)
	b := simd.New()
	defer b.Close()
	p, err := nn.NewParams(b, run.companions[0].Config)
	require.NoError(t, err)
	defer p.Close()
	require.NoError(t, p.Load(named(teacher, "")))
	alone := newServices(p)
	defer alone.close()
	said, err := alone.rollout(questions(train), rolling)
	require.NoError(t, err)
	require.Equal(t, said, free)
}

// GKD's own windows hold the prompts of the data with the student's answers,
// their share is exact in the long run, and nothing is its own before the start.
func TestOwnAnswersHaveTheirShare(t *testing.T) {
	s := taughtSetup(t, map[string]float64{"head_start": 2, "on_policy": 0.3, "batch": 4, "replay": 0.25, "steps": 40})
	run := startTaughtRun(t, GKD{}, s)
	l := newLessons(render(s.Tokenizer, s.Conversations.Train), run.data, 0.25, run.seed, 4, 128)
	rows := 0
	for step := range 20 {
		var plain parallel.Batch
		l.fill(step, &plain)
		run.step = step
		_, err := run.gather(run)
		require.NoError(t, err)
		run.fill(step, &run.batchOf)
		b := &run.batchOf
		learned := 0
		for r := range 4 {
			isOwn := false
			for i := r * 128; i < (r+1)*128; i++ {
				learned += int(b.Floats[0][i])
				isOwn = isOwn || b.Floats[1][i] != 0
			}
			if !isOwn {
				require.Equal(t, plain.Ints[0][r*128:(r+1)*128], b.Ints[0][r*128:(r+1)*128])
				continue
			}
			rows++
			at := r * 128
			for _, c := range l.window(step*4 - l.replayed(step) + r) {
				asked := questions(l.conversations[c : c+1])[0]
				if at+len(asked) > (r+1)*128 {
					break // no room for an answer
				}
				require.Equal(t, asked, b.Ints[0][at:at+len(asked)])
				require.Zero(t, b.Floats[0][at], "questions are only read")
				require.Zero(t, b.Ints[2][at])
				at += len(asked) - 1
				for at < (r+1)*128 && b.Floats[0][at] == 1 {
					require.EqualValues(t, 1, b.Floats[1][at])
					at++
				}
			}
			for ; at < (r+1)*128; at++ {
				require.Zero(t, b.Floats[0][at])
			}
		}
		if step < 2 {
			require.Zero(t, rows)
		}
		require.InEpsilon(t, 1/float64(learned), b.Scale, 1e-6)
	}
	require.Equal(t, 18-1, rows, "0.3 of 3·20 conversations, less those of the head start")
}

// scored is a scoring that gives each row so many nats, all at its first scored
// token.
func scored(nats func(row int) float64) scoring {
	row := 0
	return func(b *parallel.Batch, part func(first int, losses []float32)) error {
		T := len(b.Ints[0]) / b.Rows
		losses := make([]float32, b.Rows*T)
		for r := range b.Rows {
			at := slices.Index(b.Floats[0][r*T:(r+1)*T], 1)
			losses[r*T+at] = float32(nats(row))
			row++
		}
		part(0, losses)
		return nil
	}
}

// The divergence from the town's habits is 0 for a model that has exactly its
// probabilities, and in closed form for one that knows nothing or has the order
// of likelihood the wrong way round.
func TestHabitKL(t *testing.T) {
	town := world.New(world.Config{Seed: 1})
	g := &studentGauge{}
	g.habits, g.longest = habitClozes(town, []world.Lang{world.ZH}, text.NewByte())
	require.Len(t, g.habits, len(town.Residents))
	n := len(g.habits[0].p)
	p := func(row int) float64 { return g.habits[row/n].p[row%n] }
	kl, err := g.habitKL(scored(func(row int) float64 { return 3 - math.Log(max(p(row), 1e-30)) }))
	require.NoError(t, err)
	require.InDelta(t, 0, kl, 1e-6, "the same nats more for all endings change nothing")
	kl, err = g.habitKL(scored(func(int) float64 { return 7 }))
	require.NoError(t, err)
	require.InDelta(t, math.Log(float64(n))-world.HabitEntropy(), kl, 1e-6)
	kl, err = g.habitKL(scored(func(row int) float64 {
		q := p(row)
		if q == .6 || q == .1 {
			q = .7 - q
		}
		return -math.Log(max(q, 1e-30))
	}))
	require.NoError(t, err)
	require.InDelta(t, .5*math.Log(6), kl, 1e-6)
}

// On a town, student and teacher are asked the same.
func TestAStudentInATown(t *testing.T) {
	natively(t)
	town := world.New(world.Config{Seed: 1})
	var docs []text.Doc
	for _, d := range town.Texts(world.Train, 40_000) {
		docs = append(docs, text.TextDoc(d))
	}
	corpus := &text.Corpus{Train: docs[:len(docs)*9/10], HeldOut: docs[len(docs)*9/10:]}
	tok, err := text.TrainBPE(corpus.Train, text.BPEOptions{Merges: 200})
	require.NoError(t, err)
	s := setup(map[string]float64{"steps": 2, "context": 32, "batch": 2, "eval_every": 2})
	s.Corpus, s.Tokenizer, s.Town = corpus, tok, town
	first := start(t, s)
	s.Parent, s.Preset = save(t, first), "" // and no teacher: then it is that
	s.Params = map[string]float64{"steps": 1, "batch": 2, "context": 96}
	run := startTaughtRun(t, Distill{}, s)
	require.LessOrEqual(t, run.Info().Params["width"], 24.)
	m := steps(t, run, 1)[0].Metrics
	for _, key := range []string{
		"exact_match_combos", "teacher_exact_match_combos", "habit_kl", "teacher_habit_kl", "teacher_kl", "teacher_kl_answers",
		"parameter_share", "objective", "divergence", "replay_loss", "text_bits_per_byte",
	} {
		require.Contains(t, m.Measures, key)
	}
	require.NotEqual(t, m.Measures["habit_kl"], m.Measures["teacher_habit_kl"])
	require.LessOrEqual(t, m.Measures["parameter_share"], studentShare)
	s.Workers, s.Spawn = 2, elsewhere
	require.Equal(t, m, steps(t, startTaughtRun(t, Distill{}, s), 1)[0].Metrics)
}

func TestStudentShapes(t *testing.T) {
	for _, name := range []string{"seed", "sprout", "sapling", "tree"} {
		p, err := nn.FindPreset(name)
		require.NoError(t, err)
		teacher := p.For(773)
		for layers := range 4 {
			c, err := studentShape(teacher, layers, 0)
			require.NoError(t, err)
			fraction := float64(c.ParamCount()) / float64(teacher.ParamCount())
			require.LessOrEqual(t, fraction, studentShare, "%s: %+v", name, c)
			if layers == 0 {
				require.Greater(t, fraction, 0.27, "%s: %+v", name, c)
			}
			for w := 2; w < 200; w += 2 {
				c, err = studentShape(teacher, layers, w)
				require.NoError(t, err)
				require.Equal(t, w, c.Channels)
			}
		}
		same, err := studentShape(teacher, 0, teacher.Channels)
		require.NoError(t, err)
		require.Equal(t, teacher, same)
	}
}

func TestBadTeachers(t *testing.T) {
	natively(t)
	good := taughtSetup(t, nil)
	half := startTaughtRun(t, Distill{}, good)
	steps(t, half, 1)
	resumable := save(t, half)
	for code, change := range map[string]func(*Setup){
		"teacher_missing": func(s *Setup) { s.Teacher = nil },
		"resume_state": func(s *Setup) {
			s.Resume, s.Params = resumable, nil
			for i, x := range resumable.Tensors {
				if strings.HasPrefix(x.Name, checkpoint.FrozenPrefix) {
					s.Resume.Tensors = resumable.Tensors[:i]
					break
				}
			}
		},
		"parent_tokenizer": func(s *Setup) { s.Tokenizer = text.NewByte() },
		"parent_vocab":     func(s *Setup) { s.Teacher.Tokenizer = nil; s.Tokenizer = text.NewByte() },
		"parent_stage":     func(s *Setup) { s.Teacher.Meta.Stage = "reward" },
		"parent_adapter":   func(s *Setup) { s.Teacher.Meta.Adapter = &checkpoint.AdapterRef{} },
		"checkpoint_tensor_missing": func(s *Setup) {
			s.Teacher.Tensors = s.Teacher.Tensors[1:]
		},
		"model_config":          func(s *Setup) { s.Params["width"] = 23 },
		"student_shape":         func(s *Setup) { s.Parent = resumable; s.Params["width"] = 48 },
		"param_range":           func(s *Setup) { s.Params["alpha"] = 1.5 },
		"param_unknown":         func(s *Setup) { s.Params["on_policy"] = 0.5 },
		"conversations_missing": func(s *Setup) { s.Conversations = &text.Corpus{Train: []text.Doc{lesson(1)}} },
		"replay_without_text":   func(s *Setup) { s.Corpus = nil },
		"resume_stage": func(s *Setup) {
			s.Resume, s.Params = resumable, nil
			s.Resume.Meta.Stage = "gkd"
		},
	} {
		s := taughtSetup(t, nil)
		s.Teacher = good.Teacher
		copied := *good.Teacher
		copied.Meta.Config = append([]byte{}, good.Teacher.Meta.Config...)
		s.Teacher, s.Tokenizer = &copied, good.Tokenizer
		resumable.Meta.Stage = "distill"
		change(&s)
		_, err := Distill{}.Start(s)
		require.Equal(t, code, problem.From(err).Code, "%v", err)
	}
	_, err := SFT{}.Start(Setup{})
	require.True(t, strings.HasPrefix(problem.From(err).Code, "parent_missing"))
}

// A student whose head start takes the whole run never writes, and is said not to.
func TestAHeadStartAsLongAsTheRun(t *testing.T) {
	natively(t)
	for start, notes := range map[float64]int{12: 1, 11: 0} {
		run := startTaughtRun(t, GKD{}, taughtSetup(t, map[string]float64{"head_start": start, "on_policy": 0.5}))
		require.Len(t, run.Info().Notes, notes)
		if notes > 0 {
			require.Equal(t, "note_head_start", run.Info().Notes[0].Code)
			require.Equal(t, problem.Args{"start": 12, "steps": 12}, run.Info().Notes[0].Args)
		}
	}
	alone := taughtSetup(t, map[string]float64{"head_start": 12, "on_policy": 0.5, "teacher": 0})
	require.Empty(t, startTaughtRun(t, GKD{}, alone).Info().Notes)
}
