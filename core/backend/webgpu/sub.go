package webgpu

func init() {
	elementwise("sub", "sub main")
}
