package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"syscall"
)

const defaultAddr = "localhost:8080"

// listen opens the address. Where nobody asked for a certain one and it is
// taken, the next ports are tried in order, so that the origin, and with it
// what the browser has stored, stays the same as often as possible.
func listen(addr string, mayMove bool) (listeners []net.Listener, moved bool, err error) {
	listeners, err = open(addr)
	if err == nil || !mayMove || !errors.Is(err, syscall.EADDRINUSE) {
		return listeners, false, err
	}
	host, portText, _ := net.SplitHostPort(addr)
	port, _ := strconv.Atoi(portText)
	for next := port + 1; next <= port+20; next++ {
		listeners, err = open(net.JoinHostPort(host, strconv.Itoa(next)))
		if err == nil {
			return listeners, true, nil
		}
	}
	listeners, err = open(net.JoinHostPort(host, "0"))
	return listeners, true, err
}

// open listens on one address; for "localhost" on both loopback addresses, or
// another program could answer on the one that the browser tries first.
func open(addr string) ([]net.Listener, error) {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, fmt.Errorf("-addr %q: want host:port, such as localhost:8080 or :8080", addr)
	}
	if host != "localhost" {
		l, err := net.Listen("tcp", addr)
		if err != nil {
			return nil, err
		}
		return []net.Listener{l}, nil
	}
	v4, err4 := net.Listen("tcp4", net.JoinHostPort("127.0.0.1", port))
	if err4 == nil {
		port = strconv.Itoa(v4.Addr().(*net.TCPAddr).Port)
	} else if errors.Is(err4, syscall.EADDRINUSE) {
		return nil, err4
	}
	v6, err6 := net.Listen("tcp6", net.JoinHostPort("::1", port))
	switch {
	case err4 == nil && err6 == nil:
		return []net.Listener{v4, v6}, nil
	case err4 == nil && errors.Is(err6, syscall.EADDRINUSE):
		v4.Close()
		return nil, err6
	case err4 == nil: // no IPv6 on this machine
		return []net.Listener{v4}, nil
	case err6 == nil: // no IPv4
		return []net.Listener{v6}, nil
	}
	return nil, err4
}

// announce prints where the page is and what a browser will say about it.
func announce(out io.Writer, l net.Listener, addr string, secure bool, fingerprint string, moved bool) {
	scheme := "http"
	if secure {
		scheme = "https"
	}
	port := strconv.Itoa(l.Addr().(*net.TCPAddr).Port)
	host, wanted, _ := net.SplitHostPort(addr)
	everywhere := host == "" || net.ParseIP(host).IsUnspecified()
	if everywhere {
		host = "localhost"
	}
	fmt.Fprintf(out, "Sprout is at %s://%s/\n", scheme, net.JoinHostPort(host, port))
	if everywhere {
		for _, ip := range reachable() {
			fmt.Fprintf(out, "         and %s://%s/\n", scheme, net.JoinHostPort(ip.String(), port))
		}
	}
	if moved {
		fmt.Fprintf(out, "Port %s is taken. A browser keeps checkpoints per address: what was saved under port %s is not seen under %s.\n", wanted, wanted, port)
	}
	if fingerprint != "" {
		fmt.Fprintf(out, "The certificate was made just now; the browser will ask once. SHA-256 %s\n", fingerprint)
	}
	if ip := net.ParseIP(host); !secure && (everywhere || ip != nil && !ip.IsLoopback()) {
		fmt.Fprintln(out, "Over plain http, other machines get no secure context: no WebGPU, no shared memory, no protected storage. Add -tls for those.")
	}
	fmt.Fprintln(out, "Ctrl+C stops it.")
}

// reachable lists this machine's addresses on its networks.
func reachable() []net.IP {
	addrs, err := net.InterfaceAddrs()
	if err != nil {
		return nil // only the hints would be missing
	}
	var ips []net.IP
	for _, a := range addrs {
		if n, ok := a.(*net.IPNet); ok && n.IP.IsGlobalUnicast() {
			ips = append(ips, n.IP)
		}
	}
	return ips
}
