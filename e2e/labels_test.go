package e2e

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"sprout/cmd/serve/judge"
	"sprout/cmd/serve/static"
	"sprout/core/world"
)

// judged serves the site with a judge that answers as f does.
func judged(t *testing.T, timeout time.Duration, f http.HandlerFunc) string {
	t.Helper()
	endpoint := httptest.NewServer(f)
	t.Cleanup(endpoint.Close)
	e, err := judge.NewEndpoint(endpoint.URL, "fake", "secret", timeout)
	require.NoError(t, err)
	mux := http.NewServeMux()
	mux.Handle("/", static.New(os.DirFS(siteDir)))
	mux.Handle(judge.Path, judge.New(e))
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server.URL
}

// talker trains a tiny model, whose answers are babble, but two of them differ.
const talker = `await (await sprout.run({...small({steps: 3}), params: {batch: 2, context: 256, eval_every: 100, sample_every: 100}})).done`

// labelPage opens the labelling page with a model that has two answers ready.
func labelPage(t *testing.T, at, lang string) *tab {
	t.Helper()
	x := openAt(t, at+"/#/label?lang="+lang, rhyme).ready()
	x.do(3*time.Minute, talker)
	x.reload()
	x.wait(60*time.Second, "document.querySelectorAll('.answer').length === 2")
	return x
}

func (x *tab) key(name string) {
	x.t.Helper()
	require.NoError(x.t, x.Do(5*time.Second, chromedp.KeyEvent(name)))
}

func (x *tab) labelled() int {
	x.t.Helper()
	return value[int](x, 10*time.Second, "return (await sprout.labels.list()).labels.length")
}

func (x *tab) hasLabels(n int) {
	x.t.Helper()
	x.wait(30*time.Second, "(await sprout.labels.list()).labels.length === "+number(n)+" && document.querySelector('[data-labels]').innerText === '"+number(n)+"'")
	x.wait(60*time.Second, "document.querySelectorAll('.answer').length === 2")
}

// Labels made by keys survive a reload and travel through a file.
func TestLabelsByKeyboard(t *testing.T) {
	x := labelPage(t, origin, "en")
	x.key("1")
	x.hasLabels(1)
	x.key("0")
	x.wait(60*time.Second, "document.querySelectorAll('.answer').length === 2")
	x.key("2")
	x.hasLabels(2)
	x.key("z")
	x.hasLabels(1)
	x.key("2")
	x.hasLabels(2)
	assert.Equal(t, []float64{1, 0}, value[[]float64](x, 10*time.Second, "return (await sprout.labels.list()).labels.map(l => l.p)"))

	x.reload()
	x.hasLabels(2)
	x.do(10*time.Second, "globalThis.file = new TextDecoder().decode(await sprout.labels.export())")
	require.Len(t, strings.Split(strings.TrimSpace(value[string](x, time.Second, "return file")), "\n"), 2)
	again := value[struct{ Added, Known int }](x, 10*time.Second, "return await sprout.labels.import('l.jsonl', new TextEncoder().encode(file))")
	assert.Equal(t, 2, again.Known)

	y := openAt(t, origin+"/#/label?lang=zh", rhyme).ready() // another browser
	file, err := json.Marshal(value[string](x, time.Second, "return file"))
	require.NoError(t, err)
	y.do(10*time.Second, "globalThis.back = await sprout.labels.import('l.jsonl', new TextEncoder().encode("+string(file)+"))")
	assert.Equal(t, 2, value[int](y, time.Second, "return back.added"))
	assert.True(t, value[bool](y, 10*time.Second, "return new TextDecoder().decode(await sprout.labels.export()) === "+string(file)))
	assert.Equal(t, "file_empty", refusal(y, "sprout.labels.import('l.jsonl', new Uint8Array())"))
	y.Forgive()
	// The page of a host without a judge asks for it in vain.
	x.Forgive()
}

// Nothing is sent before somebody has agreed; then a judge labels.
func TestJudgeLabels(t *testing.T) {
	var asked atomic.Int32
	x := labelPage(t, judged(t, 20*time.Second, func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		_, _ = io.WriteString(w, `{"choices":[{"message":{"content":"A"}}]}`)
	}), "en")
	x.press("Let it label")
	x.sees("Nothing else is sent")
	x.press("Do not send")
	assert.Zero(t, asked.Load())
	assert.Zero(t, x.labelled())
	x.do(time.Second, "const n = document.querySelector('input[type=number]'); n.value = 2; n.dispatchEvent(new Event('input', {bubbles: true}))")
	x.press("Let it label")
	x.press("Send")
	x.hasLabels(2)
	assert.EqualValues(t, 4, asked.Load(), "both orders")
	assert.Equal(t, 0.5, value[float64](x, 10*time.Second, "return (await sprout.labels.list()).labels[0].p"), "the place alone says nothing")
}

// byName prefers the answer that comes first in the order of its bytes, or, where
// nothing need be brief, the later one.
func byName(asked *[]string) http.HandlerFunc {
	var mu sync.Mutex
	return func(w http.ResponseWriter, r *http.Request) {
		var c struct {
			Messages []struct{ Content string }
		}
		_ = json.NewDecoder(r.Body).Decode(&c)
		user := c.Messages[1].Content
		_, rest, _ := strings.Cut(user, "\n\nAnswer A:\n")
		a, rest, _ := strings.Cut(rest, "\n\nAnswer B:\n")
		if strings.Contains(user, "回答 A：") {
			_, rest, _ = strings.Cut(user, "\n\n回答 A：\n")
			a, rest, _ = strings.Cut(rest, "\n\n回答 B：\n")
		}
		b := rest[:strings.LastIndex(rest, "\n\n")]
		mu.Lock()
		*asked = append(*asked, user)
		mu.Unlock()
		says := "B"
		if rules := c.Messages[0].Content; (a < b) == (strings.Contains(rules, "Be brief.") || strings.Contains(rules, "话不要太多。")) {
			says = "A"
		}
		_, _ = io.WriteString(w, `{"choices":[{"message":{"content":"`+says+`"}}]}`)
	}
}

// A judge begins with the pairs that were clicked, its verdicts stand beside the
// learner's, and under other principles it judges the same ones again. What is
// labelled does not come again, and the page says where it is sent.
func TestJudgeBesideYou(t *testing.T) {
	var asked []string
	at := judged(t, 20*time.Second, byName(&asked))
	x := labelPage(t, at, "en")
	for i, key := range []string{"1", "2", "1"} {
		x.key(key)
		x.hasLabels(i + 1)
	}
	x.sees("Nothing is sent anywhere")
	x.do(time.Second, "const n = document.querySelector('input[type=number]'); n.value = 4; n.dispatchEvent(new Event('input', {bubbles: true}))")
	x.press("Let it label")
	x.press("Send")
	x.hasLabels(7)
	const click, verdict = "labels.filter(l => l.who === 'click')", "labels.filter(l => l.who === 'judge')"
	labels := func(body string) int {
		return value[int](x, 10*time.Second, "const {labels} = await sprout.labels.list(); return "+body)
	}
	agrees := click + ".filter(c => (c.p > .5) === (c.a < c.b)).length"
	assert.Equal(t, 3, labels(verdict+".filter(j => "+click+".some(c => c.a === j.a && c.b === j.b)).length"), "the clicked ones first")
	same := labels(agrees)
	x.sees("it agrees with you on " + number(same) + " of 3")
	x.sees("You differ: " + number(3-same))
	assert.Contains(t, value[string](x, time.Second, "return document.querySelector('dl').innerText"), number(same)+" of 3")
	assert.Contains(t, asked[0], "What is known:", "what is true in the town no model outside can know")
	x.sees("goes to 127.0.0.1")
	assert.False(t, value[bool](x, time.Second, "return document.body.innerText.includes('Nothing is sent anywhere')"))
	pictures(t, x, "desk-en")

	x.press("brief")
	x.press("Judge the same again")
	x.sees("4 of 4 verdicts have changed")
	x.sees("it agrees with you on " + number(3-same) + " of 3")
	assert.Equal(t, 7, x.labelled(), "its last word takes the place of the one before")
	x.press("中文")
	pictures(t, x, "desk-zh")

	x.reload()
	x.hasLabels(7)
	assert.Zero(t, labels("labels.filter(l => [...document.querySelectorAll('.answer [translate=no]')].map(e => e.innerText).sort().join() === [l.a, l.b].sort().join()).length"), "what is labelled does not come again")
}

// pictures are for a person to look at, on a laptop and on a phone.
func pictures(t *testing.T, x *tab, name string) {
	t.Helper()
	dir := os.Getenv("SPROUT_PICTURES")
	if dir == "" {
		return
	}
	for size, width := range map[string]int64{"phone": 390, "laptop": 1280} {
		require.NoError(t, x.Resize(width, 800))
		require.NoError(t, x.WholeScreenshot(filepath.Join(dir, name+"-"+size+".jpg")))
	}
	require.NoError(t, x.Resize(1280, 800))
}

// Questions are about the town that the model knows, also after a reload; and
// where none can be asked, the page says so until it works again.
func TestLabelsOfTheModelsTown(t *testing.T) {
	x := openAt(t, origin+"/#/label?lang=en", rhyme).ready()
	x.sees("No model has been saved yet")
	x.do(3*time.Minute, talker) // is chosen once it is there
	x.sees("Choose the town as the data")
	x.press("Try again")
	x.sees("Choose the town as the data")
	x.do(time.Minute, `await sprout.evaluate((await sprout.checkpoints.list())[0].id, {town: {seed: 1}}).catch(() => {})`)
	x.press("Try again")
	x.wait(60*time.Second, "document.querySelectorAll('.answer').length === 2")

	x.do(3*time.Minute, `await (await sprout.run({...small({steps: 2}), data: {town: {seed: 2, lang: 'en'}}, tokenizer: 'byte', params: {batch: 2, context: 256, eval_every: 100, sample_every: 100}})).done`)
	x.reload()
	x.wait(60*time.Second, "document.querySelectorAll('.answer').length === 2")
	q := value[string](x, time.Second, "return document.querySelector('.asked').lastChild.textContent")
	_, ok := world.New(world.Config{Seed: 2, Size: world.Quick}).Recognise(q)
	assert.True(t, ok, "%q is asked in the town of the newest model", q)
	_, ok = world.New(world.Config{Seed: 1, Size: world.Quick}).Recognise(q)
	assert.False(t, ok, "%q is not asked in the page's town", q)
}

// What goes wrong with a judge is said in both languages, and nothing is lost.
func TestJudgeInTrouble(t *testing.T) {
	for name, c := range map[string]struct {
		lang, says string
		f          http.HandlerFunc
	}{
		"unauthorised": {"en", "-judge-key-file", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(401) }},
		"nonsense":     {"zh", "裁判应当说 A 或 B", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<h1>hello</h1>") }},
		"slow": {"zh", "没有回答", func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			<-r.Context().Done()
		}},
		"unreachable": {"en", "cannot be reached", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }},
	} {
		t.Run(name, func(t *testing.T) {
			x := labelPage(t, judged(t, 2*time.Second, c.f), c.lang)
			x.key("1")
			x.hasLabels(1)
			start, send := "Let it label", "Send"
			if c.lang == "zh" {
				start, send = "让它标注", "发送"
			}
			x.press(start)
			x.press(send)
			x.sees(c.says)
			x.hasLabels(1)
			assert.NotContains(t, value[string](x, time.Second, "return document.body.innerText"), "secret")
			x.Forgive() // the browser notes the answer's status
		})
	}
}

// Simulated people compare the model's own answers; the page calls them simulated,
// counts them apart, and a reward model can learn of them.
func TestSimulatedPeopleCompare(t *testing.T) {
	x := labelPage(t, origin, "en")
	x.sees("three simulated people")
	x.do(time.Second, "const n = [...document.querySelectorAll('input[type=number]')].at(-1); n.value = 3; n.dispatchEvent(new Event('input', {bubbles: true}))")
	x.press("Have simulated people compare")
	x.sees("answers to 3 questions compared by simulated people")
	n := x.labelled()
	assert.Positive(t, n)
	assert.Equal(t, number(n), value[string](x, time.Second, "return document.querySelector('[data-simulated]').innerText"))
	assert.True(t, value[bool](x, 10*time.Second, "return (await sprout.labels.list()).labels.every(l => l.who === 'simulated')"))
	pictures(t, x, "simulated-en")
	x.press("中文")
	x.sees("模拟的人就 3 个问题比较了")
	pictures(t, x, "simulated-zh")
	x.press("English")
	x.press("Train it on the " + number(n) + " labels of simulated people")
	x.wait(30*time.Second, "location.hash.startsWith('#/reward')")
	x.Forgive() // a host without a judge is asked for it in vain
}
