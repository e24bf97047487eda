package session

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"

	"sprout/core/checkpoint"
	"sprout/core/problem"
	"sprout/stages"
	"sprout/wasm/protocol"
)

// votesKey is the setting that holds the votes.
const votesKey = "arena.votes"

// votesKept bounds what is read and written at every vote.
const votesKept = 5000

// ballot is a vote as the store has it. The names are those of its day, for
// models that are gone.
type ballot struct {
	Checkpoints []string `json:"checkpoints"`
	Names       []string `json:"names"`
	Best        string   `json:"best,omitempty"`
	Blind       bool     `json:"blind,omitempty"`
}

// ballots reads the votes; what cannot be read counts as none.
func (s *Session) ballots() (out []ballot, err error) {
	raw, err := s.storage.store.Setting(context.Background(), votesKey)
	if err == nil && raw != nil && json.Unmarshal(raw, &out) != nil {
		out = nil
	}
	return out, err
}

func (s *Session) keepBallots(all []ballot) error {
	raw, err := json.Marshal(all)
	if err != nil {
		panic(err) // strings and booleans
	}
	return s.write(func(ctx context.Context, store checkpoint.Store) error {
		return store.PutSetting(ctx, votesKey, raw)
	})
}

func (s *Session) vote(c protocol.Vote, _ []byte) (any, []byte, error) {
	n := len(c.Checkpoints)
	different := slices.Compact(slices.Sorted(slices.Values(c.Checkpoints)))
	if n < 2 || n > 3 || len(different) < n || c.Best != "" && !slices.Contains(c.Checkpoints, c.Best) {
		return nil, nil, problem.New("bad_command", nil, "A vote is about two or three different models, one of which may be the best.")
	}
	b := ballot{Checkpoints: c.Checkpoints, Best: c.Best, Blind: c.Blind}
	for _, id := range c.Checkpoints {
		if id == live {
			return nil, nil, problem.New("bad_command", nil, "A run in progress changes with every step; votes are about checkpoints.")
		}
		m, err := s.meta(id)
		if err != nil {
			return nil, nil, err
		}
		b.Names = append(b.Names, m.Name)
	}
	all, err := s.ballots()
	if err != nil {
		return nil, nil, err
	}
	all = append(all, b)
	all = all[max(0, len(all)-votesKept):]
	if err := s.keepBallots(all); err != nil {
		return nil, nil, err
	}
	return s.tally(all), nil, nil
}

func (s *Session) listVotes(protocol.ListVotes, []byte) (any, []byte, error) {
	all, err := s.ballots()
	if err != nil {
		return nil, nil, err
	}
	return s.tally(all), nil, nil
}

func (s *Session) dropVotes(c protocol.DropVotes, _ []byte) (any, []byte, error) {
	all, err := s.ballots()
	if err != nil {
		return nil, nil, err
	}
	if c.Last {
		all = all[:max(0, len(all)-1)]
	} else {
		all = nil
	}
	if err := s.keepBallots(all); err != nil {
		return nil, nil, err
	}
	return s.tally(all), nil, nil
}

// tally adds up votes, the pair of the newest first.
func (s *Session) tally(all []ballot) protocol.Votes {
	today := map[string]string{}
	if metas, err := s.storage.list(); err == nil {
		for _, m := range metas {
			today[m.ID] = m.Name
		}
	}
	out := protocol.Votes{Count: len(all), Pairs: []protocol.Tallied{}}
	type pair struct {
		a, b  string
		blind bool
	}
	at := map[pair]int{}
	for _, v := range slices.Backward(all) {
		for i := range v.Checkpoints {
			for j := range v.Checkpoints {
				a, b := v.Checkpoints[i], v.Checkpoints[j]
				if a >= b || v.Best != "" && v.Best != a && v.Best != b {
					continue
				}
				k := pair{a, b, v.Blind}
				n, ok := at[k]
				if !ok {
					n = len(out.Pairs)
					at[k] = n
					out.Pairs = append(out.Pairs, protocol.Tallied{
						A: a, B: b, Blind: v.Blind,
						NameA: cmp.Or(today[a], v.Names[i]), NameB: cmp.Or(today[b], v.Names[j]),
					})
				}
				p := &out.Pairs[n]
				switch v.Best {
				case a:
					p.Wins++
				case b:
					p.Losses++
				default:
					p.Ties++
				}
			}
		}
	}
	for i := range out.Pairs {
		p := &out.Pairs[i]
		p.WinRate = protocol.Estimate(stages.WinRate(p.Wins, p.Ties, p.Losses))
	}
	return out
}
