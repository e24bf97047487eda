//go:build !(goexperiment.simd && go1.27 && amd64)

package simd

// requireCPU: every wasm engine of this decade and every arm64 processor has
// the vectors in use; an engine without them rejects the module as a whole.
func requireCPU() {}

// freshRegisters: other processors have no wider registers that Go makes use of.
func freshRegisters() {}
