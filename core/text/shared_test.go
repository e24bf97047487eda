package text

import (
	"os"
	"path/filepath"
	"testing"
)

// sharedFile reads a text from the folder "shared" beside the repository and
// skips the test where there is none.
func sharedFile(t testing.TB, name string) []byte {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Skip("no working directory: ", err)
	}
	for range 8 {
		b, err := os.ReadFile(filepath.Join(dir, "shared", "data", name))
		if err == nil {
			return b
		}
		dir = filepath.Dir(dir)
	}
	t.Skipf("shared/data/%s is absent", name)
	return nil
}
