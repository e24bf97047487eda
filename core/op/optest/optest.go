// Package optest holds what every backend must do as a library: conformance
// against the reference backend, equal bits for a row in any batch, causality
// and other properties. It needs no files and no testing package, so that the
// page's self-test runs the same cases as go test.
package optest

import (
	"fmt"
	"math"
	"slices"

	"sprout/core/backend"
	"sprout/core/op"
)

// Standard is what a backend is held to.
type Standard struct {
	// Limit is the normalised mean squared error, Σ(got−want)²/Σwant², up to which
	// an output agrees with the reference.
	Limit float64
	// Bits asks that packed documents give the same bits as alone; otherwise they
	// agree within Limit.
	Bits bool
}

// The standard of backends whose order of summation is their own, and that of
// devices whose compilers and number formats are not.
var (
	Exact = Standard{Limit: 1e-7, Bits: true}
	Close = Standard{Limit: 1e-6}
)

// Result is the outcome of one check.
type Result struct {
	Kind    op.Kind
	Name    string  // operation, sizes, output
	OK      bool    // also true when skipped
	Skipped bool    // the backend does not support the operation
	NMSE    float64 // where numbers are compared
	Detail  string  // what went wrong
}

func (r Result) String() string {
	switch {
	case r.Skipped:
		return r.Name + ": not supported"
	case r.OK:
		return r.Name + ": ok"
	default:
		return r.Name + ": " + r.Detail
	}
}

// All is the whole library by the exact standard.
func All(be backend.Backend) []Result { return Exact.All(be) }

// All runs every check of the library on a backend. The backend may hold other
// buffers meanwhile; all that is allocated is freed.
func (s Standard) All(be backend.Backend) []Result {
	return slices.Concat(s.Run(be), RowInvariance(be), s.properties(be))
}

// Failures are the results that are not OK.
func Failures(rs []Result) []Result {
	var bad []Result
	for _, r := range rs {
		if !r.OK {
			bad = append(bad, r)
		}
	}
	return bad
}

// Run is every case by the exact standard.
func Run(be backend.Backend) []Result { return Exact.Run(be) }

// Run holds every operation, gradients included, against the reference in
// float32.
func (s Standard) Run(be backend.Backend) []Result {
	var rs []Result
	for _, c := range Cases() {
		rs = append(rs, s.RunCase(be, c)...)
	}
	return rs
}

// RunCase is one case by the exact standard.
func RunCase(be backend.Backend, c Case) []Result { return Exact.RunCase(be, c) }

// RunCase compares one case: the operation, and every operation that its
// gradient is made of. Each is computed from the reference's own inputs, so that
// errors do not add up.
func (s Standard) RunCase(be backend.Backend, c Case) []Result {
	calls, err := c.expand()
	if err != nil {
		return []Result{{Kind: c.Kind, Name: c.String(), Detail: err.Error()}}
	}
	var rs []Result
	for _, k := range calls {
		name := c.String()
		if k.kind != c.Kind {
			name = fmt.Sprintf("%s of %s", k.kind, c)
		}
		rs = append(rs, k.compare(be, name, c, s)...)
	}
	return rs
}

// compare runs one recorded call on be.
func (k recorded) compare(be backend.Backend, name string, c Case, s Standard) (rs []Result) {
	if !be.Supports(k.kind) {
		return []Result{{Kind: k.kind, Name: name, OK: true, Skipped: true}}
	}
	defer func() {
		if p := recover(); p != nil {
			rs = append(rs, Result{Kind: k.kind, Name: name, Detail: fmt.Sprint("panic: ", p)})
		}
	}()
	got, err := k.run(be)
	if err != nil {
		return []Result{{Kind: k.kind, Name: name, Detail: err.Error()}}
	}
	limit := s.Limit
	if c.Limit > 0 {
		limit = max(limit, c.Limit)
	}
	for i, want := range k.out {
		r := Result{Kind: k.kind, Name: name, NMSE: nmse(got[i], want.F)}
		if len(k.out) > 1 {
			r.Name = fmt.Sprintf("%s, output %d", name, i)
		}
		if c.Abs > 0 {
			r.OK = largest(got[i], want.F) <= c.Abs
		} else {
			r.OK = r.NMSE <= limit
		}
		if !r.OK {
			r.Detail = fmt.Sprintf("NMSE %.3g; %s", r.NMSE, worst(got[i], want.F))
		}
		rs = append(rs, r)
	}
	return rs
}

// nmse is Σ(got−want)²/Σwant², or Σgot² where want is zero.
func nmse(got, want []float32) float64 {
	var diff, size float64
	for i, w := range want {
		d := float64(got[i]) - float64(w)
		diff += d * d
		size += float64(w) * float64(w)
	}
	if size == 0 {
		return diff
	}
	return diff / size
}

// largest is the largest error of an element, NaN if any is NaN.
func largest(got, want []float32) float64 {
	most := 0.0
	for i, w := range want {
		most = max(most, math.Abs(float64(got[i])-float64(w)))
	}
	return most
}

// worst describes the element that is farthest off.
func worst(got, want []float32) string {
	at, most := 0, -1.0
	for i := range want {
		d := float64(got[i]) - float64(want[i])
		if d != d {
			at = i
			break
		}
		if d*d > most {
			at, most = i, d*d
		}
	}
	return fmt.Sprintf("element %d of %d is %v, not %v", at, len(want), got[at], want[at])
}

// op.Builder is implemented by the recorder of expand.
var _ op.Builder = (*recorder)(nil)
