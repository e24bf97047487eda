package webgpu

func init() {
	rowwise("log_softmax", "log_softmax main", input(0))
	rowwise("log_softmax_grad", "log_softmax gradient", input(0))
}
