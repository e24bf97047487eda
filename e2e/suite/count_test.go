package main

import (
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTally(t *testing.T) {
	c, err := tally(strings.NewReader(`
{"Action":"run","Package":"sprout/a","Test":"TestOne"}
{"Action":"pass","Package":"sprout/a","Test":"TestOne"}
{"Action":"run","Package":"sprout/a","Test":"TestMany"}
{"Action":"run","Package":"sprout/a","Test":"TestMany/x"}
{"Action":"run","Package":"sprout/a","Test":"TestMany/y"}
{"Action":"pass","Package":"sprout/a","Test":"TestMany/x"}
{"Action":"fail","Package":"sprout/a","Test":"TestMany/y"}
{"Action":"fail","Package":"sprout/a","Test":"TestMany"}
{"Action":"output","Package":"sprout/a","Test":"TestAway","Output":"    a_test.go:5: no shared folder\n"}
{"Action":"output","Package":"sprout/a","Test":"TestAway","Output":"--- SKIP: TestAway\n"}
{"Action":"skip","Package":"sprout/a","Test":"TestAway"}
{"Action":"fail","Package":"sprout/a"}
{"Action":"skip","Package":"sprout/empty"}
{"Action":"build-fail","ImportPath":"sprout/b"}
{"Action":"fail","Package":"sprout/c"}
not json
`), io.Discard)
	require.NoError(t, err)
	assert.Equal(t, 2, c.passed)
	assert.Equal(t, []string{"a TestMany/y", "sprout/b does not build", "sprout/c"}, c.failed)
	assert.Equal(t, []string{"a TestAway: a_test.go:5: no shared folder"}, c.skipped)
}

// A parent that fails after its subtests passed is a failure of its own.
func TestTallyParentAlone(t *testing.T) {
	c, err := tally(strings.NewReader(`
{"Action":"run","Package":"p","Test":"T"}
{"Action":"run","Package":"p","Test":"T/x"}
{"Action":"pass","Package":"p","Test":"T/x"}
{"Action":"fail","Package":"p","Test":"T"}
{"Action":"fail","Package":"p"}
`), io.Discard)
	require.NoError(t, err)
	assert.Equal(t, counts{passed: 1, failed: []string{"p T"}}, c)
}

func TestTallyVitest(t *testing.T) {
	c, err := tallyVitest(strings.NewReader(`{"testResults":[
		{"name":"/x/a.test.ts","status":"passed","assertionResults":[{"fullName":"one","status":"passed"},{"fullName":"two","status":"skipped"}]},
		{"name":"/x/b.test.ts","status":"failed","message":"cannot load","assertionResults":[]},
		{"name":"/x/c.test.ts","status":"failed","assertionResults":[{"fullName":"three","status":"failed"}]}]}`))
	require.NoError(t, err)
	assert.Equal(t, counts{passed: 1, failed: []string{"b.test.ts: cannot load", "three"}, skipped: []string{"two: skipped"}}, c)
	_, err = tallyVitest(strings.NewReader(`{`))
	assert.Error(t, err)
}
