package simd

func init() { broadcast("mul", mulRow) }
