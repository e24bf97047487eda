package session

import (
	"cmp"
	"maps"
	"math"
	"slices"

	"sprout/core/checkpoint"
	"sprout/core/inspect"
	"sprout/core/problem"
	"sprout/wasm/protocol"
)

const (
	// inspectTokens bounds a text, so that a pass takes no longer than a step.
	inspectTokens = 64
	// namedTokens are the likeliest at each position, whose names the page gets.
	namedTokens = 40
	// nearTokens are the neighbours of a token.
	nearTokens = 12
)

// inspect has a model read a text between two steps of the run.
func (s *Session) inspect(c protocol.Inspect, _ []byte) (any, []byte, error) {
	s.engine.Lock()
	defer s.engine.Unlock()
	m, err := s.model(c.Checkpoint, "")
	if err != nil {
		return nil, nil, err
	}
	ids := m.prompt(c.Text)
	if c.Chat {
		ids = m.tok.ChatPrompt(say(c.Text))
	}
	cfg := m.params.Config
	most := min(inspectTokens, cfg.Context)
	out := protocol.Inspection{
		Cut: max(0, len(ids)-most), Vocab: cfg.Vocab, Layers: cfg.Layers, Heads: cfg.Heads, KVHeads: cfg.KVHeads,
	}
	ids = ids[:len(ids)-out.Cut]
	r, err := inspect.Read(m.params, ids, inspect.Wanted{Attention: c.Attention, Lens: c.Lens})
	if err != nil {
		return nil, nil, err
	}
	named := map[int32]bool{}
	var numbers []float32
	for i, id := range ids {
		out.Tokens = append(out.Tokens, protocol.ReadToken{Token: token(m.tok, id), Loss: number(r.Losses[i])})
		numbers = append(numbers, r.Logits[i]...)
		for _, top := range likeliest(r.Logits[i], namedTokens) {
			named[top] = true
		}
	}
	for _, depth := range r.Lens {
		row := make([]protocol.Glance, len(depth))
		for i, g := range depth {
			row[i] = protocol.Glance{Top: int(g.Top), P: g.P, Next: number(g.Next), Entropy: g.Entropy}
			named[g.Top] = true
		}
		out.Lens = append(out.Lens, row)
	}
	for _, layer := range r.Attention {
		numbers = append(numbers, slices.Concat(layer...)...)
	}
	for _, id := range slices.Sorted(maps.Keys(named)) {
		out.Names = append(out.Names, token(m.tok, id))
	}
	return out, checkpoint.Bytes(numbers), nil
}

// number is absent where there is none.
func number(x float64) *float64 {
	if math.IsNaN(x) {
		return nil
	}
	return &x
}

// likeliest are the ids of the n largest logits, of equal ones the smaller ids.
func likeliest(logits []float32, n int) []int32 {
	ids := make([]int32, len(logits))
	for i := range ids {
		ids[i] = int32(i)
	}
	slices.SortFunc(ids, func(a, b int32) int {
		return cmp.Or(cmp.Compare(logits[b], logits[a]), cmp.Compare(a, b))
	})
	return ids[:min(n, len(ids))]
}

func (s *Session) embeddings(c protocol.GetEmbeddings, _ []byte) (any, []byte, error) {
	s.engine.Lock()
	defer s.engine.Unlock()
	m, err := s.model(c.Checkpoint, "")
	if err != nil {
		return nil, nil, err
	}
	x, err := inspect.Embeddings(m.params)
	if err != nil {
		return nil, nil, err
	}
	out := protocol.EmbeddingMap{
		Tokens: make([]protocol.Token, m.tok.Vocab()), Explained: x.Explained[:], Channels: m.params.Config.Channels,
	}
	at := make([]float32, 2*len(out.Tokens))
	for i := range out.Tokens {
		out.Tokens[i] = token(m.tok, int32(i))
		at[2*i], at[2*i+1] = float32(x.X[i]), float32(x.Y[i])
	}
	return out, checkpoint.Bytes(at), nil
}

func (s *Session) neighbours(c protocol.GetNeighbours, _ []byte) (any, []byte, error) {
	s.engine.Lock()
	defer s.engine.Unlock()
	m, err := s.model(c.Checkpoint, "")
	if err != nil {
		return nil, nil, err
	}
	if c.Token < 0 || c.Token >= m.tok.Vocab() {
		return nil, nil, problem.New("token_unknown", problem.Args{"token": c.Token, "vocab": m.tok.Vocab()},
			"There is no token %d; this model knows those below %d.", c.Token, m.tok.Vocab())
	}
	near, err := inspect.Nearest(m.params, int32(c.Token), nearTokens)
	if err != nil {
		return nil, nil, err
	}
	out := protocol.Neighbours{Neighbours: []protocol.Neighbour{}}
	for _, n := range near {
		out.Neighbours = append(out.Neighbours, protocol.Neighbour{Token: token(m.tok, n.ID), Cosine: n.Cosine})
	}
	return out, nil, nil
}
