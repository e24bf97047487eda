package ref

func init() {
	register("cache_write", cacheWrite[float32], cacheWrite[float64])
}

func cacheWrite[F Float](_ any, in, out []view[F]) {
	tMax, c := out[0].shape[1], out[0].shape[2]
	t := in[1].shape[1]
	for b, start := range in[2].i {
		for i := range t {
			at := (b*tMax + int(start) + i) * c
			if int(start)+i >= tMax {
				panic("ref: cache_write beyond the cache's end")
			}
			copy(out[0].f[at:at+c], in[1].row(b*t+i))
		}
	}
}
