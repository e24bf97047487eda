package ref

func init() {
	register("embedding", embedding[float32], embedding[float64])
	register("embedding_grad", embeddingGrad[float32], embeddingGrad[float64])
}

func embedding[F Float](_ any, in, out []view[F]) {
	for n, id := range in[1].i {
		copy(out[0].row(n), in[0].row(int(id)))
	}
}

func embeddingGrad[F Float](_ any, in, out []view[F]) {
	clear(out[0].f)
	for n, id := range in[1].i {
		dW := out[0].row(int(id))
		for c, d := range in[0].row(n) {
			dW[c] += d
		}
	}
}
