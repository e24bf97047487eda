//go:build goexperiment.simd && go1.27 && amd64

package workload

import "simd/archsimd"

// wide is the widest vector that exact kernels can use here.
type wide = archsimd.Float32x8

const lanes = 8

func spread(x float32) wide { return archsimd.BroadcastFloat32x8(x) }
func first(v wide) float32  { return v.GetLo().GetElem(0) }
