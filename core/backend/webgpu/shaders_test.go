//go:build !js

package webgpu

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What Go names must be in the files: a shader's entry with as many bindings.
func TestShadersAreThere(t *testing.T) {
	files, err := filepath.Glob("*.go")
	require.NoError(t, err)
	named := regexp.MustCompile(`"([a-z_]+) (main|gradient|weight|large|small|prepare|dq_|dkv)"`)
	found := 0
	for _, f := range files {
		text, err := os.ReadFile(f)
		require.NoError(t, err)
		for _, m := range named.FindAllStringSubmatch(string(text), -1) {
			found++
			shader, err := os.ReadFile(m[1] + ".wgsl")
			require.NoError(t, err, f)
			assert.Contains(t, string(shader), "\nfn "+m[2]+"(", f)
		}
	}
	assert.Greater(t, found, 40)
	wgsl, err := filepath.Glob("*.wgsl")
	require.NoError(t, err)
	for _, f := range wgsl {
		base := strings.TrimSuffix(f, ".wgsl")
		if slices.Contains([]string{"prelude", "reduce", "reduce_subgroups", "attention_common"}, base) {
			continue
		}
		if base != "divergence" && base != "attention_grad" {
			assert.FileExists(t, base+".go", "a shader has its operation's name")
		}
	}
}
