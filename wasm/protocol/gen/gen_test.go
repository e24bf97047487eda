package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

const root = "../../.."

// The committed files are what the page is compiled against.
func TestCommittedFilesAreCurrent(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, write(root, dir))
	for _, name := range []string{schemaFile, problemsFile, settingsFile, measuresFile} {
		want, err := os.ReadFile(filepath.Join(dir, name))
		require.NoError(t, err)
		got, err := os.ReadFile(filepath.Join(root, "web/src/engine", name))
		require.NoError(t, err)
		require.Equal(t, string(want), string(got), "run `npm run protocol` in web/")
	}
}

func TestProblemCodes(t *testing.T) {
	scan := func(source string) (string, error) {
		dir := t.TempDir()
		require.NoError(t, os.WriteFile(filepath.Join(dir, "a.go"), []byte(source), 0o600))
		data, err := problemCodes(dir)
		return string(data), err
	}
	got, err := scan(`//go:build js
package a
import "sprout/core/problem"
func init() { problem.Register(map[string]string{"a_code": "what " + "it is"}) }
var one = problem.New("a_code", problem.Args{"line": 1, "file": "x"}, "text")
var two = problem.Wrap(nil, "a_code", problem.Args{"line": 1}, "text")
`)
	require.NoError(t, err)
	require.JSONEq(t, `{"a_code": {"doc": "what it is", "args": ["line"]}}`, got)

	_, err = scan(`package a
var one = problem.New("unknown", nil, "text")
`)
	require.ErrorContains(t, err, `"unknown" is used but not registered`)

	_, err = scan(`package a
func init() { problem.Register(codes) }
`)
	require.ErrorContains(t, err, "map literal")
}
