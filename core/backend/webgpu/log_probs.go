package webgpu

func init() {
	rowwise("log_probs", "log_probs main", input(0))
	rowwise("log_probs_grad", "log_probs gradient", input(1))
}
