package parallel

import (
	"fmt"
	"math/bits"

	"sprout/core/autograd"
	"sprout/core/tensor"
)

// Group computes gradients of whole batches, and the services of its replica,
// with as many workers as there are. Each computes a stretch of the shards and
// hands in the largest sums of the tree that lie in it; worker 0 is the leader,
// the only one that finishes the tree and that owns the optimiser. A peer that
// fails is replaced, and the leader computes what it owes: a lost worker costs
// time and changes no bit.
type Group struct {
	// Grad is the gradient of the last batch, [n], on the leader's backend.
	Grad tensor.Tensor

	lead   *Worker
	shards int
	sums   []float64
	tail   []float32     // the sums as they lie
	atTail tensor.Tensor // where
	fetch  fetcher       // method value, made once

	crew    Crew
	team    []*member // the peers, worker 1 first
	active  int       // of them at work; the others wait until the tuner has chosen
	weights []float32 // a copy for the peers, where the backend needs one
	loaded  bool      // it is the newest
	first   []float32 // for peers that have nothing yet; made anew for each batch
	tuner   tuner
	losses  []float64 // times of the last losses, ms

	began    float64 // when the last batch was, ms
	chosenAt float64 // when the tuner measured last, ms
}

// Crew says who may help.
type Crew struct {
	// Spawn starts a peer; nil: the leader works alone.
	Spawn func() (Peer, error)
	// Workers is the number of workers, the leader included; 0 has it measured
	// in the first steps, and again a minute after fewer than Max were chosen.
	Workers int
	// Max bounds an automatic number: the cores of the machine.
	Max int
	// Now is a clock in ms; without one nothing can be measured, and automatic
	// means Max.
	Now func() float64
	// Speeds that an earlier run of the same shape has measured: those are
	// believed.
	Speeds []Speed
	// Yield, if not nil, is called between the parts of a long service, for a host
	// that must not be kept waiting by the leader.
	Yield func()
	// OnLost, if not nil, is told why a peer was lost and whether another takes
	// its place.
	OnLost func(why error, replaced bool)
}

// NewGroup records the step for batches of so many rows on the leader. The
// replica is closed with the group.
func NewGroup(lead Replica, batch int, crew Crew) (*Group, error) {
	if batch < 1 {
		panic(fmt.Sprintf("parallel: batch of %d", batch))
	}
	g := &Group{shards: Shards(batch), crew: crew, lead: NewWorker(lead, batch)}
	g.fetch = g.collect
	if _, err := g.lead.step(0); err != nil {
		g.lead.Close()
		return nil, err
	}
	if levels := bits.Len(uint(g.shards - 1)); levels > 0 {
		if _, err := g.lead.level(levels); err != nil {
			g.lead.Close()
			return nil, err
		}
	}
	g.sums = make([]float64, g.lead.sums)
	g.atTail = g.lead.allSums()
	g.tail = make([]float32, g.atTail.Len())
	g.Grad = g.lead.work
	g.Grad.Shape = tensor.Shape{lead.Slab.Len()}
	g.SetWorkers(crew.Workers)
	g.crew.Speeds = nil // who asks again wants them measured
	return g, nil
}

// Max is how many workers can be of use.
func (g *Group) Max() int {
	if g.crew.Spawn == nil {
		return 1
	}
	return g.shards
}

// cores bounds an automatic number of workers.
func (g *Group) cores() int { return max(1, min(g.crew.Max, g.Max())) }

// Workers is the number of workers at work, the leader included.
func (g *Group) Workers() int { return 1 + g.active }

// Requested is what SetWorkers was given last; 0 is automatic.
func (g *Group) Requested() int { return g.crew.Workers }

// Calibration is what was measured of numbers of workers, nil before that.
func (g *Group) Calibration() []Speed { return g.tuner.speeds }

// Calibrating says that the number of workers is still being measured.
func (g *Group) Calibrating() bool { return g.tuner.active() }

// SetWorkers changes the number of workers from the next step on; 0 has it
// measured again.
func (g *Group) SetWorkers(n int) {
	g.crew.Workers = n
	g.losses = g.losses[:0]
	g.tuner = tuner{speeds: g.tuner.speeds}
	switch {
	case n > 0:
		g.resize(min(n, g.Max()))
	case g.crew.Now == nil:
		g.resize(g.cores())
	default:
		g.tuner, g.chosenAt = newTuner(g.cores(), g.crew.Speeds), g.now()
		g.resize(g.tuner.count())
	}
}

// Changed says that the weights were written: the peers need them again.
func (g *Group) Changed() {
	g.loaded = false
	for _, m := range g.team {
		m.fresh = false
	}
}

// Compute leaves the batch's gradient in Grad and returns the sums over the
// whole batch, valid until the next call.
func (g *Group) Compute(b *Batch) ([]float64, error) {
	if err := g.Start(b); err != nil {
		return nil, err
	}
	// In one go: on a GPU every reading waits for the device.
	if err := g.lead.Backend.Read(g.tail, g.atTail); err != nil {
		g.settle()
		return nil, err
	}
	g.clocked(b)
	return g.Sums(g.tail), nil
}

// Tail is where Start leaves the sums.
func (g *Group) Tail() tensor.Tensor { return g.atTail }

// Sums takes them out of what lies there; valid until the next call.
func (g *Group) Sums(tail []float32) []float64 {
	for i := range g.sums {
		g.sums[i] = float64(tail[i*tensor.Align])
	}
	return g.sums
}

// Start is Compute without waiting for a device. Peers are waited for.
func (g *Group) Start(b *Batch) error {
	if b.Rows < 1 || b.Rows > g.lead.rows*g.shards {
		panic(fmt.Sprintf("parallel: %d rows for %d shards of %d", b.Rows, g.shards, g.lead.rows))
	}
	g.mend()
	g.began = g.now()
	if g.mayHaveErred(g.began) {
		g.tuner = newTuner(g.cores(), nil)
		g.resize(g.tuner.count())
	}
	if err := g.step(b); err != nil {
		g.settle()
		return err
	}
	return nil
}

// clocked gives the tuner the time of a batch, as if it were as wide as can be: the
// time is about that of the tokens.
func (g *Group) clocked(b *Batch) {
	if !g.tuner.active() {
		return
	}
	ms := g.now() - g.began
	if b.Width > 0 {
		ms *= float64(g.lead.Width) / float64(b.Width)
	}
	if n := g.tuner.measured(ms); n != g.Workers() || !g.tuner.active() {
		g.resize(n)
	}
	g.chosenAt = g.began
}

// Blank is a batch as wide as can be, for measuring: low numbers for
// integers, so that they are tokens and places of any model, and 1 for masks.
func (g *Group) Blank() *Batch {
	b := &Batch{Rows: g.lead.rows * g.shards, Scale: 1}
	widest := g.lead.steps[g.lead.Width]
	for _, x := range widest.ints {
		part := make([]int32, x.Len()*g.shards)
		for i := range part {
			part[i] = int32(i % 8)
		}
		b.Ints = append(b.Ints, part)
	}
	for _, x := range widest.floats {
		part := make([]float32, x.Len()*g.shards)
		for i := range part {
			part[i] = 1
		}
		b.Floats = append(b.Floats, part)
	}
	return b
}

// lookAgain is how long a number of workers below the cores is kept, in ms.
const lookAgain = 60_000

// mayHaveErred says that it is time to measure again: fewer workers than cores
// were the fastest a while ago, perhaps because the machine was busy just then.
func (g *Group) mayHaveErred(now float64) bool {
	return g.crew.Workers == 0 && g.crew.Now != nil && !g.tuner.active() &&
		g.Workers() < g.cores() && g.replaces() && now-g.chosenAt > lookAgain
}

func (g *Group) step(b *Batch) error {
	for _, m := range g.team[:g.active] {
		m.job.Batch = b
		if err := g.send(m, &m.job); err != nil {
			return err
		}
	}
	return g.lead.sum(b, Node{0, g.shards}, g.fetch)
}

// collect brings a node's sum into one of the leader's slabs where a peer has it.
// If that peer is lost, nobody has it: the leader goes on to its halves.
func (g *Group) collect(n Node, to tensor.Tensor) (bool, error) {
	for _, m := range g.team[:g.active] {
		if m.next == len(m.owed) || m.owed[m.next] != n {
			continue
		}
		r, err := m.Next()
		if err != nil {
			g.lose(m, err)
			return false, nil
		}
		m.next++
		return true, g.lead.Backend.Write(to, r.Floats)
	}
	return false, nil
}

// Serve has a service computed for all rows of a batch, dealt in contiguous
// parts to the workers. collect gets the results in the order of the rows, with
// the number of the part's first row; a result is valid until it returns.
func (g *Group) Serve(kind string, b *Batch, options []byte, collect func(first int, r Result) error) error {
	g.mend()
	err := g.serve(kind, b, options, collect)
	if err != nil {
		g.settle()
	}
	return err
}

func (g *Group) serve(kind string, b *Batch, options []byte, collect func(first int, r Result) error) error {
	workers := min(g.Workers(), b.Rows)
	jobs, starts := make([]Job, workers), make([]int, workers)
	for i := range jobs {
		first, end := share(b.Rows, workers, i)
		jobs[i], starts[i] = Job{Kind: kind, Batch: b.part(first, end), Options: options}, first
		if i > 0 {
			if err := g.send(g.team[i-1], &jobs[i]); err != nil {
				return err
			}
		}
	}
	for i := range jobs {
		take := func(r Result) error { return collect(starts[i], r) }
		if i > 0 && !g.team[i-1].lost {
			m := g.team[i-1]
			r, err := m.Next()
			if err == nil {
				m.next++
				if err := take(r); err != nil {
					return err
				}
				continue
			}
			g.lose(m, err)
		}
		if err := g.serveHere(&jobs[i], starts[i], collect); err != nil {
			return err
		}
	}
	return nil
}

// What the leader serves without a break where its host waits: less than a
// second's work.
const (
	rowsInOne   = 48
	tokensInOne = 8 << 10 // elements of the first array of integers
)

// serveHere has the leader do a part whose first row is the given one.
func (g *Group) serveHere(j *Job, first int, collect func(first int, r Result) error) error {
	size := j.Batch.Rows
	if g.crew.Yield != nil && len(j.Batch.Ints) > 0 {
		width := max(1, len(j.Batch.Ints[0])/j.Batch.Rows)
		size = min(size, rowsInOne, max(1, tokensInOne/width))
	}
	for from := 0; from < j.Batch.Rows; from += size {
		if g.crew.Yield != nil {
			g.crew.Yield()
		}
		part := Job{Kind: j.Kind, Batch: j.Batch.part(from, min(from+size, j.Batch.Rows)), Options: j.Options}
		take := func(r Result) error { return collect(first+from, r) }
		if err := g.lead.Do(nil, &part, take); err != nil {
			return err
		}
	}
	return nil
}

// Bytes is the memory of the leader beside the trained weights: plans, gradients,
// partial sums and services.
func (g *Group) Bytes() int64 {
	n := g.lead.stepBytes() + 4*int64(g.lead.work.Len())*int64(1+len(g.lead.levels))
	if g.lead.Replica.Bytes != nil {
		n += g.lead.Replica.Bytes()
	}
	return n
}

// Profile times the calls that the leader makes for one batch by itself: those
// of a shard, as wide as the last batch, made for every shard, and those of the sum.
// Grad is then no longer that of the last batch.
func (g *Group) Profile() (shard, sum []autograd.Timing, shards int, err error) {
	if shard, err = g.lead.last.plan.Profile(); err != nil {
		return nil, nil, 0, err
	}
	for s := range g.shards - 1 { // as many additions as there are inner nodes
		l := g.lead.levels[bits.TrailingZeros(uint(s+1))]
		for _, plan := range []*autograd.Plan{l.add, l.store} {
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
	for _, m := range g.team {
		if !m.lost {
			m.Close()
		}
	}
	g.team, g.active = nil, 0
	g.lead.Close()
}

func (g *Group) now() float64 {
	if g.crew.Now == nil {
		return 0
	}
	return g.crew.Now()
}
