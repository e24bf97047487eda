package webgpu

func init() {
	elementwise("log", "log main")
	elementwise("log_grad", "log gradient")
}
