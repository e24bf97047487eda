package op

func init() {
	Register(Def{
		Kind:    "fill_zero",
		Doc:     "x = 0, in place",
		In:      "x",
		Out:     "x",
		InPlace: []int{0},
		Shape:   sameAsFirst,
	})
}
