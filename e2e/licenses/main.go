// Command licenses lists what the project is built with and under which terms,
// from the modules and packages themselves, and holds docs/LICENSES.md against
// it. Only permissive terms pass; tools that are not shipped may also be MPL.
//
//	go run ./e2e/licenses          check
//	go run ./e2e/licenses -write   remake the list
package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sort"
	"strings"
)

const list = "docs/LICENSES.md"

func main() {
	write := flag.Bool("write", false, "remake "+list)
	flag.Parse()
	if err := run(*write); err != nil {
		fmt.Fprintln(os.Stderr, "licenses:", err)
		os.Exit(1)
	}
}

func run(write bool) error {
	modules, err := goModules()
	if err != nil {
		return err
	}
	shipped, tools, err := npmPackages("web")
	if err != nil {
		return err
	}
	text, err := document(modules, shipped, tools)
	if err != nil {
		return err
	}
	if write {
		return os.WriteFile(list, text, 0o644)
	}
	have, err := os.ReadFile(list)
	if err != nil {
		return err
	}
	if !bytes.Equal(have, text) {
		return fmt.Errorf("%s is not current: run \"make licenses\"", list)
	}
	return nil
}

// component is a module or a package.
type component struct{ name, version, license string }

var (
	permissive = []string{"MIT", "ISC", "BSD-2-Clause", "BSD-3-Clause", "0BSD", "Apache-2.0", "BlueOak-1.0.0", "CC0-1.0", "OFL-1.1", "Unlicense"}
	toolsOnly  = []string{"MPL-2.0", "PSF-2.0", "Python-2.0", "CC-BY-4.0", "CC-BY-3.0"}
)

func document(modules, shipped, tools []component) ([]byte, error) {
	var out bytes.Buffer
	out.WriteString("# Licenses of what the project is built with\n\nSprout itself is under the MIT license. This list is made by `make licenses` and checked by the tests.\n")
	for _, s := range []struct {
		title   string
		parts   []component
		allowed []string
	}{
		{"Go modules", modules, permissive},
		{"In the page", append(shipped, component{"Newsreader (font)", "", "OFL-1.1"}), permissive},
		{"Tools that build and test the page", tools, append(slices.Clone(permissive), toolsOnly...)},
	} {
		fmt.Fprintf(&out, "\n## %s\n\n| | version | license |\n|---|---|---|\n", s.title)
		for _, c := range s.parts {
			if !allowed(c.license, s.allowed) {
				return nil, fmt.Errorf("%s %s is under %q, which is not on the list of permitted terms", c.name, c.version, c.license)
			}
			fmt.Fprintf(&out, "| %s | %s | %s |\n", c.name, c.version, c.license)
		}
	}
	return out.Bytes(), nil
}

// allowed understands "(MIT OR X)" and "MIT AND ISC".
func allowed(expression string, terms []string) bool {
	expression = strings.Trim(expression, "()")
	if parts := strings.Split(expression, " OR "); len(parts) > 1 {
		return slices.ContainsFunc(parts, func(p string) bool { return allowed(p, terms) })
	}
	for part := range strings.SplitSeq(expression, " AND ") {
		if !slices.Contains(terms, strings.Trim(part, "() ")) {
			return false
		}
	}
	return true
}

// goModules are those that some package of ours, or a test of it, imports.
func goModules() ([]component, error) {
	const format = "{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}} {{.Dir}}{{end}}{{end}}"
	lines := map[string]bool{}
	for _, env := range [][]string{nil, {"GOOS=js", "GOARCH=wasm"}} {
		cmd := exec.Command("go", "list", "-deps", "-test", "-f", format, "./...")
		cmd.Env = append(os.Environ(), env...)
		cmd.Stderr = os.Stderr
		out, err := cmd.Output()
		if err != nil {
			return nil, fmt.Errorf("go list: %w", err)
		}
		for line := range strings.Lines(string(out)) {
			if line = strings.TrimSpace(line); line != "" {
				lines[line] = true
			}
		}
	}
	var modules []component
	for line := range lines {
		f := strings.Fields(line)
		license, err := classify(f[2])
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f[0], err)
		}
		modules = append(modules, component{f[0], f[1], license})
	}
	sortByName(modules)
	return modules, nil
}

// classify names the license whose wording a module's file has.
func classify(dir string) (string, error) {
	var files []string
	for _, name := range []string{"LICENSE*", "LICENCE*", "COPYING*"} {
		found, err := filepath.Glob(filepath.Join(dir, name))
		if err != nil {
			return "", err
		}
		files = append(files, found...)
	}
	if len(files) == 0 {
		return "", fmt.Errorf("no license file in %s", dir)
	}
	var text string
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			return "", err
		}
		text += strings.Join(strings.Fields(string(data)), " ")
	}
	for _, known := range []struct{ license, wording string }{
		{"Apache-2.0", "Apache License Version 2.0"},
		{"MPL-2.0", "Mozilla Public License Version 2.0"},
		{"BSD-3-Clause", "may be used to endorse or promote products derived from this software"},
		{"BSD-2-Clause", "Redistributions in binary form must reproduce the above copyright notice"},
		{"ISC", "Permission to use, copy, modify, and/or distribute this software"},
		{"MIT", "Permission is hereby granted, free of charge"},
	} {
		if strings.Contains(text, known.wording) {
			return known.license, nil
		}
	}
	return "", fmt.Errorf("unknown license in %s", files[0])
}

// npmPackages are the packages that end up in the page with all that they
// need, and the tools that package.json names.
func npmPackages(dir string) (shipped, tools []component, err error) {
	var lock struct {
		Packages map[string]struct {
			Version         string
			License         any
			Dev             bool
			DevOptional     bool
			DevDependencies map[string]string
		}
	}
	data, err := os.ReadFile(filepath.Join(dir, "package-lock.json"))
	if err == nil {
		err = json.Unmarshal(data, &lock)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("package-lock.json: %w", err)
	}
	direct := lock.Packages[""].DevDependencies
	for path, p := range lock.Packages {
		if path == "" { // the page itself
			continue
		}
		name := path[strings.LastIndex(path, "node_modules/")+len("node_modules/"):]
		license, _ := p.License.(string)
		if license == "" { // its package.json says nothing
			if license, err = classify(filepath.Join(dir, path)); err != nil {
				return nil, nil, err
			}
		}
		c := component{name, p.Version, license}
		switch {
		case !p.Dev && !p.DevOptional:
			shipped = append(shipped, c)
		case direct[name] != "" && strings.Count(path, "node_modules/") == 1:
			tools = append(tools, c)
		case !allowed(license, append(slices.Clone(permissive), toolsOnly...)):
			return nil, nil, fmt.Errorf("%s %s, needed by a tool, is under %q", name, p.Version, license)
		}
	}
	sortByName(shipped)
	sortByName(tools)
	return shipped, tools, nil
}

func sortByName(c []component) {
	sort.Slice(c, func(i, j int) bool {
		return c[i].name < c[j].name || c[i].name == c[j].name && c[i].version < c[j].version
	})
}
