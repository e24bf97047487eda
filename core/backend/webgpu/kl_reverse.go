package webgpu

func init() { divergence("kl_reverse") }
