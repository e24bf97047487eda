package journey

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// Print writes the report for people: the time of every step, then every aim
// with what was measured.
func (r Report) Print(w io.Writer) error {
	fmt.Fprintf(w, "Journey %s, seeds %s, %s, %d cores\n\n", r.Preset, strings.Trim(fmt.Sprint(r.Seeds), "[]"), r.Where, r.Cores)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "step\tstage\tseconds\tmeasuring\t")
	for _, key := range r.Keys {
		s := r.Stages[key]
		fmt.Fprintf(t, "%s\t%s\t%.1f\t%.1f\t%s\n", key, s.Stage, s.Seconds, s.MeasureSeconds, strings.Join(s.Errors, "; "))
	}
	fmt.Fprintf(t, together+"\t\t%.1f\t%.1f\t\n\n", r.Seconds, r.MeasureSeconds)
	fmt.Fprintln(t, "step\tmetric\taim\tmeasured\t\t")
	met := 0
	for _, v := range r.Aims {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\n", v.Key, v.Metric, v.wanted(), v.found(), v.mark())
		if v.Met {
			met++
		}
	}
	if err := t.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "\n%d of %d aims are met\n", met, len(r.Aims))
	return err
}

func (v Verdict) wanted() string {
	if v.Than != "" {
		return v.Relation + " " + v.Than
	}
	return fmt.Sprintf("%s %.2f", v.Relation, v.Value)
}

func (v Verdict) found() string {
	switch {
	case v.Missing:
		return "–"
	case v.Than != "":
		return fmt.Sprintf("%.3f (%.3f)%s", v.Measured, v.Against, v.reach())
	}
	return fmt.Sprintf("%.3f%s", v.Measured, v.reach())
}

func (v Verdict) reach() string {
	if v.Min == v.Max {
		return ""
	}
	return fmt.Sprintf(" %.3f … %.3f", v.Min, v.Max)
}

func (v Verdict) mark() string {
	if v.Met {
		return "✓"
	}
	return "✗"
}
