package webgpu

func init() {
	rowwise("cross_entropy", "cross_entropy main", input(0))
	rowwise("cross_entropy_grad", "cross_entropy gradient", input(1))
}
