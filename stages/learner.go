package stages

import (
	"sprout/core/nn"
	"sprout/core/parallel"
)

// adapted is a replica of which an adapter is trained, and the model under it
// frozen. What it is trained for is still to be recorded.
func adapted(a *nn.Adapter) parallel.Replica {
	r := parallel.Replica{Backend: a.Backend(), Slab: a.Slab}
	for _, q := range a.List {
		r.Params = append(r.Params, q.In(a.Slab))
	}
	r.Frozen = append(r.Frozen, a.Base().Slab)
	return r
}
