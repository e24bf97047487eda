package webgpu

func init() {
	elementwise("max", "max main")
	elementwise("max_grad", "max gradient")
}
