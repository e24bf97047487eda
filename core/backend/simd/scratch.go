package simd

// scratch lends memory within one kernel. It grows to the largest demand of
// any call and is then used again without allocation. Contents are undefined.
type scratch struct {
	mem   []float32
	used  int
	want  int
	quads []quad
	usedQ int
	wantQ int
}

// reset starts a new kernel: everything lent before is taken back.
func (s *scratch) reset() {
	if s.want > len(s.mem) {
		s.mem = make([]float32, s.want)
	}
	if s.wantQ > len(s.quads) {
		s.quads = make([]quad, s.wantQ)
	}
	s.used, s.want, s.usedQ, s.wantQ = 0, 0, 0, 0
}

// take lends n values. Where the block is too small for all demands of this
// kernel, the piece is allocated on its own and the next reset makes room.
func (s *scratch) take(n int) []float32 {
	n16 := (n + 15) &^ 15 // pieces start on cache lines
	s.want += n16
	if s.used+n16 > len(s.mem) {
		return make([]float32, n)
	}
	p := s.mem[s.used : s.used+n : s.used+n]
	s.used += n16
	return p
}

// takeQuads lends room for packed panels.
func (s *scratch) takeQuads(n int) []quad {
	s.wantQ += n
	if s.usedQ+n > len(s.quads) {
		return make([]quad, n)
	}
	q := s.quads[s.usedQ : s.usedQ+n : s.usedQ+n]
	s.usedQ += n
	return q
}
