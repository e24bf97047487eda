package journey

import (
	"fmt"
	"strings"

	"sprout/stages"
)

// Event tells where a journey stands.
type Event struct {
	Seed   uint64 `json:"seed"`
	Key    string `json:"key"`
	Number int    `json:"number"` // of the step, from 1
	Of     int    `json:"of"`
	// Doing is "town", "tokenizer", "prepare", "train", "measure", "made", "kept"
	// (it lay on the shelf) or "failed".
	Doing string          `json:"doing"`
	Done  float64         `json:"done"`           // of that, 0 … 1
	Last  *stages.Metrics `json:"last,omitempty"` // train: the newest step
	Row   *Row            `json:"row,omitempty"`  // made, kept, failed
}

// String is a line for people.
func (e Event) String() string {
	head := fmt.Sprintf("seed %d, %d/%d %s: ", e.Seed, e.Number, e.Of, e.Key)
	switch {
	case e.Doing == "failed":
		return head + e.Row.Error
	case e.Row != nil:
		return head + e.Doing + e.Row.figures()
	case e.Last != nil:
		return head + fmt.Sprintf("step %d, loss %.3f, %.0f s left", e.Last.Step, e.Last.TrainLoss, e.Last.SecondsLeft)
	}
	return head + fmt.Sprintf("%s, %.0f %%", e.Doing, 100*e.Done)
}

// figures are the time and what the aims ask for.
func (r Row) figures() string {
	var b strings.Builder
	fmt.Fprintf(&b, ", %.1f s and %.1f s of measuring", r.Seconds, r.MeasureSeconds)
	for _, a := range Aims {
		if x, ok := r.Metrics[a.Metric]; ok && a.Key == r.Key {
			fmt.Fprintf(&b, ", %s %.3f", a.Metric, x)
		}
	}
	return b.String()
}
