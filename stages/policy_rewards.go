package stages

import (
	"bytes"
	"math"

	"sprout/core/checkpoint"
	"sprout/core/nn"
	"sprout/core/problem"
	"sprout/core/text"
	"sprout/core/world"
)

// rewardSource is who says what an answer is worth; the setting "reward".
type rewardSource uint8

const (
	byModel   rewardSource = iota // a reward model
	byGraders                     // the graders' score under all principles, in [0,1]
	byTruth                       // 1 where the graders find the answer correct, else 0
)

// unscaled says that scores have neither origin nor unit.
func (s rewardSource) unscaled() bool { return s == byModel }

// rewardParam is the setting.
func rewardParam() Param {
	return Param{
		Key: "reward", Symbol: `R`, Default: float64(byModel),
		DocEN: "Who says what an answer is worth: a reward model, which has learned a taste and can be fooled, or the town's graders, which check the answer. Where there is no reward model, the graders score under all principles.",
		DocZH: "由谁给回答打分：奖励模型学的是口味，骗得过；小镇的评分器核对回答。没有奖励模型时，由评分器按全部准则打分。",
	}.choosing(
		[2]string{"a reward model", "奖励模型"},
		[2]string{"the graders: all principles, 0 to 1", "评分器：按全部准则，0 到 1"},
		[2]string{"the graders: right 1, wrong 0", "评分器：对为 1，错为 0"},
	)
}

// settleReward decides who scores; graded says that graders can. Problem
// "reward_missing" where nobody can.
func (o *opened) settleReward(given map[string]float64, graded bool) (rewardSource, error) {
	if o.Resume == nil && rewardSource(o.values["reward"]) == byModel && o.Reward == nil {
		if _, asked := given["reward"]; asked || !graded {
			return 0, noReward()
		}
		o.values["reward"] = float64(byGraders)
	}
	s := rewardSource(o.values["reward"])
	if s != byModel && !graded {
		return 0, problem.New("reward_graders", nil,
			"Graders know the answers to the town's questions only, and this run has other ones. Choose a reward model.")
	}
	return s, nil
}

// NoRewards is the problem "reward_head".
func NoRewards(stage string) error {
	return problem.New("reward_head", problem.Args{"stage": stage},
		"A checkpoint of the stage %s gives no rewards. Choose one of the stage reward.", stage)
}

func noReward() error {
	return problem.New("reward_missing", nil,
		"Nobody says what an answer is worth. Choose a reward model, or the town, whose graders can score.")
}

// companion is the reward model as the run has it beside its own. Problems
// "reward_head", "reward_tokenizer", and those of configurations and weights.
func rewardCompanion(c *checkpoint.Checkpoint, tok *text.Tokenizer, T int) (Companion, error) {
	if _, ok := c.Tensor(nn.Score.Weight()); !ok || c.Meta.Adapter != nil {
		return Companion{}, NoRewards(c.Meta.Stage)
	}
	cfg, err := nn.ParseConfig(c.Meta.Config)
	if err != nil {
		return Companion{}, err
	}
	other := problem.New("reward_tokenizer", nil,
		"The reward model was trained with another tokenizer than the model, so it would read other words.")
	if cfg.Vocab != tok.Vocab() {
		return Companion{}, other
	}
	if len(c.Tokenizer) > 0 {
		its, err := text.ParseJSON(c.Tokenizer)
		if err != nil {
			return Companion{}, err
		}
		if !bytes.Equal(its.JSON(), tok.JSON()) {
			return Companion{}, other
		}
	}
	if err := c.Check(nn.Specs(cfg, nn.Score)); err != nil {
		return Companion{}, err
	}
	cfg.Context = max(cfg.Context, T) // rotary positions need no weights
	return Companion{Name: rewardModel, Config: cfg, Head: nn.Score}, nil
}

// score judges answers: what the graders say of each, where they can, and the
// score that is learned from. Problem "reward_not_finite".
func (s rewardSource) score(t *trainer, rows *attemptRows, all []attempt) error {
	for i := range all {
		a := &all[i]
		q := rows.tasks[a.Task].question
		if q == nil {
			continue
		}
		g := t.Town.Grade(*q, words(t.Setup.Tokenizer, a.Tokens))
		a.Grade, a.Correct = g.Score(world.AllPrinciples), g.Correct
		a.Score = a.Grade
		if s == byTruth {
			a.Score = float64(bit(a.Correct))
		}
	}
	if s != byModel {
		return nil
	}
	if err := rows.rewards(t, all); err != nil {
		return err
	}
	for i := range all {
		if x := all[i].Score; math.IsNaN(x) || math.IsInf(x, 0) {
			return problem.New("reward_not_finite", nil,
				"The reward model's score of an answer is not a number. Start again with another reward model; the run keeps its own.")
		}
	}
	return nil
}

func init() {
	problem.Register(map[string]string{
		"reward_missing":    "answers are to be scored, but there is neither a reward model nor a town",
		"reward_graders":    "graders are to score, but there is no town",
		"reward_head":       "the reward model has no head, or is an adapter: stage",
		"reward_tokenizer":  "the reward model has another tokenizer than the model",
		"reward_not_finite": "a reward model's score is NaN or infinite",
	})
}
