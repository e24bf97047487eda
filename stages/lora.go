package stages

import (
	"encoding/json"

	"sprout/core/nn"
	"sprout/core/parallel"
	"sprout/core/tensor"
	"sprout/core/text"
	"sprout/core/world"
)

// LoRA teaches a skill to an adapter and leaves the model as it is.
//
// Paper: Hu et al. 2021, LoRA: Low-Rank Adaptation of Large Language Models,
// arXiv 2106.09685, eq. 3. As a choice DoRA, Liu et al. 2024, arXiv 2402.09353,
// eq. 5.
//
//	LoRA  h = W₀x + (α/r)·B A x
//	DoRA  h = m ⊙ V x/‖V‖,  V = W₀ + (α/r)·B A
//
// The loss is that of SFT; only A, B and m are trained. The products stand in
// core/nn/lora.go and core/nn/dora.go.
//
// Differs: the page's adapters change all matrices of a layer, not only those of
// queries and values.
type LoRA struct{}

// Name is "lora".
func (LoRA) Name() string { return "lora" }

// loraDefaults keep the adapter below a twentieth of the model.
var loraDefaults = map[string]struct{ steps, batch, context, rank, lr float64 }{
	"seed":    {200, 12, 128, 2, 1e-2},
	"sprout":  {200, 8, 128, 4, 5e-3},
	"sapling": {200, 8, 128, 4, 3e-3},
	"tree":    {300, 8, 256, 8, 1e-3},
}

// targetParams are settings of which matrices have an adapter, one each.
var targetParams = []struct{ symbol, en, zh string }{
	{`W_q`, "queries: what a token looks for", "查询：一个词元在找什么"},
	{`W_k`, "keys: what a token can be found by", "键：一个词元凭什么被找到"},
	{`W_v`, "values: what a token hands on", "值：一个词元传出去什么"},
	{`W_o`, "attention's output", "注意力的输出"},
	{`W_{gate}`, "the MLP's gates", "前馈层的门"},
	{`W_{up}`, "the MLP's way up", "前馈层的升维"},
	{`W_{down}`, "the MLP's way down", "前馈层的降维"},
}

// skillNames are what the page calls the skills.
var skillNames = [...][2]string{
	world.Pirate: {"talk like a pirate", "海盗腔"},
	world.Poet:   {"end with a rhyme", "结尾带诗"},
	world.Butler: {"serve like a butler", "管家腔"},
}

// Params are the settings of LoRA. A matrix is named by its own setting, 1 where
// it has an adapter.
func (LoRA) Params(p nn.Preset) []Param {
	d := loraDefaults[p.Name]
	params := []Param{
		stepsParam(d.steps), batchParam(d.batch).called(`B_{seq}`), contextParam(d.context),
		Param{
			Key: "skill", Symbol: `s`, Default: 0,
			DocEN: "What the adapter learns. Conversations of your own take its place.",
			DocZH: "适配器学什么。若使用自己的对话，则以对话为准。",
		}.choosing(skillNames[:]...),
		{
			Key: "rank", Symbol: `r`, Default: d.rank, Min: 1, Max: 64, Log: true, Integer: true,
			DocEN: "Rank of the change: how many directions of each matrix may change.",
			DocZH: "改动的秩：每个矩阵有多少个方向可以改变。",
		},
		{
			Key: "alpha", Symbol: `\alpha`, Default: 2 * d.rank, Min: 0.1, Max: 256, Log: true,
			DocEN: "The change is multiplied by alpha/r, so that the rank can be varied without a new learning rate.",
			DocZH: "改动乘以 α/r，这样换秩时不必重新调学习率。",
		},
		Param{
			Key: "dora", Symbol: `m`, Default: 0,
			DocEN: "In DoRA the length of each row of a matrix is learned apart from its direction.",
			DocZH: "DoRA 把矩阵每一行的长度与方向分开学。",
		}.choosing([2]string{"LoRA", "LoRA"}, [2]string{"DoRA", "DoRA"}),
	}
	for i, name := range nn.AdapterTargets() {
		t := targetParams[i]
		params = append(params, Param{
			Key: name, Symbol: t.symbol, Default: 1,
			DocEN: "Whether this matrix has an adapter (" + t.en + ").",
			DocZH: "这个矩阵是否带适配器（" + t.zh + "）。",
		}.choosing([2]string{"frozen", "不动"}, [2]string{"adapter", "带适配器"}))
	}
	params = append(params, adamwParams(d.lr, 20, 0)...)
	return append(params, cadenceParams(50, 50, 100)...)
}

// adapter is the one that the settings describe.
func (LoRA) adapter(values map[string]float64) nn.AdapterConfig {
	c := nn.AdapterConfig{Rank: int(values["rank"]), Alpha: values["alpha"], DoRA: values["dora"] == 1}
	for _, name := range nn.AdapterTargets() {
		if values[name] == 1 {
			c.Targets = append(c.Targets, name)
		}
	}
	return c
}

// Start prepares a run. Its conversations are those of the setup, else a town's
// questions answered in the skill, else those in the corpus. To resume, the
// setup's parent is the model that the run began with. Problems: those of every
// run, "parent_…", "conversations_…" and "adapter_…".
func (stage LoRA) Start(s Setup) (Run, error) {
	if err := s.fromLanguageModel(stage.Name()); err != nil {
		return nil, err
	}
	style := stage.style(s)
	docs, rest, err := stage.lessons(&s)
	if err != nil {
		return nil, err
	}
	s.Corpus = rest
	train, heldOut := render(s.Tokenizer, docs.Train), render(s.Tokenizer, docs.HeldOut)
	o, err := openRun(stage, s, streams(train), streams(heldOut))
	if err != nil {
		return nil, err
	}
	off := map[int]float64{}
	return schooling{
		train: train, heldOut: heldOut, asked: docs.HeldOut,
		gauge: func(t *trainer, answers *answerGauge) gauge { return newSkillGauge(t, answers, style, off) },
	}.start(o)
}

// style is the skill that is taught, nil where conversations of one's own are.
func (LoRA) style(s Setup) *world.Skill {
	if s.Conversations != nil || s.Town == nil {
		return nil
	}
	skill := world.Skill(s.chosen("skill", 0))
	if int(skill) >= len(world.Skills) {
		skill = 0 // and openRun says what is wrong
	}
	return &skill
}

// lessons are the conversations of a run, and the text that remains.
func (stage LoRA) lessons(s *Setup) (talk, rest *text.Corpus, err error) {
	if skill := stage.style(*s); skill != nil {
		s.Conversations = SkillConversations(s.Town, *skill, s.Langs...)
	}
	return s.conversations()
}

func (LoRA) objective(p *nn.Params, values map[string]float64) parallel.Replica {
	return conversationModel(p, int(values["context"]))
}

// chosen is a setting as the run will have it.
func (s Setup) chosen(key string, otherwise float64) float64 {
	var state runState
	if s.Resume != nil && json.Unmarshal(s.Resume.State, &state) == nil {
		if v, ok := state.Params[key]; ok {
			otherwise = v
		}
	}
	if v, ok := s.Params[key]; ok {
		return v
	}
	return otherwise
}

// streamSkill chooses the form of styled answers.
const streamSkill = 0x736b696c6c

// SkillConversations are a town's examples of SFT in the given languages (none
// means both), each with the right answer in a skill's style, and the held-out
// conversations of SFT likewise.
func SkillConversations(t *world.Town, skill world.Skill, langs ...world.Lang) *text.Corpus {
	style := func(q world.Question, rng *tensor.RNG) string { return t.Style(q, skill, rng) }
	learned := func(x world.Example, i int) string {
		rng := tensor.NewRNG(t.Config.Seed, streamSkill, uint64(skill), uint64(i))
		return style(x.Question, &rng)
	}
	return townTalks(t, langs, learned, style)
}
