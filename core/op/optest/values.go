package optest

import (
	"math"

	"sprout/core/tensor"
)

// normal draws values of the given deviation.
func normal(r *tensor.RNG, std float64, shape ...int) Value {
	v := Value{Shape: shape, F: make([]float32, tensor.Shape(shape).Len())}
	for i := range v.F {
		v.F[i] = float32(std * r.Normal())
	}
	return v
}

// uniform draws values between lo and hi.
func uniform(r *tensor.RNG, lo, hi float64, shape ...int) Value {
	v := Value{Shape: shape, F: make([]float32, tensor.Shape(shape).Len())}
	for i := range v.F {
		v.F[i] = float32(lo + (hi-lo)*r.Float64())
	}
	return v
}

// ids draws integers below n.
func ids(r *tensor.RNG, n int, shape ...int) Value {
	v := Value{Shape: shape, I: make([]int32, tensor.Shape(shape).Len())}
	for i := range v.I {
		v.I[i] = int32(r.IntN(n))
	}
	return v
}

// floats and ints are given values on one axis.
func floats(x ...float32) Value { return Value{Shape: tensor.Shape{len(x)}, F: x} }
func ints(x ...int32) Value     { return Value{Shape: tensor.Shape{len(x)}, I: x} }

// of gives the value another shape.
func (v Value) of(shape ...int) Value {
	v.Shape = shape
	return v
}

// ropeTable is the table of rotary positions with base 10000: cosines, then
// sines.
func ropeTable(positions, d int) Value {
	v := Value{Shape: tensor.Shape{positions, d}, F: make([]float32, positions*d)}
	for p := range positions {
		for i := range d / 2 {
			angle := float64(p) * math.Pow(10000, -2*float64(i)/float64(d))
			v.F[p*d+i] = float32(math.Cos(angle))
			v.F[p*d+d/2+i] = float32(math.Sin(angle))
		}
	}
	return v
}

// half is v/2; v holds no integers.
func (v Value) half() Value {
	h := Value{Shape: v.Shape, F: make([]float32, len(v.F))}
	for i, x := range v.F {
		h.F[i] = x / 2
	}
	return h
}

// rows are the entries first … first+n-1 along the outermost axis.
func (v Value) rows(first, n int) Value {
	size := v.Shape.Len() / v.Shape[0]
	out := Value{Shape: append(tensor.Shape{n}, v.Shape[1:]...)}
	if v.I != nil {
		out.I = v.I[first*size : (first+n)*size]
	} else {
		out.F = v.F[first*size : (first+n)*size]
	}
	return out
}
