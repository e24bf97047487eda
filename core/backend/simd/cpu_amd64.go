//go:build goexperiment.simd && go1.27 && amd64

package simd

import "simd/archsimd"

func requireCPU() {
	if !archsimd.X86.AVX2() {
		panic("simd: this build needs a processor with AVX2; build without GOEXPERIMENT=simd")
	}
}
