package journey

import (
	"math"
	"slices"
	"strings"

	"sprout/core/problem"
)

// Row is what became of one step.
type Row struct {
	Key    string `json:"key"`
	Stage  string `json:"stage"`
	Preset string `json:"preset"`
	Seed   uint64 `json:"seed"`
	// Seconds of the stage itself, from its preparation to its last step, with
	// what it measures on the way; for the first also of the town and the
	// tokenizer. MeasureSeconds are those of the figures below.
	Seconds        float64            `json:"seconds"`
	MeasureSeconds float64            `json:"measure_seconds"`
	Steps          int                `json:"steps"`
	Parameters     int                `json:"parameters"`
	Workers        int                `json:"workers"`
	Backend        string             `json:"backend,omitempty"` // that trained
	Settings       map[string]float64 `json:"settings"`          // as asked for, defaults included
	// Metrics by name; memory_mb is the main memory that all workers had taken
	// when the stage was over, with whatever else lives beside them.
	Metrics map[string]float64 `json:"metrics"`
	Error   string             `json:"error,omitempty"`
	Code    string             `json:"code,omitempty"` // of the problem
	// Checkpoint, and what it was made from.
	Checkpoint string   `json:"checkpoint,omitempty"`
	From       []string `json:"from,omitempty"`
}

// drop leaves out what is no number, which no report could be written with, and has
// the row say so by the problem "journey_figure". The model is there all the same.
func (r *Row) drop() {
	var lost []string
	for name, x := range r.Metrics {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			lost = append(lost, name)
			delete(r.Metrics, name)
		}
	}
	if lost == nil {
		return
	}
	slices.Sort(lost)
	names := strings.Join(lost, ", ")
	p := problem.New("journey_figure", problem.Args{"metrics": names}, "What was measured is no number: %s.", names)
	r.Error, r.Code = p.Error(), p.Code
}

// Passage is a journey from one seed.
type Passage struct {
	Seed   uint64 `json:"seed"`
	Preset string `json:"preset"`
	Rows   []Row  `json:"stages"`
}

// Spread is the least and the most of a figure over the seeds.
type Spread struct {
	Min float64 `json:"min"`
	Max float64 `json:"max"`
}

// Summary of a step over the seeds: medians.
type Summary struct {
	Stage          string   `json:"stage"`
	Preset         string   `json:"preset"`
	Seeds          []uint64 `json:"seeds"`
	Seconds        float64  `json:"seconds"`
	MeasureSeconds float64  `json:"measure_seconds"`
	// Metrics by name; memory_mb is the main memory that all workers had taken
	// when the stage was over, with whatever else lives beside them.
	Metrics map[string]float64 `json:"metrics"`
	Spread  map[string]Spread  `json:"spread,omitempty"` // with several seeds
	Errors  []string           `json:"errors,omitempty"`
}

// Report of a journey.
type Report struct {
	Where string   `json:"where"` // what it ran in
	Cores int      `json:"cores"`
	Seeds []uint64 `json:"seeds"`
	// Preset of the journey, and the medians of the time of all its steps.
	Preset         string             `json:"preset"`
	Seconds        float64            `json:"seconds"`
	MeasureSeconds float64            `json:"measure_seconds"`
	Keys           []string           `json:"keys"` // of the steps, in order
	Stages         map[string]Summary `json:"stages"`
	Aims           []Verdict          `json:"aims"`
	Runs           []Passage          `json:"runs"`
}

// NewReport sums up what was made from one or more seeds.
func NewReport(preset string, runs []Passage) Report {
	r := Report{Preset: preset, Runs: runs, Stages: map[string]Summary{}}
	var seconds, measured []float64
	for _, run := range runs {
		r.Seeds = append(r.Seeds, run.Seed)
		whole, measuring := 0.0, 0.0
		for _, row := range run.Rows {
			whole, measuring = whole+row.Seconds, measuring+row.MeasureSeconds
		}
		seconds, measured = append(seconds, whole), append(measured, measuring)
	}
	r.Seconds, r.MeasureSeconds = median(seconds), median(measured)
	for _, key := range Keys() {
		if s, ok := summarize(key, runs); ok {
			r.Keys, r.Stages[key] = append(r.Keys, key), s
		}
	}
	for _, a := range Aims {
		if _, made := r.Stages[a.Key]; made {
			r.Aims = append(r.Aims, r.judge(a))
		}
	}
	if len(r.Keys) == len(Keys()) {
		v := Verdict{Aim: atMost, Against: atMost.Value, Missing: true}
		if !r.failed() { // else it is not the time of all steps
			v.Missing, v.Measured, v.Min, v.Max = false, r.Seconds, slices.Min(seconds), slices.Max(seconds)
			v.Met = v.holds(v.Measured, v.Against)
		}
		r.Aims = append(r.Aims, v)
	}
	return r
}

// failed tells whether a step was not made with a seed.
func (r Report) failed() bool {
	for _, s := range r.Stages {
		if len(s.Errors) > 0 {
			return true
		}
	}
	return false
}

func summarize(key string, runs []Passage) (Summary, bool) {
	s := Summary{Metrics: map[string]float64{}}
	var seconds, measured []float64
	figures := map[string][]float64{}
	for _, run := range runs {
		for _, row := range run.Rows {
			if row.Key != key {
				continue
			}
			s.Stage, s.Preset, s.Seeds = row.Stage, row.Preset, append(s.Seeds, row.Seed)
			if row.Error != "" {
				s.Errors = append(s.Errors, row.Error)
				continue
			}
			seconds, measured = append(seconds, row.Seconds), append(measured, row.MeasureSeconds)
			for name, x := range row.Metrics {
				figures[name] = append(figures[name], x)
			}
		}
	}
	if len(s.Seeds) == 0 {
		return s, false
	}
	s.Seconds, s.MeasureSeconds = median(seconds), median(measured)
	for name, all := range figures {
		s.Metrics[name] = median(all)
		if len(all) > 1 {
			if s.Spread == nil {
				s.Spread = map[string]Spread{}
			}
			s.Spread[name] = Spread{slices.Min(all), slices.Max(all)}
		}
	}
	return s, true
}

// judge holds an aim against what every seed has come to: the median, or where two
// metrics are compared the median of their differences, since what they share
// differs between seeds more than they do. A seed without the figures, be it that
// its step failed, has not met the aim.
func (r Report) judge(a Aim) Verdict {
	v := Verdict{Aim: a, Against: a.Value}
	var figures, others, leads []float64
	for _, run := range r.Runs {
		for _, row := range run.Rows {
			if row.Key != a.Key {
				continue
			}
			x, ok := row.Metrics[a.Metric]
			other := a.Value
			if a.Than != "" {
				var known bool
				other, known = row.Metrics[a.Than]
				ok = ok && known
			}
			if !ok || row.Error != "" {
				return Verdict{Aim: a, Against: a.Value, Missing: true}
			}
			figures, others, leads = append(figures, x), append(others, other), append(leads, x-other)
		}
	}
	v.Measured, v.Min, v.Max, v.Against = median(figures), slices.Min(figures), slices.Max(figures), median(others)
	if v.Met = a.holds(v.Measured, v.Against); a.Than != "" {
		v.Met = a.holds(median(leads), 0)
	}
	return v
}

// median of numbers, 0 of none. Of an even number it is the mean of the two in
// the middle.
func median(x []float64) float64 {
	if len(x) == 0 {
		return 0
	}
	x = slices.Sorted(slices.Values(x))
	return (x[(len(x)-1)/2] + x[len(x)/2]) / 2
}
