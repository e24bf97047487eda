//go:build goexperiment.simd && go1.27 && amd64

package simd

import "simd/archsimd"

func requireCPU() {
	if !archsimd.X86.AVX2() {
		panic("simd: this build needs a processor with AVX2; build without GOEXPERIMENT=simd")
	}
}

// freshRegisters clears the upper halves of all vector registers. Where a
// processor has AVX-512, Go's preemption saves and restores registers 512 bits
// wide and leaves them marked as in use; from then on every scalar instruction
// waits for them, and the kernels, which use 128 bits, are up to 20 times slower.
// It is one instruction, so loops call it wherever some microseconds have passed.
func freshRegisters() { archsimd.ClearAVXUpperBits() }
