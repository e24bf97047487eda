package ref

// logDistributions are ln p and ln q of one row of teacher's and student's
// logits.
func logDistributions[F Float](teacher, student view[F], invT F, n int) (lp, lq []F) {
	lp, lq = make([]F, teacher.cols()), make([]F, teacher.cols())
	logSoftmaxRow(lp, teacher.row(n), invT)
	logSoftmaxRow(lq, student.row(n), invT)
	return lp, lq
}

// klRow is Σ a·(ln a − ln b).
func klRow[F Float](la, lb []F) F {
	var sum F
	for c := range la {
		sum += F(exp(la[c]) * (la[c] - lb[c]))
	}
	return sum
}
