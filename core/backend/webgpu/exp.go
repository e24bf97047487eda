package webgpu

func init() {
	elementwise("exp", "exp main")
}
