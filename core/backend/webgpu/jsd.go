package webgpu

func init() { divergence("jsd") }
