package checkpoint

// Keep says how many automatic checkpoints of a run survive a new one.
type Keep struct {
	Newest int  // this many of the latest
	Best   bool // and the one with the lowest held-out loss
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
		if m.HeldOutLoss > 0 && (best == nil || m.HeldOutLoss < best.HeldOutLoss ||
			m.HeldOutLoss == best.HeldOutLoss && m.Step > best.Step) {
			best = &metas[i]
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
