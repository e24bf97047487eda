package browser

import (
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// own are hosts that Chromium asks by itself, whatever its flags say. No page of
// ours could have a reason to name them.
var own = []string{
	"accounts.google.com", "android.clients.google.com", "clients2.google.com", "content-autofill.googleapis.com",
	"optimizationguide-pa.googleapis.com", "redirector.gvt1.com", "safebrowsing.googleapis.com", "update.googleapis.com",
}

// refuser is a proxy that lets nothing through and remembers who was asked for.
type refuser struct {
	server   *http.Server
	listener net.Listener

	mu   sync.Mutex
	seen []string
}

func newRefuser() (*refuser, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	r := &refuser{listener: l}
	r.server = &http.Server{Handler: r, ReadHeaderTimeout: 10 * time.Second}
	go r.server.Serve(l) //nolint:errcheck // ends with close
	return r, nil
}

func (r *refuser) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	host := strings.TrimSuffix(q.Host, ":443")
	r.mu.Lock()
	if !slices.Contains(r.seen, host) && !slices.Contains(own, host) {
		r.seen = append(r.seen, host)
	}
	r.mu.Unlock()
	http.Error(w, "only the page's own origin is reachable", http.StatusForbidden)
}

func (r *refuser) hosts() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.seen)
}

func (r *refuser) address() string { return r.listener.Addr().String() }

func (r *refuser) close() { r.server.Close() }
