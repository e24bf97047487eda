package static

import (
	"strconv"
	"strings"
)

// identity is the coding of a plain file.
const identity = "identity"

// encodings maps a content coding to the extension of its files.
var encodings = map[string]string{"br": ".br", "gzip": ".gz"}

// preference orders codings of equal weight, smallest result first.
var preference = []string{"br", "gzip"}

// negotiate picks the coding of highest weight among those available and
// identity (RFC 9110, 12.5.3). ok is false when even identity is refused.
func negotiate(acceptEncoding []string, available []string) (coding string, ok bool) {
	weight := map[string]float64{}
	for _, line := range acceptEncoding {
		for item := range strings.SplitSeq(line, ",") {
			name, params, _ := strings.Cut(item, ";")
			name = strings.ToLower(strings.TrimSpace(name))
			if name == "" {
				continue
			}
			if name == "x-gzip" {
				name = "gzip"
			}
			weight[name] = quality(params)
		}
	}
	of := func(coding string) float64 {
		if q, named := weight[coding]; named {
			return q
		}
		if q, any := weight["*"]; any {
			return q
		}
		if coding == identity {
			// Always acceptable unless excluded, and never chosen over a
			// coding that was asked for.
			return 1e-6
		}
		return 0
	}
	best := 0.0
	for _, c := range append(append([]string{}, available...), identity) {
		if q := of(c); q > best {
			coding, best = c, q
		}
	}
	return coding, best > 0
}

// quality reads "q=0.5"; a weight that cannot be read counts as none.
func quality(params string) float64 {
	for param := range strings.SplitSeq(params, ";") {
		key, value, found := strings.Cut(strings.TrimSpace(param), "=")
		if !found || !strings.EqualFold(strings.TrimSpace(key), "q") {
			continue
		}
		q, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
		if err != nil || !(q >= 0 && q <= 1) {
			return 0
		}
		return q
	}
	return 1
}
