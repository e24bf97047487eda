package parallel

// NewServing makes a group that computes services and no gradients: nothing is
// recorded, and Compute must not be called. There are crew.Workers workers, or,
// where that is 0, as many as crew.Max says. The replica is closed with the
// group.
func NewServing(lead Replica, crew Crew) *Group {
	if crew.Workers == 0 {
		crew.Workers = max(1, crew.Max)
	}
	g := &Group{shards: crew.Workers, crew: crew, lead: NewWorker(lead, crew.Workers)}
	g.SetWorkers(crew.Workers)
	return g
}
