package jsonlimit

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestDepth(t *testing.T) {
	for text, want := range map[string]int{
		``: 0, `1`: 0, `[]`: 1, `{"a":[1,{"b":2}],"c":[[]]}`: 3,
		`["[[[["]`: 1, `["\"[[["]`: 1, `["\\",[["\\\""]]]`: 3, `"\`: 0, `]]][`: 0,
	} {
		require.Equal(t, want, Depth([]byte(text)), text)
	}
}

// Also run under wasm, where the parser alone would end the program.
func TestDeepTextIsRefused(t *testing.T) {
	var v any
	deep := strings.Repeat("[", 1_000_000) + strings.Repeat("]", 1_000_000)
	require.ErrorContains(t, Unmarshal([]byte(deep), &v), "1000000 levels")
	require.NoError(t, Unmarshal([]byte(strings.Repeat("[", MaxDepth)+strings.Repeat("]", MaxDepth)), &v))
	require.Error(t, Unmarshal([]byte("[1"), &v))
}
