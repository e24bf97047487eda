package webgpu

func init() {
	elementwise("swiglu", "swiglu main")
	elementwise("swiglu_grad", "swiglu gradient")
}
