package main

import (
	"fmt"
	"math"
	"slices"

	"sprout/e2e/bench/lab"
	"sprout/e2e/bench/workload"
)

// costs measures how time and memory of a step grow with parameters, context
// and workers, and prints tables in Markdown. The time per unit of work must
// not grow: an exponent of 1 is linear. only may name one of the curves.
func costs(place lab.Lab, only string) error {
	curves := []struct{ name, title string }{
		{"parameters", "Parameters, 512 tokens a step, one worker"},
		{"context", "Context, 2048 tokens a step, 803k parameters, one worker"},
		{"workers", "Workers, 1024 tokens a step in 8 shards, 803k parameters"},
	}
	alone := slices.ContainsFunc(curves, func(c struct{ name, title string }) bool { return c.name == only })
	for _, curve := range curves {
		if alone && curve.name != only {
			continue
		}
		var points []workload.CostPoint
		if err := place.Run(workload.Request{Mode: "cost", Workload: curve.name}, &points); err != nil {
			return err
		}
		fmt.Printf("%s:\n\n", curve.title)
		fmt.Println("| parameters | context | sequences | workers | GFLOP | ms | ms per GFLOP | memory, MB |")
		fmt.Println("|---|---|---|---|---|---|---|---|")
		for _, p := range points {
			work := p.FLOPs / 1e9
			fmt.Printf("| %.2fM | %d | %d | %d | %.2f | %.1f | %.1f | %.1f |\n",
				float64(p.Parameters)/1e6, p.Context, p.Batch, p.Workers, work, p.Ms, p.Ms/work, float64(p.Memory)/1e6)
		}
		first, last := points[0], points[len(points)-1]
		fmt.Printf("\nTime per unit of work, last row over first: %.2f.", (last.Ms/last.FLOPs)/(first.Ms/first.FLOPs))
		if curve.name == "parameters" {
			fmt.Printf(" Fitted, time grows with the work to the power of %.2f and memory with the parameters to the power of %.2f.",
				exponent(points, func(p workload.CostPoint) (x, y float64) { return p.FLOPs, p.Ms }),
				exponent(points, func(p workload.CostPoint) (x, y float64) { return float64(p.Parameters), float64(p.Memory) }))
		}
		fmt.Println()
		fmt.Println()
	}
	return nil
}

// exponent fits y = c·xᵏ by least squares of the logarithms.
func exponent(points []workload.CostPoint, of func(workload.CostPoint) (x, y float64)) float64 {
	n, sx, sy, sxx, sxy := float64(len(points)), 0.0, 0.0, 0.0, 0.0
	for _, p := range points {
		x, y := of(p)
		x, y = math.Log(x), math.Log(y)
		sx, sy, sxx, sxy = sx+x, sy+y, sxx+x*x, sxy+x*y
	}
	return (n*sxy - sx*sy) / (n*sxx - sx*sx)
}
