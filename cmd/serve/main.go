// Command serve hands the built page to a browser. The site is embedded, so
// the binary is all that a classroom machine needs: no network, no runtime.
//
//	serve                       http://localhost:8080, or the next free port
//	serve -addr :8080 -tls      to a whole room, with a certificate made on the fly
//	serve -dir web/dist         another folder instead of the embedded site
//	serve -judge http://localhost:11434 -judge-model qwen2.5:3b
//	                            an OpenAI-compatible endpoint that the page may ask
//	                            which of two answers is better
package main

import (
	"context"
	"crypto/tls"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"sprout/cmd/serve/judge"
	"sprout/cmd/serve/static"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(ctx, os.Args[1:], os.Stdout)
	if errors.Is(err, flag.ErrHelp) {
		return
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "serve:", err)
		os.Exit(1)
	}
}

// run serves until ctx ends and then lets open answers finish.
func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("serve", flag.ContinueOnError)
	flags.SetOutput(out)
	addr := flags.String("addr", defaultAddr, "address to listen on; \":8080\" is reachable from other machines")
	secure := flags.Bool("tls", false, "serve https; without -cert and -key a self-signed certificate is made")
	certFile := flags.String("cert", "", "certificate chain in PEM (implies -tls)")
	keyFile := flags.String("key", "", "private key in PEM (implies -tls)")
	dir := flags.String("dir", "", "serve this folder instead of the embedded site")
	var j judgeFlags
	j.define(flags)
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q; see -help", flags.Arg(0))
	}
	if (*certFile == "") != (*keyFile == "") {
		return errors.New("-cert and -key belong together")
	}
	addrGiven := false
	flags.Visit(func(f *flag.Flag) { addrGiven = addrGiven || f.Name == "addr" })

	files, err := siteFiles(*dir, embedded())
	if err != nil {
		return err
	}
	host, _, _ := net.SplitHostPort(*addr)
	asked, err := j.handler(host)
	if err != nil {
		return err
	}
	config, fingerprint, err := tlsConfig(*secure, *certFile, *keyFile)
	if err != nil {
		return err
	}
	listeners, moved, err := listen(*addr, !addrGiven)
	if err != nil {
		return err
	}
	j.announce(out)
	announce(out, listeners[0], *addr, config != nil, fingerprint, moved)

	mux := http.NewServeMux()
	mux.Handle("/", static.New(files))
	mux.Handle(judge.Path, asked)
	server := &http.Server{
		Handler:           mux,
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		TLSConfig:         config,
	}
	return serveUntil(ctx, server, listeners, out)
}

// siteFiles opens the folder or the embedded site, and refuses what has no
// page, saying how to get one.
func siteFiles(dir string, built fs.FS) (fs.FS, error) {
	if dir == "" {
		if _, err := fs.Stat(built, "index.html"); err != nil {
			return nil, errors.New("this binary was built without the page; run \"make serve\" (or \"make build\", or give -dir)")
		}
		return built, nil
	}
	// A root does not follow links that lead out of the folder.
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	if _, err := root.Stat("index.html"); err != nil {
		return nil, fmt.Errorf("no index.html in %s", dir)
	}
	return root.FS(), nil
}

func serveUntil(ctx context.Context, server *http.Server, listeners []net.Listener, out io.Writer) error {
	failed := make(chan error, len(listeners))
	secure := server.TLSConfig != nil // Serve sets a config of its own later
	for _, l := range listeners {
		defer l.Close()
		go func() {
			if secure {
				failed <- server.ServeTLS(l, "", "")
				return
			}
			failed <- server.Serve(l)
		}()
	}
	select {
	case err := <-failed:
		server.Close()
		return err
	case <-ctx.Done():
	}
	fmt.Fprintln(out, "Stopping.")
	// A fresh context: the old one has just ended.
	grace, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err := server.Shutdown(grace); err != nil {
		return server.Close()
	}
	return nil
}

// tlsConfig returns nil for plain http. The fingerprint belongs to a
// certificate made here, which the browser will ask about.
func tlsConfig(secure bool, certFile, keyFile string) (config *tls.Config, fingerprint string, err error) {
	var cert tls.Certificate
	switch {
	case certFile != "":
		cert, err = tls.LoadX509KeyPair(certFile, keyFile)
	case secure:
		cert, fingerprint, err = selfSigned(time.Now())
	default:
		return nil, "", nil
	}
	if err != nil {
		return nil, "", err
	}
	return &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12}, fingerprint, nil
}
