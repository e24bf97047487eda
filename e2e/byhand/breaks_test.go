package byhand

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Every experiment of the pages is among those that are pressed.
func TestNoBreakIsLeftOut(t *testing.T) {
	source, err := os.ReadFile(filepath.Join("..", "..", "web", "src", "stages", "breaks.ts"))
	require.NoError(t, err)
	var offered []Break
	for _, m := range regexp.MustCompile(`id: '(\w+)',\s+on: '(\w+)'`).FindAllStringSubmatch(string(source), -1) {
		offered = append(offered, Break{m[1], m[2]})
	}
	assert.Equal(t, offered, Breaks)
}
