package workload

import "sprout/core/parallel"

// hash32 is murmur3's finaliser of a counter, the same in every engine compared.
func hash32(i, seed uint32) uint32 {
	x := i*0x9E3779B9 + seed
	x ^= x >> 16
	x *= 0x85EBCA6B
	x ^= x >> 13
	x *= 0xC2B2AE35
	return x ^ x>>16
}

// batch k is B rows of T+1 tokens: inputs, and the same shifted by one.
func (s Shape) batch(k int) parallel.Batch {
	B, T := s.Batch, s.Model.Context
	tokens, targets, mask := make([]int32, B*T), make([]int32, B*T), make([]float32, B*T)
	for b := range B {
		for t := range T + 1 {
			token := int32(hash32(uint32(b*(T+1)+t), uint32(7000+k)) % uint32(s.Model.Vocab))
			if t < T {
				tokens[b*T+t] = token
				mask[b*T+t] = 1
			}
			if t > 0 {
				targets[b*T+t-1] = token
			}
		}
	}
	return parallel.Batch{Rows: B, Ints: [][]int32{tokens, targets}, Floats: [][]float32{mask}, Scale: 1 / float32(B*T)}
}
