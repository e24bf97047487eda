package checkpoint

import (
	"context"

	"sprout/core/problem"
)

// Keep says how many automatic checkpoints of a run survive a new one.
type Keep struct {
	Newest int  // this many of the latest
	Best   bool // and the best one; see Meta.Best
}

// DefaultKeep leaves the newest two, so that one damaged save is not the end,
// and the best.
var DefaultKeep = Keep{Newest: 2, Best: true}

// Prune chooses the automatic checkpoints of a run that may be deleted. What
// people saved, finals and imports are never chosen, nor what other runs grew
// from. Once the run has its final checkpoint, only the best is kept beside
// it, and not even that when the final is the best.
func Prune(metas []Meta, run string, keep Keep) []Meta {
	if run == "" {
		return nil
	}
	parents := map[string]bool{}
	var autos []Meta
	var final, best *Meta
	var least float64
	for i, m := range metas {
		parents[m.Parent] = true
		if m.Run != run {
			continue
		}
		switch m.Kind {
		case Auto:
			autos = append(autos, m)
		case Final:
			final = &metas[i]
		default:
			continue
		}
		if cost, measured := m.cost(); measured && (best == nil || cost < least || cost == least && m.Step > best.Step) {
			best, least = &metas[i], cost
		}
	}
	SortNewestFirst(autos)
	newest := keep.Newest
	if final != nil {
		newest = 0
	}
	var drop []Meta
	for i, m := range autos {
		isBest := keep.Best && best != nil && best.ID == m.ID
		if i >= newest && !isBest && !parents[m.ID] {
			drop = append(drop, m)
		}
	}
	return drop
}

// cost is what is lowest in the best checkpoint of a run, if it was measured.
func (m Meta) cost() (cost float64, measured bool) {
	if m.Best == "" {
		return m.HeldOutLoss, m.HeldOutLoss > 0
	}
	x, measured := m.Measures[m.Best]
	return -x, measured
}

// Autosave saves c and then deletes the automatic checkpoints of its run that
// keep does not ask for; it returns what it deleted. When there is no room, it
// makes some first, down to the newest one, which is what the run would go back
// to, and tries once more. An error means that c was not saved.
func Autosave(ctx context.Context, s Checkpoints, c *Checkpoint, keep Keep) ([]Meta, error) {
	var dropped []Meta
	err := s.Put(ctx, c)
	if err != nil && problem.From(err).Code == "storage_full" {
		dropped = drop(ctx, s, c.Meta.Run, Keep{Newest: 1})
		if len(dropped) > 0 {
			err = s.Put(ctx, c)
		}
	}
	if err != nil {
		return dropped, err
	}
	return append(dropped, drop(ctx, s, c.Meta.Run, keep)...), nil
}

// drop deletes what Prune chooses. What cannot be deleted now will be chosen
// again after the next save.
func drop(ctx context.Context, s Checkpoints, run string, keep Keep) []Meta {
	metas, err := s.List(ctx)
	if err != nil {
		return nil
	}
	var dropped []Meta
	for _, m := range Prune(metas, run, keep) {
		if s.Delete(ctx, m.ID) == nil {
			dropped = append(dropped, m)
		}
	}
	return dropped
}
