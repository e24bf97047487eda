package webgpu

func init() {
	elementwise("min", "min main")
	elementwise("min_grad", "min gradient")
}
