package parallel

import (
	"fmt"
	"math/bits"

	"sprout/core/autograd"
	"sprout/core/op"
	"sprout/core/tensor"
)

// Peer computes shards beside the group's leader: a goroutine with a backend of
// its own, or a Web Worker with a whole engine.
type Peer interface {
	// Start hands over a step: the weights, the batch and which of its shards
	// to compute, in this order. It returns without waiting. All three stay
	// unchanged until the last Next of the step has returned.
	Start(weights []float32, b *Batch, shards []int) error
	// Next waits for the next shard's work slab: gradients in the layout of the
	// weights, then the sums, one every tensor.Align elements. It is valid until
	// the following call.
	Next() ([]float32, error)
	// Close ends the peer.
	Close()
}

// Group computes gradients of whole batches. Shard i belongs to worker i mod
// workers; worker 0 is the leader, the only one that sums and that owns the
// optimiser. A peer that fails is dropped and the leader does its work from
// then on: a lost worker costs time and changes no bit.
type Group struct {
	// Grad is the gradient of the last batch, [n], on the leader's backend.
	Grad tensor.Tensor
	// OnLost, if not nil, is told why a peer was dropped.
	OnLost func(err error)

	lead    *worker
	shards  int
	rows    int // per shard
	partial []tensor.Tensor
	add     []*autograd.Plan // work = partial[l] + work
	store   []*autograd.Plan // partial[l] = work
	sums    []float64
	one     [1]float32

	peers   []Peer
	owned   [][]int // shards of each peer
	weights []float32
}

// NewGroup records the step for batches of so many rows on the leader and lets
// the peers help.
func NewGroup(lead Replica, batch int, peers ...Peer) (*Group, error) {
	if batch < 1 {
		panic(fmt.Sprintf("parallel: batch of %d", batch))
	}
	g := &Group{shards: Shards(batch)}
	g.rows = (batch + g.shards - 1) / g.shards
	var err error
	if g.lead, err = newWorker(lead, g.rows); err != nil {
		return nil, err
	}
	g.sums = make([]float64, g.lead.sums)
	g.Grad = g.lead.work
	g.Grad.Shape = tensor.Shape{lead.Slab.Len()}
	for range bits.Len(uint(g.shards - 1)) {
		if err := g.addLevel(); err != nil {
			g.Close()
			return nil, err
		}
	}
	if len(peers) > g.shards-1 {
		for _, p := range peers[g.shards-1:] { // nothing left to do for them
			p.Close()
		}
		peers = peers[:g.shards-1]
	}
	g.peers = peers
	if len(peers) > 0 {
		g.weights = make([]float32, lead.Slab.Len())
		g.owned = make([][]int, len(peers))
		for s := range g.shards {
			if w := g.workerOf(s); w > 0 {
				g.owned[w-1] = append(g.owned[w-1], s)
			}
		}
	}
	return g, nil
}

// RowsPerShard is how many rows a peer's replica must record for a batch.
func RowsPerShard(batch int) int {
	s := Shards(batch)
	return (batch + s - 1) / s
}

// addLevel makes a node of the tree: a slab for the left half's sum and the
// plans to put it there and to add the right half.
func (g *Group) addLevel() error {
	be, work := g.lead.Backend, g.lead.work
	part, err := alloc(be, work.Len())
	if err != nil {
		return err
	}
	g.partial = append(g.partial, part)
	for _, r := range []struct {
		plans *[]*autograd.Plan
		kind  op.Kind
		in    []tensor.Tensor
		out   tensor.Tensor
	}{
		{&g.add, "add", []tensor.Tensor{part, work}, work},
		{&g.store, "copy", []tensor.Tensor{work}, part},
	} {
		t := autograd.NewTape()
		t.Bind(t.Emit(r.kind, nil, r.in...)[0], r.out)
		plan, err := t.Compile(be)
		if err != nil {
			return err
		}
		*r.plans = append(*r.plans, plan)
	}
	return nil
}

func (g *Group) workerOf(shard int) int { return shard % (len(g.owned) + 1) }

// Compute leaves the batch's gradient in Grad and returns the sums over the
// whole batch, valid until the next call.
//
// The order of additions is that of a binary counter, a fixed tree:
// ((0+1)+(2+3))+((4+5)+(6+7)). It needs one slab per level.
func (g *Group) Compute(b *Batch) ([]float64, error) {
	if err := g.startPeers(b); err != nil {
		return nil, err
	}
	for s := range g.shards {
		if err := g.shard(b, s); err != nil {
			return nil, err
		}
		last := s == g.shards-1
		level := 0
		for ; s>>level != 0; level++ {
			if s>>level&1 == 1 {
				if err := g.add[level].Run(); err != nil {
					return nil, err
				}
			} else if !last {
				break
			}
		}
		if !last {
			if err := g.store[level].Run(); err != nil {
				return nil, err
			}
		}
	}
	for i := range g.sums {
		if err := g.lead.Backend.Read(g.one[:], g.lead.sum(i)); err != nil {
			return nil, err
		}
		g.sums[i] = float64(g.one[0])
	}
	return g.sums, nil
}

func (g *Group) startPeers(b *Batch) error {
	if b.Rows < 1 || b.Rows > g.rows*g.shards {
		panic(fmt.Sprintf("parallel: %d rows for %d shards of %d", b.Rows, g.shards, g.rows))
	}
	if len(g.peers) == 0 {
		return nil
	}
	if err := g.lead.Backend.Read(g.weights, g.lead.Slab); err != nil {
		return err
	}
	for i, p := range g.peers {
		if p == nil {
			continue
		}
		if err := p.Start(g.weights, b, g.owned[i]); err != nil {
			g.drop(i, err)
		}
	}
	return nil
}

// shard brings one shard's result into the leader's work slab.
func (g *Group) shard(b *Batch, s int) error {
	if i := g.workerOf(s) - 1; i >= 0 && g.peers[i] != nil {
		result, err := g.peers[i].Next()
		if err == nil {
			return g.lead.Backend.Write(g.lead.work, result)
		}
		g.drop(i, err)
	}
	return g.lead.compute(b, s, g.shards)
}

func (g *Group) drop(i int, err error) {
	g.peers[i].Close()
	g.peers[i] = nil
	if g.OnLost != nil {
		g.OnLost(err)
	}
}

// Workers is the number of workers still at work, the leader included.
func (g *Group) Workers() int {
	n := 1
	for _, p := range g.peers {
		if p != nil {
			n++
		}
	}
	return n
}

// Bytes is the memory of the leader's step: plan, gradients and partial sums.
func (g *Group) Bytes() int64 {
	return g.lead.plan.Bytes() + 4*int64(g.lead.work.Len())*int64(1+len(g.partial))
}

// Profile times the calls that the leader makes for one batch by itself: those
// of a shard, made for every shard, and those of the sum. Grad is then no
// longer that of the last batch.
func (g *Group) Profile() (shard, sum []autograd.Timing, shards int, err error) {
	if shard, err = g.lead.plan.Profile(); err != nil {
		return nil, nil, 0, err
	}
	for s := range g.shards - 1 { // as many additions as there are inner nodes
		level := bits.TrailingZeros(uint(s + 1))
		for _, plan := range []*autograd.Plan{g.add[level], g.store[level]} {
			timings, err := plan.Profile()
			if err != nil {
				return nil, nil, 0, err
			}
			sum = append(sum, timings...)
		}
	}
	return shard, sum, g.shards, nil
}

// Close ends the peers and gives the leader's memory back; the replica's own
// Close is called.
func (g *Group) Close() {
	for _, p := range g.peers {
		if p != nil {
			p.Close()
		}
	}
	g.peers = nil
	for _, plans := range [][]*autograd.Plan{g.add, g.store} {
		for _, p := range plans {
			p.Close()
		}
	}
	for _, t := range g.partial {
		g.lead.Backend.Free(t.Buf)
	}
	g.partial = nil
	g.lead.close()
}
