package journey

import (
	"cmp"
	"encoding/json"
	"errors"
	"math"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"sprout/core/backend"
	"sprout/core/backend/simd"
	"sprout/core/problem"
	"sprout/core/world"
	"sprout/stages"
)

// memory is a shelf.
type memory map[string]*Kept

func (m memory) Take(_ uint64, key string) (*Kept, error) { return m[key], nil }

func (m memory) Keep(_ uint64, k *Kept) error {
	m[k.Row.Key] = k
	return nil
}

// tiny makes the tiny journey and tells what became of each step.
func tiny(t *testing.T, m memory, change func(*Options)) (Passage, map[string]string) {
	t.Helper()
	p, err := FindPreset("tiny")
	require.NoError(t, err)
	became := map[string]string{}
	clock := 0.0
	o := Options{
		Preset: p, Seed: 1, Shelf: m,
		Setup: stages.Setup{
			NewBackend: func() (backend.Backend, error) { return simd.New(), nil },
			Workers:    1,
			Now:        func() float64 { clock += 1000; return clock },
		},
		Tell: func(e Event) error {
			require.NotEmpty(t, e.String())
			if e.Last != nil {
				for name := range e.Last.Measures {
					require.NotEmpty(t, stages.Measures[name], "%s: %s is told but not registered", e.Key, name)
				}
			}
			if e.Row != nil {
				became[e.Key] = e.Doing
			}
			return nil
		},
	}
	if change != nil {
		change(&o)
	}
	out, err := Run(o)
	require.NoError(t, err)
	return out, became
}

// ownMetrics are what the journey itself measures, beside what its stages tell.
var ownMetrics = regexp.MustCompile(`^(memory_mb|heldout_loss|\w+_bpb|win_rate_vs_sft|score_\w+|grade_\w+|hacked|ranked|label_\w+` +
	`|pairs|asked|alike|too_long|base_\w+_shot|base_\w+_plain|\w+_few_shot|alone_\w+)$`)

func TestTiny(t *testing.T) {
	m := memory{}
	out, became := tiny(t, m, nil)
	require.Len(t, out.Rows, len(steps))
	models := map[string]string{}
	for i, row := range out.Rows {
		require.Equal(t, steps[i].Key, row.Key)
		require.Empty(t, row.Error, row.Key)
		require.Equal(t, "made", became[row.Key])
		require.Positive(t, row.Seconds, row.Key)
		require.Positive(t, row.MeasureSeconds, row.Key)
		require.Equal(t, float64(row.Steps), row.Settings["steps"])
		for name := range row.Metrics {
			if !ownMetrics.MatchString(name) {
				require.NotEmpty(t, stages.Measures[name], "%s: %s is told but not registered", row.Key, name)
			}
		}
		meta := m[row.Key].Model.Meta
		require.Equal(t, row.Checkpoint, meta.ID)
		require.Equal(t, models[cmp.Or(steps[i].Parent, steps[i].Teacher)], meta.Parent, row.Key)
		models[row.Key] = meta.ID
	}
	report := NewReport("tiny", []Passage{out})
	for _, v := range report.Aims {
		if v.Metric == "recovered" {
			continue // of nothing
		}
		require.False(t, v.Missing, "%s %s", v.Key, v.Metric)
	}
	require.Equal(t, 1.0, report.Stages["lora"].Metrics["base_identical"])
	require.Contains(t, report.Stages["sft"].Metrics, "base_exact_match_combos_few_shot")
	_, err := json.Marshal(report)
	require.NoError(t, err)

	// Again: everything lies there.
	again, became := tiny(t, m, nil)
	require.Equal(t, out, again)
	for _, key := range Keys() {
		require.Equal(t, "kept", became[key])
	}

	// A changed setting has its step made anew, and what comes of it.
	again, became = tiny(t, m, func(o *Options) {
		o.Only, o.Set = []string{"reward"}, map[string]float64{"sft.steps": 2}
	})
	require.Equal(t, map[string]string{"pretrain": "kept", "sft": "made", "reward": "made"}, became)
	require.Len(t, again.Rows, 3)
	require.Equal(t, out.Rows[0], again.Rows[0])
	require.NotEqual(t, out.Rows[1].Checkpoint, again.Rows[1].Checkpoint)

	_, became = tiny(t, m, func(o *Options) {
		o.Only, o.From, o.Set = []string{"pretrain", "sft"}, "sft", map[string]float64{"sft.steps": 2}
	})
	require.Equal(t, "made", became["sft"])

	// What fails takes those with it that need it, and no others.
	again, became = tiny(t, m, func(o *Options) {
		o.Set = map[string]float64{"sft.lr": -1, "pretrain.steps": 12}
	})
	require.Equal(t, "failed", became["sft"])
	for _, row := range again.Rows {
		switch row.Key {
		case "pretrain":
			require.Empty(t, row.Error)
		case "sft":
			require.Equal(t, "param_range", row.Code)
		default:
			require.Equal(t, "journey_needs", row.Code)
		}
	}
	for _, v := range NewReport("tiny", []Passage{again}).Aims {
		require.Equal(t, v.Key != "pretrain", v.Missing, v.Key)
	}
}

func TestBadOptions(t *testing.T) {
	_, err := FindPreset("huge")
	require.Equal(t, "journey_preset", problem.From(err).Code)
	p, err := FindPreset("tiny")
	require.NoError(t, err)
	for _, c := range []struct {
		code string
		o    Options
	}{
		{"journey_step", Options{Only: []string{"bake"}}},
		{"journey_step", Options{From: "bake"}},
		{"journey_setting", Options{Set: map[string]float64{"bake.lr": 1}}},
		{"journey_setting", Options{Set: map[string]float64{"lr": 1}}},
	} {
		c.o.Preset = p
		_, err := Run(c.o)
		require.Equal(t, c.code, problem.From(err).Code)
	}
	stop := errors.New("enough")
	for _, at := range []string{"town", "tokenizer", "prepare"} {
		_, err = Run(Options{
			Preset: p, Seed: 1, Only: []string{"pretrain"},
			Setup: stages.Setup{
				NewBackend: func() (backend.Backend, error) { return simd.New(), nil }, Workers: 1,
				Now: clock(),
			},
			Tell: func(e Event) error {
				if e.Doing == at {
					return stop
				}
				return nil
			},
		})
		require.ErrorIs(t, err, stop, at)
	}
}

func clock() func() float64 {
	ms := 0.0
	return func() float64 { ms += 100; return ms }
}

// The steps come in an order in which each finds what it needs, and the aims
// belong to steps of the journey or of one to come.
func TestSteps(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range steps {
		require.False(t, seen[s.Key], s.Key)
		_, err := stages.Find(s.Stage)
		require.NoError(t, err)
		for _, need := range s.after() {
			require.True(t, seen[need], "%s before %s", need, s.Key)
		}
		seen[s.Key] = true
	}
	for _, p := range Presets {
		for key := range p.Params {
			require.True(t, seen[key], key)
		}
	}
}

func TestReport(t *testing.T) {
	row := func(seed uint64, key string, seconds float64, metrics map[string]float64) Row {
		return Row{Key: key, Stage: key, Preset: "quick", Seed: seed, Seconds: seconds, Metrics: metrics}
	}
	r := NewReport("quick", []Passage{
		{Seed: 3, Rows: []Row{row(3, "pretrain", 10, map[string]float64{"heldout_bpb": 1.4, "trigram_bpb": 1.5, "fact_recall": 0.9}), row(3, "reward", 1, map[string]float64{"pair_accuracy": 0.8})}},
		{Seed: 4, Rows: []Row{row(4, "pretrain", 30, map[string]float64{"heldout_bpb": 1.6, "trigram_bpb": 1.5, "fact_recall": 0.97}), row(4, "reward", 2, map[string]float64{"pair_accuracy": 0.9})}},
		{Seed: 5, Rows: []Row{row(5, "pretrain", 20, map[string]float64{"heldout_bpb": 1.3, "trigram_bpb": 1.5, "fact_recall": 0.96}), {Key: "reward", Seed: 5, Error: "no", Seconds: 4}}},
	})
	require.Equal(t, []uint64{3, 4, 5}, r.Seeds)
	require.Equal(t, 24.0, r.Seconds) // of 11, 32 and 24
	require.Equal(t, []string{"pretrain", "reward"}, r.Keys)
	p := r.Stages["pretrain"]
	require.Equal(t, 20.0, p.Seconds)
	require.Equal(t, 0.96, p.Metrics["fact_recall"])
	require.Equal(t, Spread{0.9, 0.97}, p.Spread["fact_recall"])
	require.Len(t, r.Aims, 3)
	require.True(t, r.Aims[0].Met, "1.4 < 1.5")
	require.Equal(t, 1.5, r.Aims[0].Against)
	require.True(t, r.Aims[1].Met, "0.96 ≥ 0.95")
	require.False(t, r.Aims[2].Met, "a seed has failed")
	require.True(t, r.Aims[2].Missing)

	// Time is held against its aim where all steps were made.
	whole := Passage{Seed: 1}
	for _, key := range Keys() {
		whole.Rows = append(whole.Rows, row(1, key, 61, nil))
	}
	all := NewReport("quick", []Passage{whole}).Aims
	require.Equal(t, Verdict{Aim: atMost, Against: 900, Measured: 915, Min: 915, Max: 915}, all[len(all)-1])

	var b strings.Builder
	require.NoError(t, r.Print(&b))
	require.Contains(t, b.String(), "2 of 3 aims are met")
	require.Regexp(t, `pretrain +fact_recall +≥ 0.95 +0.960 0.900 … 0.970 +✓`, b.String())

	require.Equal(t, 0.0, median(nil))
	require.Equal(t, 2.5, median([]float64{4, 1, 3, 2}))
	require.Equal(t, 3.0, median([]float64{5, 1, 3}))
	for _, c := range []struct {
		relation string
		x        float64
		want     bool
	}{{"≥", 1, true}, {"≥", 0.9, false}, {"≤", 1, true}, {"≤", 1.1, false}, {"<", 1, false}, {"<", 0.9, true}, {">", 1, false}, {">", 1.1, true}} {
		require.Equal(t, c.want, Aim{Relation: c.relation}.holds(c.x, 1), c)
	}
}

// Two metrics are compared seed by seed, and a seed that lacks one has not met the aim.
func TestReportComparesSeedBySeed(t *testing.T) {
	judged := func(before, after []float64) Verdict {
		var runs []Passage
		for i := range before {
			m := map[string]float64{"score_before": before[i], "score_after": after[i]}
			for name, x := range m {
				if math.IsNaN(x) {
					delete(m, name)
				}
			}
			runs = append(runs, Passage{Seed: uint64(i), Rows: []Row{{Key: "ppo_beta0", Seed: uint64(i), Metrics: m}}})
		}
		for _, v := range NewReport("quick", runs).Aims {
			if v.Metric == "score_after" {
				return v
			}
		}
		panic("no such aim")
	}
	v := judged([]float64{0, 10, 20}, []float64{-1, 12, 19})
	require.Equal(t, []float64{12, 10}, []float64{v.Measured, v.Against})
	require.False(t, v.Met, "it fell with two seeds of three")
	require.True(t, judged([]float64{0, 10, 20}, []float64{1, 9, 21}).Met)
	for _, lacking := range [][2][]float64{
		{{0, math.NaN(), 0}, {1, 1, 1}}, {{0, 0, 0}, {1, math.NaN(), 1}},
	} {
		v := judged(lacking[0], lacking[1])
		require.True(t, v.Missing)
		require.False(t, v.Met)
	}

	row := Row{Key: "distill", Metrics: map[string]float64{"habit_kl": math.Inf(1), "recovered": 0.9}}
	row.drop()
	require.Equal(t, map[string]float64{"recovered": 0.9}, row.Metrics)
	require.Equal(t, "journey_figure", row.Code)
	require.Contains(t, row.Error, "habit_kl")
	_, err := json.Marshal(NewReport("quick", []Passage{{Rows: []Row{row}}}))
	require.NoError(t, err)

	estimate := func(low, high float64) stages.Estimate { return stages.Estimate{Low: low, High: high} }
	require.True(t, below(estimate(0.5, 0.6), estimate(0.7, 0.8)))
	require.False(t, below(estimate(0.5, 0.7), estimate(0.6, 0.8)))
}

// The languages of a preset are those that a town's id can name.
func TestPresets(t *testing.T) {
	for _, p := range Presets {
		require.LessOrEqual(t, len(p.Langs), 1)
		require.Contains(t, []world.Size{world.Quick, world.Standard}, p.Town)
	}
}
