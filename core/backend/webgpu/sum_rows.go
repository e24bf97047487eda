package webgpu

func init() {
	rowwise("sum_rows", "sum_rows main", input(0))
	elementwise("sum_rows_grad", "sum_rows gradient")
}
