package main

import (
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"sync"
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

func TestFolded(t *testing.T) {
	assert.Equal(t, []string{"4 tests: a_test.go:1: held natively (a A, a B, a C, b D)", "b E: x_test.go:2: no: y"},
		folded([]string{"a A: a_test.go:1: held natively", "a B: a_test.go:1: held natively", "b E: x_test.go:2: no: y", "a C: a_test.go:1: held natively", "b D: a_test.go:1: held natively"}))
}

// A phase begins when the one before has ended, and only if nothing is missing.
func TestRunGoesThroughPhases(t *testing.T) {
	t.Chdir(t.TempDir())
	require.NoError(t, os.MkdirAll(logs, 0o755))
	var mu sync.Mutex
	var ran []string
	meet := make(chan bool)
	named := func(name string, err error, more ...func()) step {
		return step{name: name, needed: name == "first", run: func(context.Context, *os.File) (counts, error) {
			for _, f := range more {
				f()
			}
			mu.Lock()
			defer mu.Unlock()
			ran = append(ran, name)
			return counts{passed: 1}, err
		}}
	}
	all := func(err error) []phase {
		return []phase{
			{{named("first", err)}},
			{{named("left", nil, func() { meet <- true })}, {named("right", nil, func() { <-meet })}},
			{{named("last", errors.New("no"))}},
		}
	}
	results := run(t.Context(), all(nil), "")
	require.Len(t, results, 4)
	assert.Equal(t, "first", ran[0])
	assert.ElementsMatch(t, []string{"left", "right"}, ran[1:3])
	assert.Equal(t, []string{"last: no"}, results[3].counts.failed)
	ran = nil
	run(t.Context(), all(errors.New("no compiler")), "")
	assert.Equal(t, []string{"first"}, ran)
	ran = nil
	run(t.Context(), all(nil), "las")
	assert.Equal(t, []string{"first", "last"}, ran)
}
