// Package judge lets the page ask one OpenAI-compatible endpoint, and that one
// alone, which of two answers is better. It is no proxy for anything else: the
// page hands in a case, the request to the endpoint is built here, and what goes
// back is a verdict or a problem. The endpoint's key never leaves the server.
//
//	GET  /judge   Status: whether a judge is set up, and which
//	POST /judge   a judge.Case; answered with a judge.Verdict, or with
//	              {"problem": …} and a status of 400 and above
package judge

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"math"
	"net"
	"net/http"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"sprout/core/judge"
	"sprout/core/problem"
)

// Path is where the page asks.
const Path = "/judge"

// Status is what the page may know of the judge.
type Status struct {
	Configured bool   `json:"configured"`
	Name       string `json:"name,omitempty"` // of the model; empty: not found out yet
	Host       string `json:"host,omitempty"` // that the cases are sent to
}

// Handler answers the page. A nil Endpoint means that no judge is set up.
type Handler struct {
	endpoint *Endpoint
	hosts    []string // names under which this server is known
	slots    chan struct{}
	waiting  chan struct{}
	patience time.Duration // for a slot
	rate     *bucket
}

// What one server asks of the endpoint, all its pages together.
const (
	atOnce    = 4
	inLine    = 64
	perMinute = 1200
	burst     = 100
)

// New serves one endpoint to pages of this server, which goes by the names of
// hosts beside its addresses and those of this machine.
func New(e *Endpoint, hosts ...string) *Handler {
	if own, err := os.Hostname(); err == nil {
		hosts = append(hosts, own, own+".local")
	}
	return &Handler{
		endpoint: e, hosts: hosts,
		slots: make(chan struct{}, atOnce), waiting: make(chan struct{}, inLine),
		patience: 30 * time.Second, rate: newBucket(perMinute, burst, time.Now),
	}
}

// ServeHTTP implements http.Handler.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Cache-Control", "no-store")
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Cross-Origin-Resource-Policy", "same-origin")
	if !h.own(r) {
		fail(w, http.StatusForbidden, judge.Refused(http.StatusForbidden, "only a page of this server may ask its judge"))
		return
	}
	switch r.Method {
	case http.MethodGet, http.MethodHead:
		var s Status
		if h.endpoint != nil {
			ctx, cancel := context.WithTimeout(r.Context(), 3*time.Second)
			defer cancel()
			s = Status{Configured: true, Name: h.endpoint.Name(ctx), Host: h.endpoint.Host()}
		}
		write(w, http.StatusOK, s)
	case http.MethodPost:
		h.judge(w, r)
	default:
		header.Set("Allow", "GET, HEAD, POST")
		w.WriteHeader(http.StatusMethodNotAllowed)
	}
}

// own reports whether a page of this very server asks. A name that somebody else
// has pointed at this machine is none of ours (DNS rebinding); over https the
// certificate has settled that.
func (h *Handler) own(r *http.Request) bool {
	if site := r.Header.Get("Sec-Fetch-Site"); site != "" && site != "same-origin" && site != "none" {
		return false
	}
	if origin := r.Header.Get("Origin"); origin != "" {
		if _, host, _ := strings.Cut(origin, "://"); !strings.EqualFold(host, r.Host) {
			return false
		}
	}
	if r.TLS != nil {
		return true
	}
	name := r.Host
	if host, _, err := net.SplitHostPort(r.Host); err == nil {
		name = host
	}
	name = strings.ToLower(strings.Trim(name, "[]"))
	if _, err := netip.ParseAddr(name); err == nil {
		return true
	}
	return name == "localhost" || strings.HasSuffix(name, ".localhost") ||
		slices.ContainsFunc(h.hosts, func(own string) bool { return strings.EqualFold(own, name) })
}

func (h *Handler) judge(w http.ResponseWriter, r *http.Request) {
	if h.endpoint == nil {
		fail(w, http.StatusNotFound, judge.Missing())
		return
	}
	// A form of another site cannot have this type without asking first.
	if kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";"); strings.TrimSpace(kind) != "application/json" {
		fail(w, http.StatusUnsupportedMediaType, malformed("the request is not application/json"))
		return
	}
	var c judge.Case
	decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, judge.MaxCase))
	decoder.DisallowUnknownFields()
	err := decoder.Decode(&c)
	if err == nil {
		if _, more := decoder.Token(); !errors.Is(more, io.EOF) {
			err = errors.New("something follows it")
		}
	}
	if err != nil {
		status := http.StatusBadRequest
		if _, large := errors.AsType[*http.MaxBytesError](err); large {
			status = http.StatusRequestEntityTooLarge
		}
		fail(w, status, malformed("it cannot be read"))
		return
	}
	if err := c.Check(); err != nil {
		fail(w, http.StatusBadRequest, err)
		return
	}
	leave, err := h.enter(r.Context())
	if err != nil {
		fail(w, http.StatusTooManyRequests, err)
		return
	}
	defer leave()
	v, err := h.endpoint.Ask(r.Context(), c)
	if err != nil {
		fail(w, statuses[problem.From(err).Code], err)
		return
	}
	write(w, http.StatusOK, v)
}

func malformed(why string) error {
	return judge.Unfit(why, judge.MaxCase)
}

// statuses of the problems of an endpoint.
var statuses = map[string]int{
	"judge_unreachable":  http.StatusBadGateway,
	"judge_slow":         http.StatusGatewayTimeout,
	"judge_unauthorised": http.StatusBadGateway, // not 401: the browser has no password to ask for
	"judge_nonsense":     http.StatusBadGateway,
	"judge_refused":      http.StatusBadGateway,
	"judge_busy":         http.StatusTooManyRequests,
}

// enter waits for one of the few slots; problem "judge_busy".
func (h *Handler) enter(ctx context.Context) (leave func(), err error) {
	if wait := h.rate.take(); wait > 0 {
		return nil, judge.Busy(math.Ceil(wait.Seconds()))
	}
	select {
	case h.waiting <- struct{}{}:
		defer func() { <-h.waiting }()
	default:
		return nil, judge.Busy(5)
	}
	timer := time.NewTimer(h.patience)
	defer timer.Stop()
	select {
	case h.slots <- struct{}{}:
		return func() { <-h.slots }, nil
	case <-timer.C:
	case <-ctx.Done():
	}
	return nil, judge.Busy(5)
}

// fail answers with a problem. The cause behind it may name the server's
// network and stays here.
func fail(w http.ResponseWriter, status int, err error) {
	p := problem.From(err)
	if status == 0 {
		status = http.StatusInternalServerError
	}
	if seconds, ok := p.Args["seconds"].(float64); ok && status == http.StatusTooManyRequests {
		w.Header().Set("Retry-After", strconv.Itoa(int(seconds)))
	}
	write(w, status, map[string]any{"problem": p})
}

func write(w http.ResponseWriter, status int, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		panic(err) // plain structs
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(append(body, '\n')) // a client that has gone is told nothing
}
