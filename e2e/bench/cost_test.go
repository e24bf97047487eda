package main

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"sprout/e2e/bench/workload"
)

func TestExponent(t *testing.T) {
	var points []workload.CostPoint
	for _, x := range []float64{1, 3, 10, 40} {
		points = append(points, workload.CostPoint{FLOPs: x, Ms: 5 * x * x})
	}
	assert.InDelta(t, 2, exponent(points, func(p workload.CostPoint) (x, y float64) { return p.FLOPs, p.Ms }), 1e-9)
}
