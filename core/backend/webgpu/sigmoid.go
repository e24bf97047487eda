package webgpu

func init() {
	elementwise("sigmoid", "sigmoid main")
	elementwise("sigmoid_grad", "sigmoid gradient")
}
