package stages

import (
	"slices"

	"sprout/core/autograd"
	"sprout/core/backend"
	"sprout/core/parallel"
	"sprout/core/tensor"
)

// late has the losses and norms of several steps come to the host together: on a
// device every reading waits until all is done, and then the device waits. Norm and
// clipping need no host. What is not finite is found when it is read, and the run
// goes back to its last good state as always; the steps before which that is kept
// are read by themselves, so that it is known to be good.
type late struct {
	size    int // of a step's numbers
	ring    tensor.Tensor
	store   []*autograd.Plan // the numbers of a step into the ring
	host    []float32
	waiting []lateStep
	news    []Metrics // read, and not yet reported
}

// lateStep is what must be remembered of a step until it is read.
type lateStep struct {
	step  int
	lr    float64
	batch parallel.Batch
}

// readEvery is how long numbers may wait to be read, in ms: about as long as a page
// waits until it draws.
const readEvery = 50

// newLate prepares for so many steps at most, where the backend is a device and the
// steps depend on nothing that the host reads.
func (t *trainer) newLate() (err error) {
	_, here := t.be.(backend.Viewer)
	if t.Late < 2 || here || t.gather != nil || t.memory != nil {
		return nil
	}
	tail, norm := t.group.Tail(), t.adam.Norm()
	l := &late{size: tail.Len() + tensor.Align}
	t.late = l
	n := l.size * t.Late
	if l.ring.Buf, err = t.be.Alloc(tensor.F32, n); err != nil {
		return err
	}
	l.ring.Shape, l.host = tensor.Shape{n}, make([]float32, n)
	for i := range t.Late {
		tape := autograd.NewTape()
		for _, x := range []tensor.Tensor{tail, norm} {
			to := x
			to.Buf, to.Off = l.ring.Buf, i*l.size
			if x.Buf == norm.Buf {
				to.Off += tail.Len()
			}
			tape.Bind(x, to)
		}
		plan, err := tape.Compile(t.be)
		if err != nil {
			return err
		}
		l.store = append(l.store, plan)
	}
	return nil
}

func (l *late) close(be backend.Backend) {
	for _, p := range l.store {
		p.Close()
	}
	if !l.ring.IsNone() {
		be.Free(l.ring.Buf)
	}
}

// waits says that steps have been made whose numbers were not read.
func (t *trainer) waits() bool { return t.late != nil && len(t.late.waiting) > 0 }

// train makes a step, and gives the metrics of all that are known now; none where
// they are waited for.
func (t *trainer) train() ([]Metrics, error) {
	if t.late == nil || t.keepDue() {
		before, err := t.settle()
		if err != nil {
			return nil, err
		}
		m, err := t.update()
		return append(before, m), err
	}
	if err := t.ahead(); err != nil {
		return nil, err
	}
	most := t.Late
	if ms := t.clock.trainMs; ms > 0 {
		most = max(1, min(most, int(readEvery/ms)))
	}
	if len(t.late.waiting) >= most || t.anythingDue() {
		return t.settle()
	}
	return nil, nil
}

// ahead makes a step without looking at what it computes.
func (t *trainer) ahead() error {
	l := t.late
	t.fill(t.step, &t.batchOf)
	if err := t.group.Start(&t.batchOf); err != nil {
		return err
	}
	t.profiled = false
	if err := t.adam.Gauge(); err != nil {
		return err
	}
	if err := l.store[len(l.waiting)].Run(); err != nil {
		return err
	}
	w := lateStep{t.step, t.schedule.At(t.step), t.batchOf}
	if t.tell != nil { // it counts tokens by the masks
		w.batch.Floats = slices.Clone(w.batch.Floats)
		for i, f := range w.batch.Floats {
			w.batch.Floats[i] = slices.Clone(f)
		}
	}
	l.waiting = append(l.waiting, w)
	err := t.adam.Update(t.step, w.lr)
	t.group.Changed()
	if err != nil {
		return err
	}
	t.step++
	return nil
}

// settle reads what is waited for.
func (t *trainer) settle() (out []Metrics, err error) {
	if !t.waits() {
		return nil, nil
	}
	l := t.late
	waiting := l.waiting
	l.waiting = nil
	part := l.ring
	part.Shape = tensor.Shape{len(waiting) * l.size}
	if err := t.be.Read(l.host[:part.Len()], part); err != nil {
		return nil, err
	}
	for i, w := range waiting {
		numbers := l.host[i*l.size : (i+1)*l.size]
		sums := t.group.Sums(numbers)
		m := Metrics{
			Step: w.step + 1, TrainLoss: sums[0] * float64(w.batch.Scale), LR: w.lr,
			GradNorm: float64(numbers[l.size-tensor.Align]),
		}
		if !finite(m.TrainLoss) || !finite(m.GradNorm) {
			t.step = w.step
			return nil, t.diverged(m.Step, m.LR)
		}
		if t.tell != nil {
			m = t.tell(m, sums, &w.batch)
		}
		if !allFinite(m.Measures) {
			t.step = w.step
			return nil, t.diverged(m.Step, m.LR)
		}
		out = append(out, m)
	}
	return out, nil
}

// anythingDue says that something besides training is due after the last step.
func (t *trainer) anythingDue() bool {
	return t.due("eval_every") || t.due("checkpoint_every") || !t.silent && t.due("sample_every")
}

// due says that it is time for what happens every so many steps, and at the end.
func (t *trainer) due(key string) bool { return t.Done() || t.step%int(t.values[key]) == 0 }

// Settle reads what is waited for and gives the metrics that no report has had.
func (t *trainer) Settle() ([]Metrics, error) {
	ms, err := t.settle()
	if n := len(ms); n > 0 {
		t.clock.trained(n)
		t.clock.finished(n)
		t.timed(ms)
	}
	if t.late == nil {
		return nil, err
	}
	news := append(t.late.news, ms...)
	t.late.news = nil
	return news, err
}

// timed tells the times of steps that came together, and notes them.
func (t *trainer) timed(ms []Metrics) {
	for i := range ms {
		m := &ms[i]
		m.TokensPerSec = t.clock.perSecond(t.tokens)
		m.Seconds = t.clock.seconds
		m.SecondsLeft = t.clock.left(t.schedule.Steps - m.Step)
	}
	t.history.Metrics = append(t.history.Metrics, ms...)
}
