package main

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// rivals is what a workload is measured against and how far: the largest
// ratio of times, or the smallest ratio of rates.
var rivals = []struct {
	workload string
	aims     map[string]float64
}{
	{"char", map[string]float64{"torch-2t": 2.1, "jax-wasm-2t": 0.45, "tfjs-wasm-2t": 0.29}},
	{"large", map[string]float64{"torch-2t": 3.2}},
	{"decode", map[string]float64{"torch-2t": 1.5}},
}

// peers runs the interleaved bench against native PyTorch and what else trains
// in a browser.
func (b *bench) peers() error {
	if err := exec.Command("/usr/bin/python3", "-c", "import torch").Run(); err != nil {
		return fmt.Errorf("the peers need PyTorch: apt-get install python3-torch python3-numpy libopenblas0-openmp (%w)", err)
	}
	dir, err := peersInstalled()
	if err != nil {
		return err
	}
	extra, err := filepath.Abs(filepath.Join("e2e", "bench", "peer.json"))
	if err != nil {
		return err
	}
	for _, r := range rivals {
		out, err := filepath.Abs(filepath.Join("build", "peers-"+r.workload+".json"))
		if err != nil {
			return err
		}
		names := []string{"sprout"}
		for name := range r.aims {
			names = append(names, name)
		}
		cmd := exec.Command("/usr/bin/python3", filepath.Join(dir, "run_all.py"), "--only", strings.Join(names, ","),
			"--extra", extra, "--workload", r.workload, "--rounds", "3", "--out", out)
		cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
		if err := cmd.Run(); err != nil {
			return err
		}
		best, err := bestRounds(out, r.workload)
		if err != nil {
			return err
		}
		for _, name := range names[1:] {
			ratio := best["sprout"] / best[name]
			const how = "best round over best round of three interleaved ones; Sprout in Chromium, one worker per core"
			if r.workload == "decode" {
				b.atLeast("decoding with KV cache, tokens/s against "+name, ratio, r.aims[name], "times", how, best)
			} else {
				b.atMost("training step, "+r.workload+", time against "+name, ratio, r.aims[name], "times", how, best)
			}
		}
	}
	return nil
}

// peersInstalled copies the peers to build/peers and installs what those in the
// browser need, once.
func peersInstalled() (dir string, err error) {
	dir = filepath.Join("build", "peers")
	if _, err := os.Stat(filepath.Join(dir, "web", "dist")); err == nil {
		return filepath.Abs(dir)
	}
	if err := os.RemoveAll(dir); err != nil {
		return "", err
	}
	if err := os.CopyFS(dir, os.DirFS(filepath.Join(shared, "bench"))); err != nil {
		return "", err
	}
	for _, args := range [][]string{{"npm", "ci", "--no-audit", "--no-fund"}, {"sh", "build.sh"}} {
		cmd := exec.Command(args[0], args[1:]...)
		cmd.Dir, cmd.Stdout, cmd.Stderr = filepath.Join(dir, "web"), os.Stderr, os.Stderr
		if err := cmd.Run(); err != nil {
			return "", fmt.Errorf("installing the peers: %v: %w", args, err)
		}
	}
	return filepath.Abs(dir)
}

// bestRounds is the best median time, or the best rate, of every peer.
func bestRounds(file, workload string) (map[string]float64, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var rounds map[string][]struct {
		MS     []float64          `json:"ms"`
		Decode map[string]float64 `json:"decode_tok_s"`
		Error  string             `json:"error"`
	}
	if err := json.Unmarshal(data, &rounds); err != nil {
		return nil, err
	}
	best := map[string]float64{}
	for name, list := range rounds {
		for _, r := range list {
			if r.Error != "" {
				return nil, fmt.Errorf("%s: %s", name, r.Error)
			}
			if workload == "decode" {
				best[name] = max(best[name], r.Decode["kv"])
			} else if m := median(r.MS); best[name] == 0 || m < best[name] {
				best[name] = m
			}
		}
	}
	return best, nil
}

func median(x []float64) float64 {
	if len(x) == 0 {
		return math.Inf(1)
	}
	x = slices.Sorted(slices.Values(x))
	return x[len(x)/2]
}
