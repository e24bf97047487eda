// Command operations makes the README's table of operations from the conformance
// library: which backend computes what, and how many checks it has to pass.
package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"

	"sprout/core/backend"
	"sprout/core/backend/ref"
	"sprout/core/backend/simd"
	"sprout/core/backend/webgpu"
	"sprout/core/op"
	"sprout/core/op/optest"
)

const (
	begin = "<!-- operations: made by \"make operations\" -->\n"
	end   = "<!-- /operations -->"
)

func main() {
	write := flag.Bool("write", false, "put the table into README.md")
	flag.Parse()
	if !*write {
		fmt.Print(table())
		return
	}
	readme, err := os.ReadFile("README.md")
	if err == nil {
		if readme, err = replace(readme, table()); err == nil {
			err = os.WriteFile("README.md", readme, 0o644)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// replace puts the table between its marks.
func replace(readme []byte, table string) ([]byte, error) {
	head, rest, ok := bytes.Cut(readme, []byte(begin))
	_, tail, closed := bytes.Cut(rest, []byte(end))
	if !ok || !closed {
		return nil, errors.New("README.md has no place for the table of operations")
	}
	return bytes.Join([][]byte{head, []byte(begin), []byte(table), []byte(end), tail}, nil), nil
}

// noDevice serves to ask which operations have shaders.
type noDevice struct{ webgpu.Device }

func (noDevice) Limits() webgpu.Limits { return webgpu.Limits{} }

// table has a row for each operation, with its gradient where that is an
// operation of its own.
func table() string {
	checks := map[op.Kind]int{}
	for _, r := range optest.All(ref.New[float32]()) {
		checks[r.Kind]++
	}
	backends := []backend.Backend{ref.New[float32](), simd.New(), webgpu.New(noDevice{})}
	var b strings.Builder
	b.WriteString("| operation | formula | ref | simd | webgpu | checks |\n|---|---|---|---|---|---|\n")
	for _, k := range op.Kinds() {
		if strings.HasSuffix(string(k), "_grad") {
			continue
		}
		kinds := []op.Kind{k}
		if checks[k+"_grad"] > 0 {
			kinds = append(kinds, k+"_grad")
		}
		fmt.Fprintf(&b, "| `%s` | %s |", strings.Join(names(kinds), "`, `"), strings.ReplaceAll(op.Lookup(k).Doc, "|", "\\|"))
		n := 0
		for _, be := range backends {
			has := true
			for _, k := range kinds {
				has = has && be.Supports(k)
			}
			if has {
				b.WriteString(" yes |")
			} else {
				b.WriteString(" no |")
			}
		}
		for _, k := range kinds {
			n += checks[k]
		}
		fmt.Fprintf(&b, " %d |\n", n)
	}
	return b.String()
}

func names(kinds []op.Kind) (s []string) {
	for _, k := range kinds {
		s = append(s, string(k))
	}
	return s
}
