package simd

func init() { broadcast("add", addRow) }
