package e2e

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"sprout/cmd/serve/static"
)

// results is the file of a learner whose loss ends at a value.
func results(t *testing.T, name string, end float64, choice string) []byte {
	t.Helper()
	type m = map[string]any
	data, err := json.Marshal(m{
		"format": "sprout-results", "version": 1, "name": name, "made": 1,
		"runs": []m{{
			"run": "r", "stage": "sft", "preset": "seed", "seed": 1, "settings": m{"lr": end}, "step": 200, "steps": 200, "seconds": 20,
			"curves": m{"held_out_loss": m{"steps": []int{1, 100, 200}, "values": []float64{4, 3, end}}},
		}},
		"answers": []m{{
			"exercise": "sftStart", "stage": "sft", "given": m{"kind": "choice", "key": choice},
			"shown": m{"right": choice == "between", "truth": "between"},
		}, {
			"exercise": "costliest", "stage": "tokenizer", "given": m{"kind": "number", "value": end},
		}},
	})
	require.NoError(t, err)
	return data
}

// Thirty files dropped on the teacher's page: curves with their mean, exercises
// by name, and a file that is none is named and left out.
func TestClassOfThirty(t *testing.T) {
	dir := t.TempDir()
	var files []string
	write := func(name string, data []byte) {
		files = append(files, filepath.Join(dir, name))
		require.NoError(t, os.WriteFile(files[len(files)-1], data, 0o600))
	}
	for i := range 30 {
		write(fmt.Sprintf("learner-%02d.json", i), results(t, fmt.Sprintf("Learner %d", i+1), 1+float64(i%2), []string{"between", "lnV", "zero"}[i%3]))
	}
	write("holiday.json", []byte(`{"photo": 1}`))
	x := open(t, "#/class?lang=en")
	x.wait(20*time.Second, "document.querySelector('input.results')")
	require.NoError(t, x.Choose("input.results", files...))
	x.sees("30 learners")
	x.sees("holiday.json: this file is something else.")
	x.sees("At step 200: 1.5 ±")
	x.sees("Where does it begin?")
	x.sees("10 of 30 were right")
	x.sees("Find the costliest word")
	x.sees("middle 1.5 (n = 30)")
	assert.Equal(t, 30, value[int](x, time.Second, "return document.querySelectorAll('tbody th[scope=row]').length"))
	x.press("Take out Learner 7")
	x.sees("29 learners")
}

// The key n loads the ready-made model that a learner lacks, says so, and says
// when there is none.
func TestCatchUpKey(t *testing.T) {
	var index, model []byte // as make bake writes them
	status := 0             // what the server answers instead
	site := static.New(os.DirFS(siteDir))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch ready := strings.HasPrefix(r.URL.Path, "/ready/"); {
		case ready && status != 0:
			w.WriteHeader(status)
		case r.URL.Path == "/ready/index.json" && index != nil:
			_, _ = w.Write(index)
		case r.URL.Path == "/ready/pretrain.safetensors" && model != nil:
			_, _ = w.Write(model)
		default:
			site.ServeHTTP(w, r)
		}
	}))
	defer server.Close()
	x := openAt(t, server.URL+"/#/?lang=en", rhyme).ready()
	status = http.StatusBadGateway
	x.key("n")
	x.sees("The ready-made models cannot be reached.")
	status = 0
	x.key("n")
	x.sees("This site has no ready-made models.")
	index = []byte(`{"version": 1, "models": [{"key": "pretrain", "stage": "pretrain", "file": "pretrain.safetensors", "id": "a", "bytes": 1}]}`)
	x.key("n")
	x.sees("The ready-made model pretrain.safetensors is in the list of this site but not on it.")
	x.reload() // which reads the list anew

	x.do(time.Minute, "await (await sprout.run(small({steps: 5}))).done")
	const one = "(await sprout.checkpoints.list())[0].id"
	id := value[string](x, 10*time.Second, "return "+one)
	coded := value[string](x, 20*time.Second, "return btoa(Array.from(await sprout.checkpoints.export("+one+"), b => String.fromCharCode(b)).join(''))")
	var err error
	model, err = base64.StdEncoding.DecodeString(coded)
	require.NoError(t, err)
	index = fmt.Appendf(nil, `{"version": 1, "models": [{"key": "pretrain", "stage": "pretrain", "file": "pretrain.safetensors", "id": %q, "bytes": %d}]}`, id, len(model))
	x.do(10*time.Second, "await sprout.checkpoints.delete("+one+")")
	x.key("n")
	x.sees("Loaded: Pretraining. Ready-made, not grown here.")
	assert.Equal(t, 1, value[int](x, 10*time.Second, "return (await sprout.checkpoints.list()).length"))
	x.key("n")
	x.sees("You have all that this stage needs")

	// What was fetched once is kept, and the site is needed no more.
	x.do(5*time.Second, "location.hash = '#/class?lang=en'")
	x.sees("1 of 1 are kept in this browser.")
	x.do(10*time.Second, "await sprout.checkpoints.delete("+one+")")
	status = http.StatusBadGateway
	x.reload()
	x.key("n")
	x.sees("Loaded: Pretraining. Ready-made, not grown here.")
	x.Forgive() // the browser notes that there was no index at first
}

// Beside Start a quiet link leads to the predictions, until one is noted.
func TestSayFirst(t *testing.T) {
	x := open(t, "#/pretrain?lang=en")
	x.press("Say first what you expect")
	x.wait(5*time.Second, "document.activeElement?.id === 'exercises'")
	x.do(5*time.Second, "document.querySelector('[data-exercise=firstLoss] [role=group] button').click()")
	x.wait(5*time.Second, "![...document.querySelectorAll('.bar button')].some((b) => b.textContent.includes('Say first'))")
	x.do(5*time.Second, "location.hash = '#/pretrain?lang=en&hide=exercises'")
	x.wait(5*time.Second, "!document.getElementById('exercises')")
}
