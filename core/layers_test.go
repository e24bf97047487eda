//go:build !js

// Package core has no code of its own; its test keeps the import rules of
// docs/ARCHITECTURE.md.
package core

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// layers lists what each package may import of the module. "x/..." is x and all
// below it. The longest name that fits counts.
var layers = map[string][]string{
	"core":         {}, // only this test
	"core/tensor":  {},
	"core/problem": {},
	// Bounds on untrusted JSON, before it is decoded.
	"core/jsonlimit": {},
	"core/op":        {"core/tensor"},

	"core/backend":        {"core/op", "core/tensor"},
	"core/backend/ref":    {"core/backend", "core/op", "core/tensor"},
	"core/backend/simd":   {"core/backend", "core/op", "core/tensor"},
	"core/backend/webgpu": {"core/backend", "core/op", "core/tensor"},

	"core/op/optest":           {"core/backend", "core/backend/ref", "core/op", "core/tensor"},
	"core/op/optest/gradcheck": {"core/autograd", "core/backend", "core/backend/ref", "core/op", "core/op/optest", "core/tensor"},

	"core/autograd": {"core/backend", "core/op", "core/tensor"},
	"core/optim":    {"core/autograd", "core/backend", "core/op", "core/tensor"},
	"core/parallel": {"core/autograd", "core/backend", "core/op", "core/tensor"},

	"core/text":       {"core/jsonlimit", "core/problem", "core/tensor"},
	"core/world":      {"core/tensor"},
	"core/checkpoint": {"core/jsonlimit", "core/problem", "core/tensor"},
	"core/judge":      {"core/problem"},
	// A store's conformance suite, for the tests of stores.
	"core/checkpoint/storetest": {"core/checkpoint", "core/problem", "core/tensor"},

	"core/nn":      {"core/autograd", "core/backend", "core/checkpoint", "core/op", "core/problem", "core/tensor"},
	"core/inspect": {"core/autograd", "core/nn", "core/problem", "core/tensor"},
	"core/gen":     {"core/autograd", "core/backend", "core/nn", "core/op", "core/problem", "core/tensor", "core/text"},

	"stages": {
		"core/autograd", "core/backend", "core/checkpoint", "core/gen", "core/nn", "core/op", "core/optim",
		"core/parallel", "core/problem", "core/tensor", "core/text", "core/world",
	},

	"journey":        {"stages", "core/..."},
	"journey/folder": {"journey", "core/checkpoint"},

	"wasm/protocol":     {},
	"wasm/protocol/gen": {"wasm/protocol", "stages", "core/..."},
	"wasm/...":          {"wasm/...", "journey", "stages", "core/..."},
	"cmd/...":           {"cmd/...", "journey/...", "stages", "core/..."},
	"e2e/...":           {"e2e/...", "cmd/...", "wasm/...", "journey/...", "stages", "core/..."},
}

// onlyHere names what few packages may import, wherever it stands.
var onlyHere = map[string][]string{
	"syscall/js":                  {"wasm/...", "core/backend/webgpu", "e2e/..."},
	"testing":                     {"core/checkpoint/storetest", "e2e/..."},
	"gonum.org/v1/gonum/diff/...": {"core/op/optest/gradcheck"},
	"github.com/stretchr/...":     {"core/checkpoint/storetest", "e2e/..."},
	"github.com/chromedp/...":     {"e2e/..."},
	"github.com/hack-pad/...":     {"wasm/..."},
	"github.com/invopop/...":      {"wasm/protocol/gen"},
	"github.com/pb33f/...":        {"wasm/protocol/gen"},
	"github.com/andybalholm/...":  {"cmd/...", "e2e/..."},
}

// absent must not be linked into a program, not even through others.
var absent = map[string][]string{
	"wasm":      {"testing", "gonum.org/...", "github.com/stretchr/...", "sprout/core/op/optest/gradcheck"},
	"cmd/serve": {"testing", "gonum.org/...", "github.com/stretchr/..."},
	"cmd/train": {"testing", "gonum.org/...", "github.com/stretchr/...", "sprout/core/backend/ref"},
}

type listed struct {
	ImportPath    string
	Imports, Deps []string
}

// list asks the go command for the module's packages and what they depend on.
func list(t *testing.T, env ...string) []listed {
	// go test remembers a result until a file changes that the test has opened;
	// what the go command opens does not count.
	for _, dir := range []string{"core", "stages", "journey", "wasm", "cmd", "e2e"} {
		_ = filepath.WalkDir(filepath.Join("..", dir), func(path string, d fs.DirEntry, err error) error {
			if err == nil && strings.HasSuffix(path, ".go") {
				_, err = os.Stat(path)
			}
			return err
		})
	}
	cmd := exec.Command("go", "list", "-deps", "-e", "-json=ImportPath,Imports,Deps",
		"./core/...", "./stages/...", "./journey/...", "./wasm/...", "./cmd/...", "./e2e/...")
	cmd.Dir = ".."
	cmd.Env = append(os.Environ(), env...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	require.NoError(t, err, stderr.String())
	var all []listed
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else {
			require.NoError(t, err)
		}
		if strings.HasPrefix(p.ImportPath, "sprout/") {
			all = append(all, p)
		}
	}
}

// matches reports whether a package has the name, or lies below "name/...".
func matches(pattern, path string) bool {
	if base, ok := strings.CutSuffix(pattern, "/..."); ok {
		return path == base || strings.HasPrefix(path, base+"/")
	}
	return path == pattern
}

func anyMatches(patterns []string, path string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return matches(p, path) })
}

// broken finds what a package imports against the rules.
func broken(p listed) (faults []string) {
	name := strings.TrimPrefix(p.ImportPath, "sprout/")
	rule := name
	if _, ok := layers[name]; !ok {
		rule = ""
		for pattern := range layers {
			if matches(pattern, name) && len(pattern) > len(rule) {
				rule = pattern
			}
		}
	}
	if rule == "" {
		return []string{name + " has no row in layers; add one here and in docs/ARCHITECTURE.md"}
	}
	for _, i := range p.Imports {
		if own, ok := strings.CutPrefix(i, "sprout/"); ok {
			if !anyMatches(layers[rule], own) {
				faults = append(faults, name+" may not import "+own)
			}
			continue
		}
		for pattern, where := range onlyHere {
			if matches(pattern, i) && !anyMatches(where, name) {
				faults = append(faults, name+" may not import "+i)
			}
		}
	}
	for _, d := range p.Deps {
		if anyMatches(absent[name], d) {
			faults = append(faults, name+" may not link "+d)
		}
	}
	return faults
}

func TestImportsGoDownOnly(t *testing.T) {
	for _, env := range [][]string{nil, {"GOOS=js", "GOARCH=wasm"}, {"GOEXPERIMENT="}} {
		packages := list(t, env...)
		require.Greater(t, len(packages), 10)
		for _, p := range packages {
			assert.Empty(t, broken(p), env)
		}
	}
}

func TestForbiddenImportsAreFound(t *testing.T) {
	for _, p := range []listed{
		{ImportPath: "sprout/core/tensor", Imports: []string{"sprout/core/op"}},
		{ImportPath: "sprout/stages", Imports: []string{"sprout/core/backend/simd"}},
		{ImportPath: "sprout/core/backend/simd", Imports: []string{"sprout/core/backend/ref"}},
		{ImportPath: "sprout/core/nn", Imports: []string{"syscall/js"}},
		{ImportPath: "sprout/core/op/optest", Imports: []string{"testing"}},
		{ImportPath: "sprout/core/nowhere"},
		{ImportPath: "sprout/wasm", Deps: []string{"gonum.org/v1/gonum/diff/fd"}},
	} {
		assert.Len(t, broken(p), 1, p.ImportPath)
	}
}
