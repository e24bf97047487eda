package session

import (
	"sprout/core/checkpoint"
	"sprout/core/problem"
	"sprout/core/text"
	"sprout/stages"
	"sprout/wasm/protocol"
)

const (
	// rewarding stands among the models for one that is read for its rewards, where
	// others have the adapter that is on them. No id has such a name.
	rewarding = " rewards"
	// scoredAnswers and grownTokens bound what is asked for at once, so that it
	// takes no longer than a step.
	scoredAnswers = 16
	grownTokens   = 128
)

// score has a reward model judge any text, between two steps of the run.
func (s *Session) score(c protocol.Score, _ []byte) (any, []byte, error) {
	if len(c.Answers) == 0 || len(c.Answers) > scoredAnswers {
		return nil, nil, problem.New("bad_command", nil, "A reward model scores 1 to %d answers at a time.", scoredAnswers)
	}
	var pairs []stages.Pair
	if _, known := s.among[c.Checkpoint]; c.Among && c.Checkpoint != live && !known {
		pairs = s.pairsOf(c.Checkpoint)
	}
	s.engine.Lock()
	defer s.engine.Unlock()
	m, err := s.rewarder(c.Checkpoint)
	if err != nil {
		return nil, nil, err
	}
	rewards, err := m.rewards.Rewards(c.Question, c.Answers)
	if err != nil {
		return nil, nil, err
	}
	out := protocol.Scores{Answers: make([]protocol.Scored, len(rewards)), Step: m.step}
	for i, r := range rewards {
		out.Answers[i].Reward = r
		if !c.Tokens {
			continue
		}
		ids, grown, err := m.rewards.Growing(c.Question, c.Answers[i], grownTokens)
		if err != nil {
			return nil, nil, err
		}
		for k, id := range ids {
			out.Answers[i].Tokens = append(out.Answers[i].Tokens, protocol.ScoredToken{Token: token(m.tok, id), Reward: grown[k]})
		}
		s.host.Yield()
	}
	if out.Centred, err = m.rewards.Centred(); err != nil {
		return nil, nil, err
	}
	if !c.Among {
		return out, nil, nil
	}
	if c.Checkpoint == live {
		out.Step, out.Among = s.run.info.Step, s.run.gains
		return out, nil, nil
	}
	// Without the pairs, or where they do not fit, the scores are told by themselves.
	if pairs != nil {
		if said, err := m.rewards.Pairs(pairs, s.host.Yield); err == nil {
			s.among[c.Checkpoint] = gains(said)
		}
	}
	out.Among = s.among[c.Checkpoint]
	return out, nil, nil
}

// rewarder finds or loads a reward model; the caller holds the engine. Problems:
// "reward_head", and those of checkpoints.
func (s *Session) rewarder(id string) (*model, error) {
	for i, m := range s.models {
		if m.id == id && m.with == rewarding {
			s.models = append(append(s.models[:i:i], s.models[i+1:]...), m)
			if id == live {
				m.step = s.run.info.Step
			}
			return m, nil
		}
	}
	m := &model{id: id, with: rewarding}
	if err := s.openRewards(m); err != nil {
		m.close()
		return nil, err
	}
	m.rewards = stages.NewRewarder(m.params, m.tok)
	s.models.makeRoom()
	s.models = append(s.models, m)
	return m, nil
}

// openRewards finds the weights of a reward model with its head.
func (s *Session) openRewards(m *model) error {
	if m.id == live {
		if err := s.open(m); err != nil {
			return err
		}
		m.step = s.run.info.Step
		if m.stage != (stages.Reward{}).Name() {
			return stages.NoRewards(m.stage)
		}
		return nil
	}
	c, err := s.load(m.id, checkpoint.Weights)
	if err != nil {
		return err
	}
	m.traits = traits{nil, c.Meta.Stage, c.Meta.Name, !c.Meta.Dataset.Continuous}
	m.step = c.Meta.Step
	if m.tok, err = text.ParseJSON(c.Tokenizer); err != nil {
		return err
	}
	if m.back, err = s.options.NewBackend(); err != nil {
		return err
	}
	m.params, err = stages.LoadRewardModel(m.back, c, m.tok)
	return err
}

// pairsOf are the pairs that a checkpoint has learned from, as far as they are
// still there.
func (s *Session) pairsOf(id string) []stages.Pair {
	of, err := s.datasetOf(id)
	if err != nil {
		return nil
	}
	d, err := s.dataset(of)
	if err != nil {
		return nil
	}
	if d.pairs == nil && d.town != nil {
		return stages.TownPairs(d.town, d.langs...)
	}
	return d.pairs
}

func gains(in []stages.PairGain) []protocol.PairGain {
	var out []protocol.PairGain
	for _, p := range in {
		out = append(out, gain(p))
	}
	return out
}

func gain(p stages.PairGain) protocol.PairGain {
	return protocol.PairGain{Chosen: brief4(p.Chosen), Rejected: brief4(p.Rejected)}
}
