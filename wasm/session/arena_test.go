package session

import (
	"testing"

	"github.com/stretchr/testify/require"

	"sprout/core/checkpoint"
	"sprout/core/text"
	"sprout/wasm/protocol"
)

// Votes are added up by pair, survive a reload, and can be taken back.
func TestVotes(t *testing.T) {
	p, store := newPage(), checkpoint.NewMemory(0, nil)
	s, _ := pretrained(t, p, store)
	for range 2 {
		mustAsk[protocol.RunState](t, s, p, "run.control", protocol.Control{Action: "save"})
	}
	var ids []string
	for _, c := range mustAsk[protocol.Checkpoints](t, s, p, "checkpoints.list", struct{}{}).Checkpoints {
		ids = append(ids, c.ID)
	}
	a, b, c := ids[2], ids[1], ids[0] // the oldest comes first in the alphabet
	require.Less(t, a, b)

	vote := func(best string, blind bool, of ...string) protocol.Votes {
		return mustAsk[protocol.Votes](t, s, p, "arena.vote", protocol.Vote{Checkpoints: of, Best: best, Blind: blind})
	}
	vote(b, true, b, a)
	vote("", true, a, b)
	votes := vote(b, true, c, a, b)
	require.Equal(t, 3, votes.Count)
	require.Len(t, votes.Pairs, 2, "of three the best wins twice, and the others have not met")
	once := votes.Pairs[1]
	require.Equal(t, []string{b, c}, []string{once.A, once.B})
	require.Equal(t, 1, once.Wins)
	all := votes.Pairs[0]
	require.Equal(t, []string{a, b}, []string{all.A, all.B})
	require.Equal(t, []int{0, 1, 2}, []int{all.Wins, all.Ties, all.Losses})
	require.InDelta(t, 1./6, all.WinRate.Value, 1e-12)
	require.Less(t, all.WinRate.High, 0.75)
	require.NotEmpty(t, all.NameA)

	votes = vote(a, false, a, b)
	require.False(t, votes.Pairs[0].Blind)
	require.Len(t, votes.Pairs, 3, "open votes stand apart")

	mustAsk[struct{}](t, s, p, "checkpoints.delete", protocol.DeleteCheckpoint{Checkpoint: c})
	mustAsk[struct{}](t, s, p, "checkpoints.rename", protocol.RenameCheckpoint{Checkpoint: a, Name: "first"})
	again := open(p, store)
	mustAsk[protocol.Ready](t, again, p, "hello", protocol.Hello{Writer: true})
	kept := mustAsk[protocol.Votes](t, again, p, "arena.votes", protocol.ListVotes{})
	require.Equal(t, 4, kept.Count)
	require.Equal(t, "first", kept.Pairs[0].NameA)
	require.NotEmpty(t, kept.Pairs[1].NameB, "gone, but remembered")

	kept = mustAsk[protocol.Votes](t, again, p, "arena.drop", protocol.DropVotes{Last: true})
	require.Equal(t, 3, kept.Count)
	kept = mustAsk[protocol.Votes](t, again, p, "arena.drop", protocol.DropVotes{})
	require.Empty(t, kept.Pairs)

	for _, wrong := range []protocol.Vote{
		{Checkpoints: []string{a}},
		{Checkpoints: []string{a, a}},
		{Checkpoints: []string{a, b}, Best: c},
		{Checkpoints: []string{a, live}},
	} {
		_, _, trouble := ask[protocol.Votes](t, again, p, "arena.vote", wrong)
		require.Equal(t, "bad_command", trouble.Code)
	}
	_, _, trouble := ask[protocol.Votes](t, again, p, "arena.vote", protocol.Vote{Checkpoints: []string{a, c}})
	require.Equal(t, "checkpoint_not_found", trouble.Code)
}

// A conversation is read with all its turns, as far as they fit.
func TestConversationGoesOn(t *testing.T) {
	p := newPage()
	s, id := pretrained(t, p, checkpoint.NewMemory(0, nil))
	m, err := s.model(id, "")
	require.NoError(t, err)
	m.params.Config.Context = 96
	before := []protocol.Turn{{Role: "user", Content: "a?"}, {Role: "assistant", Content: "b."}}
	ids, err := m.goOn(before, "c?")
	require.NoError(t, err)
	turns := []text.Turn{{Role: text.RoleUser, Content: "a?"}, {Role: text.RoleAssistant, Content: "b."}, {Role: text.RoleUser, Content: "c?"}}
	require.Equal(t, m.tok.ChatPrompt(turns), ids)

	m.params.Config.Context = len(ids) + askTokens/2 - 1
	ids, err = m.goOn(before, "c?")
	require.NoError(t, err)
	require.Equal(t, m.tok.ChatPrompt(turns[2:]), ids)

	said := mustAsk[protocol.Sampled](t, s, p, "sample", protocol.Sample{Checkpoint: id, Prompt: "c?", Chat: true, Before: before, MaxTokens: 4, Seed: 1, Temperature: 1})
	alone := mustAsk[protocol.Sampled](t, s, p, "sample", protocol.Sample{Checkpoint: id, Prompt: "c?", Chat: true, MaxTokens: 4, Seed: 1, Temperature: 1})
	require.NotZero(t, said.Tokens)
	require.NotZero(t, alone.Tokens)
}
