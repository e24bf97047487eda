package webgpu

func init() {
	elementwise("clip_factor", "clip_factor main")
}
