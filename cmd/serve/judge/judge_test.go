package judge

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"sprout/core/judge"
	"sprout/core/problem"
)

// reply is what the page gets back.
type reply struct {
	status  int
	header  http.Header
	text    string
	Verdict judge.Verdict
	Problem *problem.Problem
}

const question = `{"question":"Where is Milo?","a":"By the river.","b":"Go away.","principles":["Be kind."]}`

// page asks a handler over the wire, as the page does.
func page(t *testing.T, h http.Handler, method, body string, change func(*http.Request)) reply {
	t.Helper()
	server := httptest.NewServer(h)
	defer server.Close()
	r, err := http.NewRequest(method, server.URL+Path, strings.NewReader(body))
	require.NoError(t, err)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Origin", server.URL)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	if change != nil {
		change(r)
	}
	response, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	out := reply{status: response.StatusCode, header: response.Header, text: string(data)}
	var failed struct{ Problem *problem.Problem }
	if json.Unmarshal(data, &failed) == nil {
		out.Problem = failed.Problem
	}
	_ = json.Unmarshal(data, &out.Verdict)
	return out
}

func (r reply) code() string {
	if r.Problem == nil {
		return ""
	}
	return r.Problem.Code
}

// judgeAt is a handler for an endpoint on loopback.
func judgeAt(t *testing.T, url, model, key string) *Handler {
	t.Helper()
	e, err := NewEndpoint(url, model, key, 10*time.Second)
	require.NoError(t, err)
	return New(e)
}

// serving starts an endpoint.
func serving(t *testing.T, f http.HandlerFunc) string {
	server := httptest.NewServer(f)
	t.Cleanup(server.Close)
	return server.URL
}

func says(content string) string {
	quoted, _ := json.Marshal(content)
	return `{"choices":[{"message":{"role":"assistant","content":` + string(quoted) + `}}]}`
}

func TestAsksTheEndpoint(t *testing.T) {
	var got map[string]any
	url := serving(t, func(w http.ResponseWriter, r *http.Request) {
		assert.Equal(t, "/v1/chat/completions", r.URL.Path)
		assert.Equal(t, "Bearer secret", r.Header.Get("Authorization"))
		assert.Empty(t, r.Header.Get("Cookie"))
		assert.NoError(t, json.NewDecoder(r.Body).Decode(&got))
		_, _ = io.WriteString(w, `{"choices":[{"message":{"content":"A"},"logprobs":{"content":[{"token":"A","logprob":-0.2876820724517809,
			"top_logprobs":[{"token":"A","logprob":-0.2876820724517809},{"token":"B","logprob":-1.3862943611198906}]}]}}]}`)
	})
	h := judgeAt(t, url, "m", "secret")
	r := page(t, h, http.MethodPost, question, func(r *http.Request) { r.Header.Set("Cookie", "session=1") })
	require.Equal(t, http.StatusOK, r.status, r.text)
	assert.True(t, r.Verdict.Soft)
	assert.InDelta(t, .75, r.Verdict.P, 1e-9)
	assert.Equal(t, "no-store", r.header.Get("Cache-Control"))
	assert.Empty(t, r.header.Get("Access-Control-Allow-Origin"))

	assert.Equal(t, "m", got["model"])
	assert.Equal(t, 0., got["temperature"])
	assert.Equal(t, false, got["stream"])
	assert.Equal(t, true, got["logprobs"])
	text := fmt.Sprint(got["messages"])
	for _, part := range []string{"Where is Milo?", "By the river.", "Go away.", "Be kind."} {
		assert.Contains(t, text, part)
	}

	r = page(t, h, http.MethodGet, "", nil)
	assert.JSONEq(t, `{"configured":true,"name":"m","host":"`+strings.TrimPrefix(url, "http://")+`"}`, r.text)
	assert.NotContains(t, r.text, "secret")
}

func TestWithoutAnEndpoint(t *testing.T) {
	h := New(nil)
	assert.JSONEq(t, `{"configured":false}`, page(t, h, http.MethodGet, "", nil).text)
	r := page(t, h, http.MethodPost, question, nil)
	assert.Equal(t, http.StatusNotFound, r.status)
	assert.Equal(t, "judge_missing", r.code())
	assert.Equal(t, http.StatusMethodNotAllowed, page(t, h, http.MethodDelete, "", nil).status)
}

// Whatever goes wrong at the endpoint has a code of its own.
func TestTroubleAtTheEndpoint(t *testing.T) {
	for name, c := range map[string]struct {
		status int
		header string
		body   string
		code   string
		out    int
	}{
		"no key":      {401, "", `{"error":{"message":"Incorrect API key: secret"}}`, "judge_unauthorised", 502},
		"forbidden":   {403, "", "", "judge_unauthorised", 502},
		"rate":        {429, "7", "", "judge_busy", 429},
		"rate, bare":  {429, "", "", "judge_busy", 429},
		"overloaded":  {503, "3", "", "judge_busy", 429},
		"down":        {503, "", "", "judge_unreachable", 502},
		"no model":    {404, "", `{"error":{"message":"model \"m\" not found, secret"}}`, "judge_refused", 502},
		"redirect":    {302, "", "", "judge_refused", 502},
		"broken":      {500, "", "<h1>oops</h1>", "judge_refused", 502},
		"HTML":        {200, "", "<!doctype html><title>Sign in</title>", "judge_nonsense", 502},
		"empty":       {200, "", "", "judge_nonsense", 502},
		"chatty":      {200, "", says("Both are fine."), "judge_nonsense", 502},
		"other JSON":  {200, "", `{"response":"A"}`, "judge_nonsense", 502},
		"huge":        {200, "", says(strings.Repeat("A", maxReply)), "judge_nonsense", 502},
		"just a lone": {200, "", says("B"), "", 200},
	} {
		t.Run(name, func(t *testing.T) {
			url := serving(t, func(w http.ResponseWriter, r *http.Request) {
				if c.header != "" {
					w.Header().Set("Retry-After", c.header)
				}
				if c.status == 302 {
					w.Header().Set("Location", "/elsewhere")
				}
				assert.Equal(t, "/v1/chat/completions", r.URL.Path, "a redirect is not followed")
				w.WriteHeader(c.status)
				_, _ = io.WriteString(w, c.body)
			})
			r := page(t, judgeAt(t, url, "m", "secret"), http.MethodPost, question, nil)
			assert.Equal(t, c.code, r.code(), r.text)
			assert.Equal(t, c.out, r.status)
			assert.NotContains(t, r.text, "secret")
			if c.code == "judge_busy" {
				want := map[string]string{"": "10"}[c.header] + c.header
				assert.Equal(t, want, r.header.Get("Retry-After"))
			}
		})
	}
}

func TestVerdict(t *testing.T) {
	with := func(content, positions string) string {
		return strings.Replace(says(content), "}}]}", `},"logprobs":{"content":[`+positions+`]}}]}`, 1)
	}
	for name, c := range map[string]struct {
		body string
		want judge.Verdict
	}{
		"letter":           {says("A"), judge.Verdict{P: 1}},
		"second letter":    {says(" **B**."), judge.Verdict{P: 0}},
		"two spellings":    {with("A", `{"token":"A","top_logprobs":[{"token":"A","logprob":-0.6931471805599453},{"token":" A","logprob":-1.3862943611198906},{"token":"B","logprob":-1.3862943611198906}]}`), judge.Verdict{P: .75, Soft: true}},
		"behind a quote":   {with(`"B"`, `{"token":"\"","top_logprobs":[{"token":"\"","logprob":0}]},{"token":"B","top_logprobs":[{"token":"B","logprob":-0.2876820724517809},{"token":"A","logprob":-1.3862943611198906}]}`), judge.Verdict{P: .25, Soft: true}},
		"one is told":      {with("B", `{"token":"B","top_logprobs":[{"token":"B","logprob":-0.1}]}`), judge.Verdict{P: 0}},
		"no probabilities": {with("A", `{"token":"A","top_logprobs":[{"token":"A","logprob":9},{"token":"B","logprob":9}]}`), judge.Verdict{P: 1}},
		"none":             {with("A", ""), judge.Verdict{P: 1}},
	} {
		v, err := verdict([]byte(c.body))
		require.NoError(t, err, name)
		assert.Equal(t, c.want.Soft, v.Soft, name)
		assert.InDelta(t, c.want.P, v.P, 1e-12, name)
	}
}

func FuzzVerdict(f *testing.F) {
	f.Add([]byte(says("A")))
	f.Add([]byte(`{"choices":[{"message":{"content":"B"},"logprobs":{"content":[{"token":"B","top_logprobs":[{"token":"B","logprob":-1e308},{"token":"A","logprob":-1e308}]}]}}]}`))
	f.Add([]byte("<html>"))
	f.Fuzz(func(t *testing.T, body []byte) {
		if v, err := verdict(body); err == nil && !(v.P >= 0 && v.P <= 1) {
			t.Fatalf("%v", v)
		}
	})
}

func TestUnreachable(t *testing.T) {
	server := httptest.NewServer(nil)
	url := server.URL
	server.Close()
	r := page(t, judgeAt(t, url, "m", ""), http.MethodPost, question, nil)
	assert.Equal(t, "judge_unreachable", r.code())
	assert.Equal(t, http.StatusBadGateway, r.status)

	// One that breaks off in the midst of its answer.
	url = serving(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		_, _ = io.WriteString(w, "{")
	})
	assert.Equal(t, "judge_unreachable", page(t, judgeAt(t, url, "m", ""), http.MethodPost, question, nil).code())
}

func TestSlow(t *testing.T) {
	url := serving(t, func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // or the server would not see the other side leave
		<-r.Context().Done()
	})
	e, err := NewEndpoint(url, "m", "", 50*time.Millisecond)
	require.NoError(t, err)
	r := page(t, New(e), http.MethodPost, question, nil)
	assert.Equal(t, "judge_slow", r.code(), r.text)
	assert.Equal(t, http.StatusGatewayTimeout, r.status)
	assert.Equal(t, .05, r.Problem.Args["seconds"])
}

// An endpoint that knows no logprobs is asked again without, and then always.
func TestEndpointWithoutLogProbs(t *testing.T) {
	var with, without atomic.Int32
	url := serving(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if strings.Contains(string(body), "logprobs") {
			with.Add(1)
			w.WriteHeader(400)
			return
		}
		without.Add(1)
		_, _ = io.WriteString(w, says("A"))
	})
	h := judgeAt(t, url, "m", "")
	for range 2 {
		r := page(t, h, http.MethodPost, question, nil)
		assert.Equal(t, 200, r.status)
		assert.Equal(t, judge.Verdict{P: 1}, r.Verdict)
	}
	assert.EqualValues(t, 1, with.Load())
	assert.EqualValues(t, 2, without.Load())
}

// Without a name the endpoint's first model is taken.
func TestFirstModel(t *testing.T) {
	var asked atomic.Value
	url := serving(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/api/v1/models" {
			_, _ = io.WriteString(w, `{"data":[{"id":"qwen"},{"id":"other"}]}`)
			return
		}
		var got struct{ Model string }
		_ = json.NewDecoder(r.Body).Decode(&got)
		asked.Store(got.Model)
		_, _ = io.WriteString(w, says("A"))
	})
	h := judgeAt(t, url+"/api/v1/", "", "")
	assert.Equal(t, 200, page(t, h, http.MethodPost, question, nil).status)
	assert.Equal(t, "qwen", asked.Load())
	assert.Contains(t, page(t, h, http.MethodGet, "", nil).text, `"qwen"`)
}

// Nobody but a page of this server gets through, and nothing but a case.
func TestNoOpenProxy(t *testing.T) {
	url := serving(t, func(http.ResponseWriter, *http.Request) { t.Error("something was sent on") })
	h := judgeAt(t, url, "m", "")
	for name, change := range map[string]func(*http.Request){
		"cross-site":   func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") },
		"same-site":    func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "same-site") },
		"other origin": func(r *http.Request) { r.Header.Del("Sec-Fetch-Site"); r.Header.Set("Origin", "http://evil.example") },
		"null origin":  func(r *http.Request) { r.Header.Set("Origin", "null") },
		"rebinding":    func(r *http.Request) { r.Host = "evil.example"; r.Header.Set("Origin", "http://evil.example") },
	} {
		for _, method := range []string{http.MethodPost, http.MethodGet} {
			r := page(t, h, method, question, change)
			assert.Equal(t, http.StatusForbidden, r.status, name)
			assert.NotContains(t, r.text, "configured", name)
		}
	}
	r := page(t, h, http.MethodPost, question, func(r *http.Request) { r.Header.Set("Content-Type", "text/plain") })
	assert.Equal(t, http.StatusUnsupportedMediaType, r.status)
	for name, body := range map[string]string{
		"no JSON":   "question",
		"unknown":   `{"question":"q","a":"x","b":"y","principles":["p"],"model":"gpt-5"}`,
		"two":       question + question,
		"equal":     `{"question":"q","a":"x","b":"x","principles":["p"]}`,
		"too long":  `{"question":"q","a":"x","b":"` + strings.Repeat("y", judge.MaxText+1) + `","principles":["p"]}`,
		"huge":      `{"question":"` + strings.Repeat("q", judge.MaxCase) + `","a":"x","b":"y","principles":["p"]}`,
		"messages":  `{"messages":[{"role":"user","content":"hi"}]}`,
		"no rules":  `{"question":"q","a":"x","b":"y","principles":[]}`,
		"only half": `{"question":"q"`,
	} {
		assert.Equal(t, "judge_case", page(t, h, http.MethodPost, body, nil).code(), name)
	}
	for _, host := range []string{"localhost:8080", "127.0.0.1", "[::1]:80", "192.168.1.7:8080"} {
		r := httptest.NewRequest(http.MethodGet, Path, nil)
		r.Host = host
		assert.True(t, h.own(r), host)
	}
}

// Pages together cannot ask for more than a few at once.
func TestCrowd(t *testing.T) {
	begun, release := make(chan struct{}, atOnce), make(chan struct{})
	url := serving(t, func(w http.ResponseWriter, _ *http.Request) {
		begun <- struct{}{}
		<-release
		_, _ = io.WriteString(w, says("A"))
	})
	h := judgeAt(t, url, "m", "")
	h.patience = time.Millisecond
	answers := make(chan int, atOnce)
	for range atOnce {
		go func() { answers <- page(t, h, http.MethodPost, question, nil).status }()
	}
	for range atOnce {
		<-begun
	}
	r := page(t, h, http.MethodPost, question, nil)
	assert.Equal(t, http.StatusTooManyRequests, r.status)
	assert.Equal(t, "judge_busy", r.code())
	assert.Equal(t, "5", r.header.Get("Retry-After"))
	close(release)
	for range atOnce {
		assert.Equal(t, http.StatusOK, <-answers)
	}
	assert.Equal(t, http.StatusOK, page(t, h, http.MethodPost, question, nil).status, "a slot is free again")
}

func TestBucket(t *testing.T) {
	now := time.Unix(0, 0)
	b := newBucket(60, 3, func() time.Time { return now })
	for range 3 {
		assert.Zero(t, b.take())
	}
	assert.Equal(t, time.Second, b.take())
	now = now.Add(time.Second)
	assert.Zero(t, b.take())
	assert.Positive(t, b.take())
	now = now.Add(time.Hour)
	for range 3 {
		assert.Zero(t, b.take())
	}
	assert.Positive(t, b.take(), "an hour saves up no more than the burst")
}

func TestAddresses(t *testing.T) {
	for address, want := range map[string]string{
		"http://localhost:11434":                  "http://localhost:11434/v1/chat/completions",
		"http://localhost:11434/":                 "http://localhost:11434/v1/chat/completions",
		"https://api.example/v1/":                 "https://api.example/v1/chat/completions",
		"https://api.example/x/chat/completions":  "https://api.example/x/chat/completions",
		"https://api.example/v1/chat/completions": "https://api.example/v1/chat/completions",
	} {
		e, err := NewEndpoint(address, "m", "key", time.Second)
		require.NoError(t, err, address)
		assert.Equal(t, want, e.url.String())
	}
	for _, address := range []string{"", "localhost:11434", "ftp://x", "http://", "http://u:p@localhost", "http://localhost/?key=1", "http://api.example"} {
		_, err := NewEndpoint(address, "m", "key", time.Second)
		assert.Error(t, err, address)
	}
	_, err := NewEndpoint("http://api.example", "m", "", time.Second)
	assert.NoError(t, err, "without a key nothing secret travels")
	_, err = NewEndpoint("http://localhost", "m", "two\nlines", time.Second)
	assert.Error(t, err)
	_, err = NewEndpoint("http://localhost", "m", "", 0)
	assert.Error(t, err)
}

func TestReadKey(t *testing.T) {
	t.Setenv(KeyVariable, " from the environment\n")
	key, err := ReadKey("")
	require.NoError(t, err)
	assert.Equal(t, "from the environment", key)
	file := filepath.Join(t.TempDir(), "key")
	require.NoError(t, os.WriteFile(file, []byte("sk-1\n"), 0o600))
	key, err = ReadKey(file)
	require.NoError(t, err)
	assert.Equal(t, "sk-1", key)
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	_, err = ReadKey(file)
	assert.Error(t, err)
	_, err = ReadKey(file + "x")
	assert.ErrorIs(t, err, os.ErrNotExist)
}
