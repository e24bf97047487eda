package session

import (
	"context"
	"encoding/json"
	"slices"

	"sprout/core/checkpoint"
	"sprout/wasm/protocol"
)

// cardsKey is the setting that holds the report cards, by checkpoint.
const cardsKey = "report.cards"

// cards are those of checkpoints that are still there; what cannot be read
// counts as none.
func (s *Session) cards(metas []checkpoint.Meta) map[string]protocol.ReportCard {
	all := map[string]protocol.ReportCard{}
	raw, err := s.storage.store.Setting(context.Background(), cardsKey)
	if err != nil || raw == nil || json.Unmarshal(raw, &all) != nil {
		return map[string]protocol.ReportCard{}
	}
	for id := range all {
		if id != demo && !slices.ContainsFunc(metas, func(m checkpoint.Meta) bool { return m.ID == id }) {
			delete(all, id)
		}
	}
	return all
}

// keepCard puts a card beside its checkpoint; a run in progress has none yet.
func (s *Session) keepCard(c protocol.ReportCard) {
	metas, err := s.storage.list()
	if c.Checkpoint == live || err != nil {
		return
	}
	all := s.cards(metas)
	all[c.Checkpoint] = c
	raw, err := json.Marshal(all)
	if err != nil {
		panic(err) // finite numbers and strings
	}
	s.saving(func(ctx context.Context, store checkpoint.Store) error {
		return store.PutSetting(ctx, cardsKey, raw)
	})
}

func (s *Session) listReports(protocol.ListReports, []byte) (any, []byte, error) {
	metas, err := s.storage.list()
	if err != nil {
		return nil, nil, err
	}
	out := protocol.Reports{Cards: []protocol.ReportCard{}}
	all := s.cards(metas)
	for _, m := range slices.Concat(metas, []checkpoint.Meta{{ID: demo}}) {
		if c, ok := all[m.ID]; ok {
			if m.Name != "" {
				c.Name = m.Name // of today
			}
			out.Cards = append(out.Cards, c)
		}
	}
	return out, nil, nil
}

// graded adds to a row of the list what its card says.
func graded(info *protocol.CheckpointInfo, cards map[string]protocol.ReportCard) {
	for measure, to := range map[string]**protocol.Estimate{"score": &info.Score, "exact_match_residents": &info.Right} {
		if e, ok := cards[info.ID].Measures[measure]; ok {
			*to = &e
		}
	}
}
