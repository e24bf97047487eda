// Package browser finds a Chromium, starts it with a fresh profile and watches
// what a page does: what it logs, what it throws, and whom it asks.
package browser

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
)

// names in the order in which they are tried.
var names = []string{
	"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "headless_shell", "headless-shell",
	"/usr/bin/chromium", "/usr/lib/chromium/chromium", "/snap/bin/chromium",
	"/Applications/Google Chrome.app/Contents/MacOS/Google Chrome", "/Applications/Chromium.app/Contents/MacOS/Chromium",
	`C:\Program Files\Google\Chrome\Application\chrome.exe`,
}

// ErrNone says what to do where there is no browser.
var ErrNone = errors.New("no Chromium or Chrome found: install one, or name it in the variable CHROME")

// Find returns the path of a Chromium or Chrome. $CHROME, when set, is the only
// one considered.
func Find() (string, error) {
	if wanted := os.Getenv("CHROME"); wanted != "" {
		path, err := exec.LookPath(wanted)
		if err != nil {
			return "", fmt.Errorf("CHROME=%s: %w", wanted, err)
		}
		return path, nil
	}
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", ErrNone
}

// Install puts Debian's Chromium on the machine. It needs root and apt, and
// says so where they are missing.
func Install() error {
	if runtime.GOOS != "linux" || os.Geteuid() != 0 {
		return ErrNone
	}
	if _, err := exec.LookPath("apt-get"); err != nil {
		return ErrNone
	}
	for _, args := range [][]string{
		{"apt-get", "update", "-q"},
		{"apt-get", "install", "-q", "-y", "--no-install-recommends", "chromium"},
	} {
		cmd := exec.Command(args[0], args[1:]...)
		cmd.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
		cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
		if err := cmd.Run(); err != nil {
			return fmt.Errorf("%w (%v failed: %w)", ErrNone, args, err)
		}
	}
	return nil
}
