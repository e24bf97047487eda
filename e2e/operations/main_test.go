package main

import (
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestReadmeHasTheTable(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	require.NoError(t, err)
	want, err := replace(readme, table())
	require.NoError(t, err)
	assert.Equal(t, string(want), string(readme), `run "make operations"`)
}
