package webgpu

func init() {
	elementwise("clip", "clip main")
	elementwise("clip_grad", "clip gradient")
}
