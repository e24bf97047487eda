package parallel

import (
	"slices"

	"sprout/core/backend"
	"sprout/core/tensor"
)

// member is a peer in the group.
type member struct {
	Peer
	job   Job    // its part of a step; the nodes stay
	owed  []Node // of the job that it was sent
	next  int    // the node whose result comes next
	fresh bool   // has the newest weights
	whole bool   // has the frozen ones
	lost  bool
}

// A peer is replaced unless more than lossesAllowed were lost within lossWindow:
// then the machine has trouble that another worker would only add to.
const (
	lossesAllowed = 3
	lossWindow    = 60_000 // ms
)

// resize sets n workers to work and deals the shards anew.
func (g *Group) resize(n int) {
	for len(g.team) < n-1 {
		p, err := g.crew.Spawn()
		if err != nil {
			if g.crew.OnLost != nil {
				g.crew.OnLost(err, false)
			}
			g.tuner = tuner{speeds: g.tuner.speeds}
			break
		}
		g.team = append(g.team, &member{Peer: p})
	}
	g.active = min(n-1, len(g.team))
	if !g.tuner.active() {
		for _, m := range g.team[g.active:] {
			m.Close()
		}
		g.team = g.team[:g.active]
	}
	for i, m := range g.team[:g.active] {
		first, end := share(g.shards, g.Workers(), i+1)
		m.job.Kind = Gradient
		m.job.Nodes = cover(m.job.Nodes[:0], Node{0, g.shards}, first, end)
	}
}

// send starts a job, with the weights if the peer lacks the newest. A peer that
// does not take it is lost; only trouble of the leader's own is an error.
func (g *Group) send(m *member, j *Job) error {
	m.owed, m.next = nil, 0
	if m.lost {
		return nil
	}
	var weights []float32
	if !m.fresh {
		var err error
		if weights, err = g.weightsFor(m); err != nil {
			return err
		}
	}
	if err := m.Start(weights, j); err != nil {
		g.lose(m, err)
		return nil
	}
	m.fresh, m.whole = true, true
	if m.owed = j.Nodes; m.owed == nil {
		m.owed = aService
	}
	return nil
}

func (g *Group) weightsFor(m *member) ([]float32, error) {
	if m.whole || len(g.lead.Frozen) == 0 {
		return g.newest()
	}
	if g.first == nil {
		parts, n := append([]tensor.Tensor{g.lead.Slab}, g.lead.Frozen...), 0
		for _, x := range parts {
			n += x.Len()
		}
		all := make([]float32, n)
		n = 0
		for _, x := range parts {
			if err := g.lead.Backend.Read(all[n:n+x.Len()], x); err != nil {
				return nil, err
			}
			n += x.Len()
		}
		g.first = all
	}
	return g.first, nil
}

// newest is the weights as peers get them: where they lie, or a copy.
func (g *Group) newest() ([]float32, error) {
	if v, ok := g.lead.Backend.(backend.Viewer); ok {
		return v.View(g.lead.Slab), nil
	}
	if !g.loaded {
		if g.weights == nil {
			g.weights = make([]float32, g.lead.Slab.Len())
		}
		if err := g.lead.Backend.Read(g.weights, g.lead.Slab); err != nil {
			return nil, err
		}
		g.loaded = true
	}
	return g.weights, nil
}

// aService stands for the one result of a service.
var aService = []Node{{}}

// lose ends a peer that has failed.
func (g *Group) lose(m *member, why error) {
	m.Close()
	m.lost, m.fresh, m.owed, m.next = true, false, nil, 0
	now, recent := g.now(), g.losses[:0]
	for _, t := range g.losses {
		if now-t < lossWindow {
			recent = append(recent, t)
		}
	}
	g.losses = append(recent, now)
	if g.crew.OnLost != nil {
		g.crew.OnLost(why, g.replaces())
	}
}

func (g *Group) replaces() bool { return len(g.losses) <= lossesAllowed }

// mend replaces lost peers before a step, or goes on without them.
func (g *Group) mend() {
	g.first = nil
	gone := false
	for i, m := range g.team {
		if !m.lost {
			continue
		}
		if g.replaces() {
			if p, err := g.crew.Spawn(); err == nil {
				// The lost one may still be reading its job.
				g.team[i] = &member{Peer: p, job: Job{Kind: m.job.Kind, Nodes: slices.Clone(m.job.Nodes)}}
				continue
			}
		}
		gone = true
	}
	if !gone {
		return
	}
	left := g.team[:0]
	for _, m := range g.team {
		if !m.lost {
			left = append(left, m)
		}
	}
	g.team = left
	g.tuner = tuner{speeds: g.tuner.speeds}
	g.resize(1 + len(left))
}

// settle takes what peers still owe after an error of the leader's.
func (g *Group) settle() {
	for _, m := range g.team {
		for !m.lost && m.next < len(m.owed) {
			if _, err := m.Next(); err != nil {
				g.lose(m, err)
				break
			}
			m.next++
		}
	}
}
