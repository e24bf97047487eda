package stages

import (
	"runtime"
	"testing"
)

// inBrowser says that the tests run as js/wasm. Held there is what can come out
// otherwise than natively: kernels, bits, workers, memory, one stage of each kind.
// Rules that are the same code in both places are held natively alone.
const inBrowser = runtime.GOOS == "js"

func natively(t *testing.T) {
	t.Helper()
	if inBrowser {
		t.Skip("held natively")
	}
}

// oneOfAKind shortens a list of stages in a browser.
func oneOfAKind[S any](all []S, kind ...S) []S {
	if inBrowser {
		return kind
	}
	return all
}
