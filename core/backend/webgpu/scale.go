package webgpu

func init() {
	elementwise("scale", "scale main")
}
