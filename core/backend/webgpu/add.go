package webgpu

func init() {
	elementwise("add", "add main")
}
