package static

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestNegotiate(t *testing.T) {
	both := []string{"br", "gzip"}
	for _, c := range []struct {
		accept    []string
		available []string
		want      string
		ok        bool
	}{
		{nil, both, identity, true},
		{[]string{""}, both, identity, true},
		{[]string{"gzip, deflate, br, zstd"}, both, "br", true},
		{[]string{"gzip, deflate, br"}, []string{"gzip"}, "gzip", true},
		{[]string{"gzip;q=1.0, br;q=0.5"}, both, "gzip", true},
		{[]string{"gzip;q=0, br;q=0"}, both, identity, true},
		{[]string{"br;q=0.001"}, both, "br", true},
		{[]string{"identity, gzip;q=0.5"}, both, identity, true},
		{[]string{"identity;q=0.4, gzip;q=0.5"}, both, "gzip", true},
		{[]string{"*"}, both, "br", true},
		{[]string{"*;q=0.5, gzip"}, both, "gzip", true},
		{[]string{"*;q=0"}, both, "", false},
		{[]string{"identity;q=0"}, both, "", false},
		{[]string{"identity;q=0, gzip"}, both, "gzip", true},
		{[]string{"*;q=0, identity;q=0.1"}, both, identity, true},
		{[]string{"zstd"}, both, identity, true},
		{[]string{"GZIP"}, both, "gzip", true},
		{[]string{"x-gzip"}, both, "gzip", true},
		{[]string{" br ; Q = 0.3 , gzip ; q=0.2"}, both, "br", true},
		{[]string{"gzip", "br"}, both, "br", true},
		{[]string{"br;q=nonsense, gzip"}, both, "gzip", true},
		{[]string{"br;q=7, gzip"}, both, "gzip", true},
		{[]string{"br;q=NaN, gzip"}, both, "gzip", true},
		{[]string{",,;,"}, both, identity, true},
		{[]string{"br"}, nil, identity, true},
	} {
		got, ok := negotiate(c.accept, c.available)
		assert.Equal(t, c.ok, ok, "%q", c.accept)
		assert.Equal(t, c.want, got, "%q of %q", c.accept, c.available)
	}
}
