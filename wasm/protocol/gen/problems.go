package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// code is what the page must have words for.
type code struct {
	Doc  string   `json:"doc"`
	Args []string `json:"args"` // names that every use of the code gives
}

// problemCodes reads the sources instead of the running program, so that codes
// of files behind build tags (the browser's storage) are seen as well. A problem
// made with a code that nobody registered is listed and also an error.
func problemCodes(root string) ([]byte, error) {
	scan := scanner{codes: map[string]string{}, uses: map[string][][]string{}}
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := entry.Name()
		if entry.IsDir() {
			if path != root && (name == "node_modules" || name == "testdata" || name == "web" || strings.HasPrefix(name, ".")) {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		return scan.file(path)
	})
	if err != nil {
		return nil, err
	}
	list := map[string]code{}
	for name, doc := range scan.codes {
		list[name] = code{Doc: doc, Args: scan.given(name)}
	}
	var unregistered []error
	for _, name := range slices.Sorted(maps.Keys(scan.uses)) {
		if _, ok := scan.codes[name]; !ok {
			list[name] = code{Args: scan.given(name)}
			unregistered = append(unregistered, fmt.Errorf("problem code %q is used but not registered", name))
		}
	}
	data, err := json.MarshalIndent(list, "", "  ")
	if err != nil {
		return nil, err
	}
	return append(data, '\n'), errors.Join(unregistered...)
}

type scanner struct {
	codes map[string]string     // code → description
	uses  map[string][][]string // code → argument names of each use
}

func (s *scanner) file(path string) error {
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, path, nil, 0)
	if err != nil {
		return err
	}
	var failed error
	ast.Inspect(file, func(n ast.Node) bool {
		if err := s.node(file.Name.Name, n); err != nil && failed == nil {
			failed = fmt.Errorf("%s: %w", set.Position(n.Pos()), err)
		}
		return failed == nil
	})
	return failed
}

func (s *scanner) node(pkg string, n ast.Node) error {
	switch n := n.(type) {
	case *ast.ValueSpec:
		if pkg == "problem" && len(n.Names) == 1 && n.Names[0].Name == "Codes" {
			return s.register(n.Values[0])
		}
	case *ast.CallExpr:
		selector, ok := n.Fun.(*ast.SelectorExpr)
		if !ok {
			return nil
		}
		if x, ok := selector.X.(*ast.Ident); !ok || x.Name != "problem" {
			return nil
		}
		switch selector.Sel.Name {
		case "Register":
			return s.register(n.Args[0])
		case "New":
			s.use(n.Args[0], n.Args[1])
		case "Wrap":
			s.use(n.Args[1], n.Args[2])
		}
	}
	return nil
}

func (s *scanner) register(n ast.Node) error {
	literal, ok := n.(*ast.CompositeLit)
	if !ok {
		return fmt.Errorf("problem codes must be registered as a map literal")
	}
	for _, e := range literal.Elts {
		pair := e.(*ast.KeyValueExpr)
		key, ok := text(pair.Key)
		if !ok {
			return fmt.Errorf("a problem code must be a string literal")
		}
		doc, ok := text(pair.Value)
		if !ok {
			return fmt.Errorf("the description of %q must be a string literal", key)
		}
		s.codes[key] = doc
	}
	return nil
}

// use notes the argument names of a literal code; a code in a variable was
// checked where the variable got it, or is of another package's making.
func (s *scanner) use(codeArg, argsArg ast.Node) {
	name, ok := text(codeArg)
	if !ok {
		return
	}
	var args []string
	if literal, ok := argsArg.(*ast.CompositeLit); ok {
		for _, e := range literal.Elts {
			if pair, ok := e.(*ast.KeyValueExpr); ok {
				if key, ok := text(pair.Key); ok {
					args = append(args, key)
				}
			}
		}
	}
	s.uses[name] = append(s.uses[name], args)
}

// given returns the names that every use of a code gives.
func (s *scanner) given(name string) []string {
	count := map[string]int{}
	for _, args := range s.uses[name] {
		for _, a := range args {
			count[a]++
		}
	}
	given := []string{}
	for _, a := range slices.Sorted(maps.Keys(count)) {
		if count[a] == len(s.uses[name]) {
			given = append(given, a)
		}
	}
	return given
}

// text evaluates a string literal or a sum of them.
func text(n ast.Node) (string, bool) {
	switch n := n.(type) {
	case *ast.BasicLit:
		if n.Kind != token.STRING {
			return "", false
		}
		s, err := strconv.Unquote(n.Value)
		return s, err == nil
	case *ast.BinaryExpr:
		a, ok := text(n.X)
		if !ok {
			return "", false
		}
		b, ok := text(n.Y)
		return a + b, ok
	}
	return "", false
}
