package stages

import (
	"fmt"
	"io"
	"text/tabwriter"
)

// cardOrder is the order in which a card is printed, and what its measures are.
var cardOrder = []struct {
	key  string
	unit string // "%": a share
}{
	{"exact_match_combos", "%"},
	{"exact_match_phrasings", "%"},
	{"exact_match_residents", "%"},
	{"exact_match_combos_plain", "%"},
	{"exact_match_phrasings_plain", "%"},
	{"exact_match_residents_plain", "%"},
	{"honest", "%"},
	{"false_refusals", "%"},
	{"polite", "%"},
	{"brief", "%"},
	{"language", "%"},
	{"score", ""},
	{"fact_recall", "%"},
	{"bits_per_byte", ""},
	{"kl", "nats"},
	{"kl_per_token", "nats"},
}

// WriteTable prints a card for people: a line for each measure, with its 95 %
// interval and what was counted.
func (c Card) WriteTable(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "%s (%s, preset %s, asked as %s)\n", c.Name, c.Stage, c.Preset, c.Form)
	row := func(key string, e Estimate, unit string) {
		if unit == "%" {
			fmt.Fprintf(t, "%s\t%.1f %%\t%.1f – %.1f\tn = %d\n", key, 100*e.Value, 100*e.Low, 100*e.High, e.N)
			return
		}
		fmt.Fprintf(t, "%s\t%.4f %s\t%.4f – %.4f\tn = %d\n", key, e.Value, unit, e.Low, e.High, e.N)
	}
	for _, m := range cardOrder {
		if e, ok := c.Measures[m.key]; ok {
			row(m.key, e, m.unit)
		}
	}
	if c.Reference != "" {
		fmt.Fprintf(t, "kl is measured to\t%s\n", c.Reference)
	}
	fmt.Fprintf(t, "parameters\t%d\n", c.Parameters)
	if c.Trained != c.Parameters {
		fmt.Fprintf(t, "in the checkpoint\t%d\n", c.Trained)
	}
	fmt.Fprintf(t, "bytes\t%d\n", c.Bytes)
	if c.TokensPerSec > 0 {
		fmt.Fprintf(t, "tokens/s\t%.0f\n", c.TokensPerSec)
	}
	if m := c.Match; m != nil {
		fmt.Fprintf(t, "\nagainst %s, temperature %g, seed %d\n", c.Opponent, c.Temperature, c.Seed)
		row("win_rate", m.WinRate, "%")
		fmt.Fprintf(t, "won, tied, lost\t%d, %d, %d\n", m.Wins, m.Ties, m.Losses)
		row("score", m.Score, "")
		row("its score", m.Against, "")
		row("gain", m.Gain, "")
		if m.KL != nil {
			row("kl", *m.KL, "nats")
			row("kl_per_token", *m.KLPerToken, "nats")
		}
	}
	return t.Flush()
}
