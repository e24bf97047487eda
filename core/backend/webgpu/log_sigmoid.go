package webgpu

func init() {
	elementwise("log_sigmoid", "log_sigmoid main")
	elementwise("log_sigmoid_grad", "log_sigmoid gradient")
}
