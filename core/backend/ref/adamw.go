package ref

import "sprout/core/op"

func init() {
	register("adamw", adamw[float32], adamw[float64])
}

func adamw[F Float](params any, in, out []view[F]) {
	p, g, m, v, h := out[0].f, in[1].f, out[1].f, out[2].f, in[4].f
	lr, beta1, beta2 := h[op.HyperLR], h[op.HyperBeta1], h[op.HyperBeta2]
	keep := F(1)
	if params.(op.AdamW).Decay {
		keep -= F(lr * h[op.HyperWeightDecay])
	}
	for i := range p {
		d := g[i] * h[op.HyperGradScale]
		m[i] = F(beta1*m[i]) + F((1-beta1)*d)
		v[i] = F(beta2*v[i]) + F((1-beta2)*d*d)
		mHat, vHat := m[i]/h[op.HyperBias1], v[i]/h[op.HyperBias2]
		p[i] = F(p[i]*keep) - F(lr*mHat/(sqrt(vHat)+h[op.HyperEps]))
	}
}
