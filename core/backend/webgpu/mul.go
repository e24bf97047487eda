package webgpu

func init() {
	elementwise("mul", "mul main")
}
