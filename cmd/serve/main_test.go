package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// page makes a folder with an index.html.
func page(t *testing.T) string {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "index.html"), []byte("<!doctype html>leaf"), 0o600))
	return dir
}

// lines collects output and hands out the printed address.
type lines struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

var address = regexp.MustCompile(`Sprout is at (https?://\S+/)`)

// start runs serve and returns its address, its output and a stop function
// that returns what run returned.
func start(t *testing.T, args ...string) (url string, out *lines, stop func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	out = &lines{}
	done := make(chan error, 1)
	go func() { done <- run(ctx, args, out) }()
	require.Eventually(t, func() bool {
		if m := address.FindStringSubmatch(out.String()); m != nil {
			url = m[1]
		}
		return url != "" && strings.Contains(out.String(), "Ctrl+C")
	}, 10*time.Second, 5*time.Millisecond)
	return url, out, func() error { cancel(); return <-done }
}

func TestServesAFolderOnLocalhost(t *testing.T) {
	url, _, stop := start(t, "-dir", page(t), "-addr", "localhost:0")
	r, err := http.Get(url)
	require.NoError(t, err)
	data, err := io.ReadAll(r.Body)
	require.NoError(t, err)
	require.NoError(t, r.Body.Close())
	assert.Equal(t, "<!doctype html>leaf", string(data))
	require.NoError(t, stop())
	_, err = http.Get(url) //nolint:bodyclose // the request must fail
	assert.Error(t, err, "stopped")
}

func TestShutdownLetsAnswersFinish(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	begun, release := make(chan struct{}), make(chan struct{})
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		close(begun)
		<-release
		_, _ = io.WriteString(w, "whole")
	})}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- serveUntil(ctx, server, []net.Listener{l}, io.Discard) }()
	answer := make(chan string, 1)
	go func() {
		r, err := http.Get("http://" + l.Addr().String())
		if err != nil {
			answer <- err.Error()
			return
		}
		defer r.Body.Close()
		data, _ := io.ReadAll(r.Body)
		answer <- string(data)
	}()
	<-begun
	cancel()
	close(release)
	assert.Equal(t, "whole", <-answer)
	assert.NoError(t, <-done)
}

func TestTakenPort(t *testing.T) {
	first, err := open("localhost:0")
	require.NoError(t, err)
	defer first[0].Close()
	taken := first[0].Addr().(*net.TCPAddr)

	addr := net.JoinHostPort("localhost", regexp.MustCompile(`\d+$`).FindString(taken.String()))
	_, _, err = listen(addr, false)
	require.Error(t, err, "an address that was asked for is not swapped for another")

	second, moved, err := listen(addr, true)
	require.NoError(t, err)
	defer second[0].Close()
	assert.True(t, moved)
	assert.NotEqual(t, taken.Port, second[0].Addr().(*net.TCPAddr).Port)

	var out bytes.Buffer
	announce(&out, second[0], addr, false, "", moved)
	assert.Contains(t, out.String(), "is taken")
}

func TestLocalhostIsOneAddressOnBothProtocols(t *testing.T) {
	ls, err := open("localhost:0")
	require.NoError(t, err)
	for _, l := range ls {
		defer l.Close()
		a := l.Addr().(*net.TCPAddr)
		assert.True(t, a.IP.IsLoopback())
		assert.Equal(t, ls[0].Addr().(*net.TCPAddr).Port, a.Port)
	}
}

func TestSelfSigned(t *testing.T) {
	url, out, stop := start(t, "-dir", page(t), "-addr", "localhost:0", "-tls")
	assert.True(t, strings.HasPrefix(url, "https://localhost:"))
	assert.Contains(t, out.String(), "SHA-256")

	var seen *x509.Certificate
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{
		InsecureSkipVerify: true, //nolint:gosec // the test checks the certificate itself
		VerifyConnection: func(s tls.ConnectionState) error {
			seen = s.PeerCertificates[0]
			return nil
		},
	}}}
	r, err := client.Get(url)
	require.NoError(t, err)
	require.NoError(t, r.Body.Close())
	require.NoError(t, seen.VerifyHostname("localhost"))
	require.NoError(t, seen.VerifyHostname("127.0.0.1"))
	require.NoError(t, seen.VerifyHostname("::1"))
	roots := x509.NewCertPool()
	roots.AddCert(seen)
	_, err = seen.Verify(x509.VerifyOptions{Roots: roots, DNSName: "localhost"})
	require.NoError(t, err)
	assert.Less(t, seen.NotAfter.Sub(seen.NotBefore), 398*24*time.Hour, "browsers refuse longer ones")
	client.CloseIdleConnections()
	require.NoError(t, stop())
}

func TestOwnCertificate(t *testing.T) {
	err := run(t.Context(), []string{"-dir", page(t), "-cert", "only.pem"}, io.Discard)
	assert.ErrorContains(t, err, "belong together")
	err = run(t.Context(), []string{"-dir", page(t), "-cert", "no.pem", "-key", "no.key"}, io.Discard)
	assert.ErrorIs(t, err, os.ErrNotExist)
}

func TestAnnounceWarnsOfPlainHTTP(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	for addr, warned := range map[string]bool{":8080": true, "0.0.0.0:8080": true, "192.168.1.5:8080": true, "localhost:8080": false, "127.0.0.1:8080": false} {
		var out bytes.Buffer
		announce(&out, l, addr, false, "", false)
		assert.Equal(t, warned, strings.Contains(out.String(), "-tls"), addr)
		out.Reset()
		announce(&out, l, addr, true, "AB", false)
		assert.NotContains(t, out.String(), "secure context", addr)
	}
}

func TestBadArguments(t *testing.T) {
	for _, args := range [][]string{{"-dir", t.TempDir()}, {"-dir", "no such folder"}, {"extra"}, {"-nonsense"}, {"-dir", page(t), "-addr", "8080"}} {
		assert.Error(t, run(t.Context(), args, io.Discard), "%q", args)
	}
}

func TestWithoutThePageItSaysWhatToRun(t *testing.T) {
	only := fstest.MapFS{"placeholder.txt": {Data: []byte("run make")}}
	_, err := siteFiles("", only)
	assert.ErrorContains(t, err, "make serve")
	only["index.html"] = &fstest.MapFile{}
	files, err := siteFiles("", only)
	require.NoError(t, err)
	assert.Equal(t, only, files)
}

// The page asks a judge on its own origin, and only where somebody named one.
func TestJudge(t *testing.T) {
	get := func(url string) string {
		r, err := http.Get(url + "judge")
		require.NoError(t, err)
		defer r.Body.Close()
		data, err := io.ReadAll(r.Body)
		require.NoError(t, err)
		return string(data)
	}
	url, _, stop := start(t, "-dir", page(t), "-addr", "localhost:0")
	assert.JSONEq(t, `{"configured":false}`, get(url))
	require.NoError(t, stop())

	url, out, stop := start(t, "-dir", page(t), "-addr", "localhost:0", "-judge", "http://localhost:1", "-judge-model", "m")
	assert.JSONEq(t, `{"configured":true,"name":"m","host":"localhost:1"}`, get(url))
	assert.Contains(t, out.String(), "http://localhost:1")
	require.NoError(t, stop())

	for _, args := range [][]string{{"-judge", "localhost"}, {"-judge-model", "m"}, {"-judge", "http://localhost:1", "-judge-key-file", "no such file"}, {"-judge", "http://localhost:1", "-judge-timeout", "0s"}} {
		assert.Error(t, run(t.Context(), append(args, "-dir", page(t), "-addr", "localhost:0"), io.Discard), "%q", args)
	}
}
