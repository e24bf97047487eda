package judge

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"sprout/core/judge"
)

// KeyVariable is the environment variable of the key where no file is named.
const KeyVariable = "SPROUT_JUDGE_KEY"

const completions = "/chat/completions"

// maxReply bounds what is read of an endpoint's answer, in bytes.
const maxReply = 1 << 20

// Endpoint is a chat-completions endpoint.
type Endpoint struct {
	url     *url.URL // of /chat/completions
	key     string
	timeout time.Duration
	client  *http.Client
	plain   atomic.Bool // it refuses to tell probabilities

	mu    sync.Mutex
	model string // empty until it was asked for
}

// NewEndpoint checks an address: "http://localhost:11434" and ".../v1" are taken
// to mean ".../v1/chat/completions". The key may be empty; it does not travel
// unencrypted to another machine.
func NewEndpoint(address, model, key string, timeout time.Duration) (*Endpoint, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return nil, fmt.Errorf("-judge %q: want an address such as http://localhost:11434", address)
	}
	if u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return nil, errors.New("-judge: no password, query or fragment belongs into the address; a key goes into a file (-judge-key-file)")
	}
	path := strings.TrimSuffix(u.Path, "/")
	if path == "" {
		path = "/v1"
	}
	if !strings.HasSuffix(path, completions) {
		path += completions
	}
	u.Path = path
	if key != "" && u.Scheme == "http" && !loopback(u.Hostname()) {
		return nil, fmt.Errorf("-judge %s: a key would travel readable to another machine; use https", u.Redacted())
	}
	if strings.ContainsFunc(key, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return nil, errors.New("the judge's key must be one line of printable characters")
	}
	if timeout <= 0 {
		return nil, fmt.Errorf("-judge-timeout %v: must be above 0", timeout)
	}
	return &Endpoint{
		url: u, key: key, model: model, timeout: timeout,
		client: &http.Client{
			// An answer that leads elsewhere would take the case, and the key, along.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || ip != nil && ip.IsLoopback()
}

// ReadKey takes the key from a file or, where none is named, from the
// environment.
func ReadKey(file string) (string, error) {
	if file == "" {
		return strings.TrimSpace(os.Getenv(KeyVariable)), nil
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	key := strings.TrimSpace(string(data))
	if key == "" {
		return "", fmt.Errorf("-judge-key-file %s is empty", file)
	}
	return key, nil
}

// Name is the model's; where none was given, the first one that the endpoint
// has. It is empty where that cannot be found out now.
func (e *Endpoint) Name(ctx context.Context) string {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.model == "" {
		e.model = e.first(ctx)
	}
	return e.model
}

// first asks which models there are.
func (e *Endpoint) first(ctx context.Context) string {
	status, _, body, err := e.send(ctx, http.MethodGet, strings.TrimSuffix(e.url.Path, completions)+"/models", nil)
	var list struct {
		Data []struct {
			ID string `json:"id"`
		} `json:"data"`
	}
	if err != nil || status != http.StatusOK || json.Unmarshal(body, &list) != nil || len(list.Data) == 0 {
		return ""
	}
	return list.Data[0].ID
}

// Host is where the cases are sent.
func (e *Endpoint) Host() string { return e.url.Host }

// Ask has one case judged in the order in which it stands. Problems: those of
// package core/judge.
func (e *Endpoint) Ask(ctx context.Context, c judge.Case) (judge.Verdict, error) {
	ctx, cancel := context.WithTimeout(ctx, e.timeout)
	defer cancel()
	softly, model := !e.plain.Load(), e.Name(ctx)
	status, header, body, err := e.post(ctx, newRequest(model, c, softly))
	if softly && (status == http.StatusBadRequest || status == http.StatusUnprocessableEntity) {
		// It may not know logprobs: without them there is still the letter.
		status, header, body, err = e.post(ctx, newRequest(model, c, false))
		if err == nil && status == http.StatusOK {
			e.plain.Store(true)
		}
	}
	switch {
	case err != nil:
		return judge.Verdict{}, e.explain(ctx, err)
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		return judge.Verdict{}, judge.Unauthorised(status)
	case status == http.StatusTooManyRequests:
		return judge.Verdict{}, judge.Busy(retryAfter(header))
	case status == http.StatusServiceUnavailable:
		if header.Get("Retry-After") != "" {
			return judge.Verdict{}, judge.Busy(retryAfter(header))
		}
		return judge.Verdict{}, judge.Unreachable(e.Host(), "status 503")
	case status >= 300 && status < 400:
		return judge.Verdict{}, judge.Refused(status, "it sends elsewhere")
	case status != http.StatusOK:
		return judge.Verdict{}, judge.Refused(status, reason(body))
	case len(body) > maxReply:
		return judge.Verdict{}, nonsense(body)
	}
	return verdict(body)
}

func (e *Endpoint) post(ctx context.Context, r request) (status int, header http.Header, body []byte, err error) {
	data, err := json.Marshal(r)
	if err != nil {
		panic(err) // strings and numbers
	}
	return e.send(ctx, http.MethodPost, e.url.Path, data)
}

// send reads one byte more than a good answer may have. Should the endpoint
// repeat the key, it is blotted out.
func (e *Endpoint) send(ctx context.Context, method, path string, data []byte) (status int, header http.Header, body []byte, err error) {
	to := *e.url
	to.Path = path
	r, err := http.NewRequestWithContext(ctx, method, to.String(), bytes.NewReader(data))
	if err != nil {
		return 0, nil, nil, err
	}
	r.Header.Set("Accept", "application/json")
	if data != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if e.key != "" {
		r.Header.Set("Authorization", "Bearer "+e.key)
	}
	response, err := e.client.Do(r)
	if err != nil {
		return 0, nil, nil, err
	}
	defer response.Body.Close()
	body, err = io.ReadAll(io.LimitReader(response.Body, maxReply+1))
	if e.key != "" {
		body = bytes.ReplaceAll(body, []byte(e.key), []byte("…"))
	}
	return response.StatusCode, response.Header, body, err
}

// explain tells a slow endpoint from one that is not there.
func (e *Endpoint) explain(ctx context.Context, err error) error {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return judge.Slow(e.timeout.Seconds())
	}
	if outer, ok := errors.AsType[*url.Error](err); ok {
		err = outer.Err // without the address once more
	}
	return judge.Unreachable(e.Host(), err.Error())
}

// reason is the error message of an endpoint, or the beginning of its answer.
func reason(body []byte) string {
	var e struct {
		Error json.RawMessage `json:"error"`
	}
	if json.Unmarshal(body, &e) == nil && e.Error != nil {
		var inner struct {
			Message string `json:"message"`
		}
		var text string
		switch {
		case json.Unmarshal(e.Error, &text) == nil:
			return text
		case json.Unmarshal(e.Error, &inner) == nil && inner.Message != "":
			return inner.Message
		}
	}
	return string(body[:min(len(body), 1<<10)])
}

// retryAfter is the wait asked for in seconds, between 1 and 600; 10 where none
// is named. A date is not read: such endpoints give seconds.
func retryAfter(h http.Header) float64 {
	s, err := strconv.Atoi(strings.TrimSpace(h.Get("Retry-After")))
	if err != nil {
		return 10
	}
	return float64(min(600, max(1, s)))
}
