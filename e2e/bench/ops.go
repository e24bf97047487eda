package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"text/tabwriter"

	"sprout/core/op"
	"sprout/e2e/bench/lab"
	"sprout/e2e/bench/workload"
)

// workbench checks an operation against the reference, natively and in the
// browser, and then says how fast it is in every shape of a training step of
// both workloads, beside the peak of exact arithmetic there.
func workbench(place lab.Lab, r workload.Request) error {
	places := []lab.Lab{lab.Native{}}
	if place != (lab.Native{}) {
		places = append(places, place)
	}
	reports := make([]workload.OpReport, len(places))
	for i, p := range places {
		if err := p.Run(r, &reports[i]); err != nil {
			return err
		}
		if err := checked(reports[i], placeNames[i]); err != nil {
			return err
		}
	}
	for i, x := range reports {
		fmt.Printf("%-8s  %d checks against the reference passed; peak of one core %.1f GFLOP/s: multiplications and additions, %d lanes\n",
			placeNames[i], x.Passed, x.Peak, x.Lanes)
	}
	for _, name := range []string{"char", "large", ""} {
		if err := opTable(os.Stdout, reports, name); err != nil {
			return err
		}
	}
	return nil
}

var placeNames = []string{"native", "Chromium"}

// checked is an error where the operation does not agree with the reference.
func checked(r workload.OpReport, place string) error {
	for _, f := range r.Failed {
		fmt.Fprintf(os.Stderr, "%s: %s\n", place, f)
	}
	if len(r.Failed) > 0 {
		return fmt.Errorf("%s: %d checks against the reference failed, %d passed: nothing was timed", place, len(r.Failed), r.Passed)
	}
	if r.Passed == 0 {
		return errors.New("no check covers this operation: nothing was timed")
	}
	return nil
}

// opTable writes the calls of one workload, each place in columns of its own.
// GFLOP/s where arithmetic bounds, with the share of the peak, else GB/s.
func opTable(out io.Writer, reports []workload.OpReport, name string) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	var kinds []op.Kind
	sums := map[op.Kind][]rate{}
	began := false
	for i, x := range reports[0].Times {
		if x.Workload != name {
			continue
		}
		if !began {
			began = true
			heading(w, reports, name)
		}
		if sums[x.Kind] == nil {
			kinds = append(kinds, x.Kind)
			sums[x.Kind] = make([]rate, len(reports))
		}
		fmt.Fprintf(w, "%d\t", x.Count)
		for j, r := range reports {
			one := rateOf(r.Times[i])
			sums[x.Kind][j].add(one, x.Count)
			fmt.Fprint(w, one.cells(x.Kind, r.Peak))
		}
		slow := "–"
		if x.Ref != nil {
			r := rateOf(x)
			r.seconds = *x.Ref
			slow = fmt.Sprintf("%.2f", r.per(x.Kind))
		}
		fmt.Fprintf(w, "%s\t%s\t  %s %s\n", slow, unit(x.Kind), x.Kind, x.Call)
	}
	if began && name != "" {
		for _, k := range kinds {
			fmt.Fprint(w, "\t")
			for j, r := range reports {
				fmt.Fprint(w, sums[k][j].cells(k, r.Peak))
			}
			fmt.Fprintf(w, "\t%s\t  %s, all calls of a step\n", unit(k), k)
		}
	}
	return w.Flush()
}

func heading(w io.Writer, reports []workload.OpReport, name string) {
	title := "A training step of " + name
	if name == "" {
		title = "Beside the models"
	}
	fmt.Fprintf(w, "\n%s\ncalls\t", title)
	for i := range reports {
		fmt.Fprintf(w, "%s µs\trate\tof peak\t", placeNames[i])
	}
	fmt.Fprintln(w, "ref\t\t")
}

func unit(k op.Kind) string {
	if workload.Compute(k) {
		return "GFLOP/s"
	}
	return "GB/s"
}

// rate is work and the time it took.
type rate struct{ seconds, flops, bytes float64 }

func rateOf(x workload.OpTime) rate { return rate{x.Simd, float64(x.FLOPs), float64(x.Bytes)} }

func (r *rate) add(x rate, times int) {
	r.seconds += float64(times) * x.seconds
	r.flops += float64(times) * x.flops
	r.bytes += float64(times) * x.bytes
}

// per is GFLOP/s or GB/s, whichever bounds the operation.
func (r rate) per(k op.Kind) float64 {
	if workload.Compute(k) {
		return r.flops / r.seconds / 1e9
	}
	return r.bytes / r.seconds / 1e9
}

func (r rate) cells(k op.Kind, peak float64) string {
	if workload.Compute(k) {
		return fmt.Sprintf("%.1f\t%.1f\t%.2f\t", r.seconds*1e6, r.per(k), r.per(k)/peak)
	}
	return fmt.Sprintf("%.1f\t%.1f\t\t", r.seconds*1e6, r.per(k))
}
