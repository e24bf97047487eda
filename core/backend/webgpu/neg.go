package webgpu

func init() {
	elementwise("neg", "neg main")
}
