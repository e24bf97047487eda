package stages

import (
	"encoding/json"
	"math"
	"slices"

	"sprout/core/gen"
	"sprout/core/parallel"
	"sprout/core/problem"
	"sprout/core/tensor"
)

// practice is how a policy learns from its own answers. An iteration is
//
//	prompts → answers → rewards → what the reference and the critic say of them
//	→ advantages → several epochs of minibatches, each a step
//
// Everything up to the advantages is done in parts between two steps, with the
// weights as the last step left them, and is a function of weights, seed and
// memory: a run that is saved before the first of these steps begins the iteration
// again and comes to the same bits. After it the answers are part of the memory.
type practice struct {
	*opened
	learner learner
	source  rewardSource
	train   []task
	batch   int // answers of a step
	prompts int // tasks of an iteration
	epochs  int
	limit   int // most tokens of an answer
	critic  bool

	memory practiceMemory
	before practiceMemory // as the iteration in progress began
	saved  practiceMemory // what belongs to the weights that are kept
	work   *gathering     // answers that are not all there yet
	rows   experienceRows
	order  shuffled
}

// practiceMemory is the state of a practice beside the weights.
type practiceMemory struct {
	Iteration int                `json:"iteration"` // counted from 1; 0 before the first
	Place     int                `json:"place"`     // in the endless list of tasks
	Attempts  []attempt          `json:"attempts,omitempty"`
	At        int                `json:"at"`              // minibatches of the iteration that were learned
	Over      bool               `json:"over,omitempty"`  // and no more of them are to be
	Beta      float64            `json:"beta,omitempty"`  // the price of KL
	Scale     *rewardScale       `json:"scale,omitempty"` // of a reward model's scores
	Trackers  []promptTracker    `json:"trackers,omitempty"`
	Measures  map[string]float64 `json:"measures,omitempty"` // of the iteration
	First     *Outcomes          `json:"first,omitempty"`    // of the first iteration, a part of them where they are many
}

// rewardScale shifts and scales scores: a reward model's have no origin and no
// unit, so its scores of the first answers are given mean 0 and deviation 1.
type rewardScale struct {
	Mean float64 `json:"mean"`
	Std  float64 `json:"std"`
}

// gathering are the answers of an iteration while they come in.
type gathering struct {
	pending []int // tasks to be answered, each as often as it stands there
	asked   int   // of them
	kept    []attempt
	dropped []attempt // those that the learner skips: measured, and not learned from
	sorted  int       // of kept
	groups  int       // seen so far
	unequal int       // of them
	rounds  int       // of filling up
	first   bool      // they begin the trackers
}

// partRows is how many answers are sampled in a part, per worker.
const partRows = writtenRows

// Streams of random numbers: of the order of an iteration's answers, and what is
// added to the step that chooses the random numbers of sampling.
const (
	streamMinibatch = 0x6d696e696261
	rolloutStep     = 1 << 40
	firstStep       = 2 << 40
	gaugeStep       = 3 << 40
)

// fillRounds is how often other tasks may take the place of those that teach
// nothing.
const fillRounds = 3

// state is that of the iteration's beginning until something was learned from it:
// that is also where a run goes back to that diverges in it.
func (p *practice) state() any {
	if p.work != nil || p.memory.At == 0 {
		return p.before
	}
	return p.memory
}

// keep notes the state in which the iteration began, where its first step is
// being made.
func (p *practice) keep() bool {
	if p.memory.At > 0 {
		return false
	}
	p.saved = p.before.clone()
	return true
}

func (p *practice) restore() { p.memory, p.before, p.work = p.saved.clone(), p.saved.clone(), nil }

// clone copies the memory without the answers.
func (m practiceMemory) clone() practiceMemory {
	m.Attempts, m.At, m.Over, m.Measures = nil, 0, false, nil
	m.Trackers = slices.Clone(m.Trackers)
	return m
}

// remember takes the memory of a checkpoint.
func (p *practice) remember(data json.RawMessage) error {
	if len(data) == 0 {
		return nil
	}
	if err := json.Unmarshal(data, &p.memory); err != nil {
		return problem.Wrap(err, "resume_state", nil, "What the checkpoint says about its run cannot be read.")
	}
	bad := problem.New("resume_state", nil, "What the checkpoint says about its run cannot be read.")
	m := &p.memory
	if m.At < 0 || m.Place < 0 || len(m.Trackers) != 0 && len(m.Trackers) != len(p.train) {
		return bad
	}
	for i := range m.Trackers {
		tr := &m.Trackers[i]
		if len(tr.LogProbs) != len(tr.Tokens) || !p.mayHaveSaid(tr.Tokens) || !(tr.A > 0 && tr.B > 0) {
			return bad
		}
	}
	for i := range m.Attempts {
		a := &m.Attempts[i]
		n := len(a.Tokens)
		if a.Task < 0 || a.Task >= len(p.train) || n == 0 || !p.mayHaveSaid(a.Tokens) || len(a.LogProbs) != n || len(a.Reference) != n ||
			len(a.Advantages) != n || a.Before != nil && !(a.Before.A > 0 && a.Before.B > 0 && len(m.Trackers) > 0) || p.critic && (len(a.Values) != n || len(a.Returns) != n) {
			return bad
		}
	}
	p.before = m.clone()
	return nil
}

// mayHaveSaid holds an answer against limit and vocabulary.
func (p *practice) mayHaveSaid(tokens []int32) bool {
	for _, id := range tokens {
		if id < 0 || int(id) >= p.cfg.Vocab {
			return false
		}
	}
	return len(tokens) <= p.limit
}

// minibatches of an epoch.
func (p *practice) minibatches() int { return (len(p.memory.Attempts) + p.batch - 1) / p.batch }

// gather makes a part of the next iteration, nil where there is something to
// learn from.
func (p *practice) gather(t *trainer) (*Part, error) {
	m := &p.memory
	if n := p.minibatches(); n > 0 && m.At < n*p.epochs && !m.Over {
		return nil, nil
	}
	if p.work == nil {
		p.before = m.clone()
		*m = m.clone()
		m.Iteration++
		p.work = p.begin()
	}
	w := p.work
	if w.asked < len(w.pending) {
		if err := p.ask(t); err != nil {
			return nil, err
		}
		if w.asked == len(w.pending) {
			p.sort()
		}
		return &Part{"rollout", 0.8 * float64(w.asked) / float64(len(w.pending))}, nil
	}
	if err := p.finish(t); err != nil {
		return nil, err
	}
	return &Part{"score", 1}, nil
}

// begin chooses the tasks of an iteration.
func (p *practice) begin() *gathering {
	if f, ok := p.learner.(firstSampling); ok && p.memory.Trackers == nil && f.firstSamples() > 0 {
		w := &gathering{first: true}
		for i := range p.train {
			for range f.firstSamples() {
				w.pending = append(w.pending, i)
			}
		}
		return w
	}
	w := &gathering{}
	w.add(p.learner.choose(p), p.learner.group())
	return w
}

func (w *gathering) add(tasks []int, group int) {
	for _, task := range tasks {
		for range group {
			w.pending = append(w.pending, task)
		}
	}
}

// next are the following n tasks of the endless list that goes through all.
func (p *practice) next(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = p.order.at(p.memory.Place)
		p.memory.Place++
	}
	return out
}

// ask has the next pending tasks answered and the answers scored.
func (p *practice) ask(t *trainer) error {
	w := p.work
	now := w.pending[w.asked:min(len(w.pending), w.asked+partRows*t.group.Workers())]
	step := uint64(rolloutStep)
	if w.first {
		step = firstStep
	}
	answers, err := p.answers(t, p.train, now, step+uint64(p.memory.Iteration), uint64(w.asked))
	if err != nil {
		return err
	}
	w.kept = append(w.kept, answers...)
	w.asked += len(now)
	return nil
}

// answers samples and scores. Answer i draws from the seed, step and first + i.
func (p *practice) answers(t *trainer, tasks []task, asked []int, step, first uint64) ([]attempt, error) {
	prompts := make([][]int32, len(asked))
	for i, n := range asked {
		prompts[i] = tasks[n].tokens
	}
	said, err := t.Rollout(prompts, gen.Options{
		Sampling: gen.Sampling{Temperature: p.values["temperature"]}, MaxTokens: p.limit, Seed: p.seed, Step: step, First: first,
	})
	if err != nil {
		return nil, err
	}
	out := make([]attempt, len(said))
	for i, s := range said {
		out[i] = attempted(asked[i], s)
	}
	return out, p.source.score(t, &attemptRows{tasks: tasks, T: p.rows.T}, out)
}

// sort settles the rewards of the answers that have come in since the last call,
// drops the groups that the learner skips, and has others answered in their place,
// as long as there are rounds left.
func (p *practice) sort() {
	w, G := p.work, p.learner.group()
	p.settle(w.kept, w.sorted)
	if w.first {
		return
	}
	kept := w.kept[:w.sorted]
	for at := w.sorted; at < len(w.kept); at += G {
		group := w.kept[at : at+G]
		rewards := rewardsIn(group)
		w.groups++
		if !allEqual(rewards) {
			w.unequal++
		}
		if p.learner.skips(rewards) {
			w.dropped = append(w.dropped, group...)
		} else {
			kept = append(kept, group...)
		}
	}
	last := w.kept[len(w.kept)-G:]
	missing := p.prompts - len(kept)/G
	switch {
	case missing > 0 && w.rounds < fillRounds:
		w.rounds++
		w.add(p.next(missing), G)
	case len(kept) == 0: // a step must be made, though it teaches nothing
		kept, w.dropped = append(kept, last...), w.dropped[:len(w.dropped)-G]
	}
	w.kept, w.sorted = kept, len(kept)
}

func rewardsIn(all []attempt) []float64 {
	out := make([]float64, len(all))
	for i := range all {
		out[i] = all[i].Reward
	}
	return out
}

// settle turns the scores of answers, from number first on, into rewards.
func (p *practice) settle(all []attempt, first int) {
	m := &p.memory
	if p.source.unscaled() && m.Scale == nil {
		m.Scale = scaleOf(all)
	}
	for i := range all[first:] {
		all[first+i].Reward = p.worth(&all[first+i])
	}
}

// worth is what an answer's score comes to as a reward.
func (p *practice) worth(a *attempt) float64 {
	reward := p.memory.Scale.of(a.Score)
	if x, ok := p.learner.(penalising); ok {
		reward -= x.penalty(len(a.Tokens))
	}
	return reward
}

// scaleOf gives answers' scores mean 0 and deviation 1.
func scaleOf(all []attempt) *rewardScale {
	s := &rewardScale{}
	n := float64(len(all))
	for i := range all {
		s.Mean += all[i].Score / n
	}
	for i := range all {
		d := all[i].Score - s.Mean
		s.Std += d * d / n
	}
	if s.Std = math.Sqrt(s.Std); s.Std < 1e-6 {
		s.Std = 1
	}
	return s
}

func (s *rewardScale) of(score float64) float64 {
	if s == nil {
		return score
	}
	return (score - s.Mean) / s.Std
}

// penalising is a learner that takes something off the reward of long answers.
type penalising interface{ penalty(tokens int) float64 }

// finish has the reference and the critic read the answers and settles what each
// token is worth. The first samples become trackers, and the iteration begins
// anew with them.
func (p *practice) finish(t *trainer) error {
	w, m := p.work, &p.memory
	if w.first {
		p.learner.(firstSampling).begin(p, w.kept)
		p.work = p.begin()
		return nil
	}
	rows := &p.rows.attemptRows
	refer := func(a *attempt, lp []float32) { a.Reference = slices.Clone(lp) }
	err := rows.read(t, referenceService, w.kept, refer)
	if err == nil {
		err = rows.read(t, referenceService, w.dropped, refer)
	}
	if err == nil && p.critic {
		err = rows.read(t, valuesService, w.kept, func(a *attempt, v []float32) { a.Values = slices.Clone(v) })
	}
	if err != nil {
		return err
	}
	measures := p.tellAnswers(w)
	if m.Iteration == 1 {
		if measures["logprob_gap"], err = p.compare(t, w.kept); err != nil {
			return err
		}
	}
	m.Measures = measures
	if m.First == nil && m.Iteration == 1 {
		first := p.outcomes(spread(w.kept, keptFirst))
		m.First = &first
	}
	if err := p.learner.credit(p, t, w.kept); err != nil {
		return err
	}
	m.Attempts, m.At, m.Over = w.kept, 0, false
	p.work = nil
	return nil
}

// logProbGap is the largest difference that is to be expected between the
// log-probabilities of the rollout, by the KV cache and in double precision, and
// those of training.
const logProbGap = 1e-4

// compare has the policy read its own answers again: a rollout of other weights,
// another temperature or a wrong place in the cache would show here. A gap is
// noted and shown; it does not stop the run.
func (p *practice) compare(t *trainer, all []attempt) (gap float64, err error) {
	err = p.rows.attemptRows.read(t, policyService, all, func(a *attempt, now []float32) {
		for i, lp := range now {
			gap = max(gap, math.Abs(float64(lp)-float64(a.LogProbs[i])))
		}
	})
	if err == nil && gap > logProbGap {
		t.notes = append(t.notes, problem.New("note_logprob_gap", problem.Args{"gap": gap, "limit": logProbGap},
			"Sampling and training disagree about the probability of a token by %.2g nats, more than the %.0e that rounding explains. The run goes on; where its curves look odd, begin again without the GPU.", gap, logProbGap))
	}
	return gap, err
}

// tellAnswers are the measures of an iteration's answers; see attemptMeasures. They
// are of all that were sampled, whether they are learned from or not: where groups
// without a better answer are left out, the others say nothing of the policy.
func (p *practice) tellAnswers(w *gathering) map[string]float64 {
	out := measureAttempts(p.train, slices.Concat(w.kept, w.dropped))
	out["iteration"] = float64(p.memory.Iteration)
	if p.learner.group() > 1 {
		out["unequal_groups"] = float64(w.unequal) / float64(w.groups)
	}
	return out
}

// fill makes the batch of the next minibatch: the answers of the iteration in an
// order of its own in every epoch.
func (p *practice) fill(_ int, b *parallel.Batch) {
	m := &p.memory
	per := p.minibatches()
	rng := tensor.NewRNG(p.seed, streamMinibatch, uint64(m.Iteration), uint64(m.At/per))
	order := rng.Perm(len(m.Attempts))
	from := m.At % per * p.batch
	var now []*attempt
	for _, i := range order[from:min(len(order), from+p.batch)] {
		now = append(now, &m.Attempts[i])
	}
	p.rows.fill(p, now, b)
}

// tell adds what a step measures: of the iteration's answers, and over the tokens
// of the minibatch.
func (p *practice) tell(m Metrics, sums []float64, b *parallel.Batch) Metrics {
	n := 0.0
	for _, x := range b.Floats[0] {
		n += float64(x)
	}
	drift := sums[sumDrift] / n
	m.measured(p.memory.Measures)
	m.measured(map[string]float64{
		"clip_fraction": sums[sumClipped] / n, "approx_kl": drift, "ratio": sums[sumRatio] / n, "entropy": sums[sumEntropy] / n,
	})
	for i, name := range p.learner.measures() {
		m.Measures[name] = sums[learnerSums+i] / n
	}
	p.memory.At++
	if target := p.values["target_kl"]; target > 0 && drift > target {
		p.memory.Over = true
	}
	return m
}

// over says that the policy has moved too far from the one that gave the answers:
// the step in which that shows is the first that does not learn from them.
func (p *practice) over() bool { return p.memory.Over }

func init() {
	problem.Register(map[string]string{
		"note_logprob_gap": "note: rollout and training disagree about log-probabilities: gap, limit",
	})
	registerMeasures(map[string]string{
		"iteration":     "whose answers are learned from, counted from 1",
		"clip_fraction": "tokens whose clip took something away",
		"approx_kl":     "KL from the policy that sampled, nats per token (k3)",
		"ratio":         "mean ρ",
		"entropy":       "of the policy, nats per token",
		"logprob_gap":   "in the first iteration, how far rollout and training disagree; see compare",
	})
}
