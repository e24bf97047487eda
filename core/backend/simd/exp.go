package simd

func init() { unary("exp", exp4) }
