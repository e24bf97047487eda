package webgpu

func init() {
	rowwise("softmax", "softmax main", input(0))
	rowwise("softmax_grad", "softmax gradient", input(0))
}
