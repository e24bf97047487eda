package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAllowed(t *testing.T) {
	for expression, want := range map[string]bool{
		"MIT": true, "GPL-3.0": false, "": false, "(MIT OR GPL-3.0)": true, "MIT AND ISC": true, "(MIT AND GPL-3.0)": false, "MPL-2.0": false,
	} {
		assert.Equal(t, want, allowed(expression, permissive), expression)
	}
}

func TestClassify(t *testing.T) {
	dir := t.TempDir()
	_, err := classify(dir)
	require.Error(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "LICENSE.md"), []byte("Permission is hereby\ngranted, free of charge, to any"), 0o600))
	license, err := classify(dir)
	require.NoError(t, err)
	assert.Equal(t, "MIT", license)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "LICENSE.md"), []byte("All rights reserved."), 0o600))
	_, err = classify(dir)
	require.Error(t, err)
}

func TestListIsCurrent(t *testing.T) {
	t.Chdir("../..")
	require.NoError(t, run(false))
}
