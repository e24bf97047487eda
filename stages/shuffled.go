package stages

import (
	"cmp"
	"slices"

	"sprout/core/tensor"
)

// streamPairs shuffles the pairs of an epoch.
const streamPairs = 0x7061697273

// shuffled is which of n things stands at a place of an endless list that goes
// through all of them, in another order each time.
type shuffled struct {
	n    int
	seed uint64
	// arrange, if not nil, changes the order of an epoch that begins at a place.
	arrange func(order []int, place int, rng tensor.RNG)

	epoch int
	order []int
}

func (s *shuffled) at(place int) int {
	if epoch := place / s.n; s.order == nil || epoch != s.epoch {
		rng := tensor.NewRNG(s.seed, streamPairs, uint64(epoch))
		s.epoch, s.order = epoch, rng.Perm(s.n)
		if s.arrange != nil {
			s.arrange(s.order, epoch*s.n, rng)
		}
	}
	return s.order[place%s.n]
}

// alikeAmong is among how many batches pairs of about equal length are sought.
const alikeAmong = 8

// alike arranges pairs for batches of so many: those of a few batches at a time are
// sorted by length and dealt anew, and the batches shuffled. Every row of a batch is
// as wide as the longest, so one long pair among short ones would make all of them
// cost as much. The price is that a batch varies less than one drawn at random, in
// the length of its answers and what goes with it, and the gradients of batches vary
// more. Sorting a whole epoch would save a little more and make batches of nothing
// but the shortest; over eight of them in a row all lengths come.
//
// A batch that takes its pairs from two epochs is left as it was drawn, so that every
// epoch still goes through all pairs.
func alike(lengths []int, batch int) func(order []int, place int, rng tensor.RNG) {
	return func(order []int, place int, rng tensor.RNG) {
		begun := (batch - place%batch) % batch // pairs that the batch lacks which the epoch before began
		order = order[min(begun, len(order)):]
		for whole := len(order) / batch; whole > 0; whole = len(order) / batch {
			part := order[:min(whole, alikeAmong)*batch]
			slices.SortStableFunc(part, func(a, b int) int { return cmp.Compare(lengths[a], lengths[b]) })
			sorted := slices.Clone(part)
			for to, from := range rng.Perm(len(part) / batch) {
				copy(part[to*batch:], sorted[from*batch:(from+1)*batch])
			}
			order = order[len(part):]
		}
	}
}
