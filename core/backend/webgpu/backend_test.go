package webgpu

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"sprout/core/backend"
	"sprout/core/op"
	"sprout/core/op/optest"
	"sprout/core/tensor"
)

var _ backend.Backend = (*Backend)(nil)

// recorder is a device that only remembers.
type recorder struct {
	words  []uint32
	limits Limits
}

func (d *recorder) Submit(words []uint32) error {
	d.words = append(d.words, words...)
	return nil
}

func (d *recorder) Read(words []uint32, _ []byte) error { return d.Submit(words) }
func (d *recorder) Limits() Limits                      { return d.limits }
func (d *recorder) Close()                              {}

func newRecorder() (*Backend, *recorder) {
	d := &recorder{limits: Limits{BufferBytes: 1 << 20, Groups: 65535}}
	return New(d), d
}

func floats(t *testing.T, be *Backend, shape ...int) tensor.Tensor {
	t.Helper()
	x := tensor.Tensor{Shape: shape}
	var err error
	x.Buf, err = be.Alloc(tensor.F32, x.Len())
	require.NoError(t, err)
	return x
}

// kinds are those of a stream's words.
func kinds(words []uint32) (ks []uint32) {
	for i := 0; i < len(words); i += lengthAt(words, i) {
		ks = append(ks, words[i])
	}
	return ks
}

// lengthAt is the number of words of what begins at i.
func lengthAt(words []uint32, i int) int {
	switch words[i] {
	case opFree, opDrop, opRun:
		return 2
	case opAlloc:
		return 3
	case opRead:
		return 4
	case opWrite:
		return 4 + int(words[i+3])/4
	case opShader:
		return 3 + ceil(int(words[i+2]), 4)
	default:
		return 3 + int(words[i+2])
	}
}

func add(x, y, z tensor.Tensor) op.Call {
	return op.Call{Kind: "add", In: []tensor.Tensor{x, y}, Out: []tensor.Tensor{z}}
}

func TestSupportsEveryOperation(t *testing.T) {
	be, _ := newRecorder()
	for _, k := range op.Kinds() {
		assert.True(t, be.Supports(k), "no shader for %s", k)
	}
	assert.False(t, be.Supports("fourier"))
}

// WebGPU guarantees 8 storage buffers to a shader.
func TestBindingsStayWithinWhatIsGuaranteed(t *testing.T) {
	be, d := newRecorder()
	optest.Run(be) // nothing is computed: the results are wrong, the words are right
	require.NoError(t, be.flush())
	dispatches := 0
	words := d.words
	for i := 0; i < len(words); {
		n := lengthAt(words, i)
		if words[i] == opProgram {
			body := words[i+3 : i+n]
			for j := 1 + int(body[0]); j < len(body); {
				switch body[j] {
				case stepDispatch:
					dispatches++
					require.LessOrEqual(t, body[j+6], uint32(8))
					for b := range body[j+6] {
						require.Zero(t, body[j+7+int(3*b)+1]%256, "a binding's place")
					}
					j += 7 + 3*int(body[j+6])
				case stepCopy:
					j += 6
				case stepClear:
					j += 4
				}
			}
		}
		i += n
	}
	assert.Greater(t, dispatches, 500)
}

func TestNothingIsHandedOverBeforeRead(t *testing.T) {
	be, d := newRecorder()
	x, y, z := floats(t, be, 3), floats(t, be, 3), floats(t, be, 3)
	calls := []op.Call{add(x, y, z)}
	require.NoError(t, be.Write(x, []float32{1, 2, 3}))
	require.NoError(t, be.Run(calls))
	require.NoError(t, be.Run(calls))
	assert.Empty(t, d.words)
	require.NoError(t, be.Read(make([]float32, 3), z))
	assert.Equal(t, []uint32{opAlloc, opAlloc, opAlloc, opAlloc, opWrite, opShader, opProgram, opRun, opRun, opRead}, kinds(d.words),
		"the list is encoded once")

	d.words = nil
	be.Free(y.Buf)
	require.NoError(t, be.Read(make([]float32, 3), z))
	assert.Equal(t, []uint32{opDrop, opFree, opRead}, kinds(d.words), "a program ends with a buffer of its")
	assert.Panics(t, func() { _ = be.Run(calls) }, "freed")
}

func TestReplayAllocatesNothing(t *testing.T) {
	be, d := newRecorder()
	d.words = make([]uint32, 0, 1<<16)
	x, y, z := floats(t, be, 3), floats(t, be, 3), floats(t, be, 3)
	calls := []op.Call{add(x, y, z)}
	got := make([]float32, 3)
	assert.Zero(t, testing.AllocsPerRun(20, func() {
		d.words = d.words[:0]
		_ = be.Write(x, got)
		_ = be.Run(calls)
		_ = be.Read(got, z)
	}))
}

// steps are the kinds of a program's steps.
func steps(t *testing.T, be *Backend, calls ...op.Call) (ks []uint32) {
	t.Helper()
	from := len(be.stream)
	require.NoError(t, be.Run(calls))
	words := []uint32(be.stream[from:])
	for i := 0; i < len(words); {
		if words[i] != opProgram {
			i += lengthAt(words, i)
		} else {
			words = words[i+3 : i+3+int(words[i+2])]
			for j := 1 + int(words[0]); j < len(words); {
				ks = append(ks, words[j])
				switch words[j] {
				case stepDispatch:
					j += 7 + 3*int(words[j+6])
				case stepCopy:
					j += 6
				case stepClear:
					j += 4
				}
			}
			return ks
		}
	}
	return nil
}

func TestShadersNeverReadWhatTheyWrite(t *testing.T) {
	be, _ := newRecorder()
	slab, y := floats(t, be, 300), floats(t, be, 100)
	part := func(off int) tensor.Tensor { return tensor.Tensor{Buf: slab.Buf, Off: off, Shape: tensor.Shape{100}} }
	assert.Equal(t, []uint32{stepDispatch}, steps(t, be, add(part(0), part(128), y)))
	assert.Equal(t, []uint32{stepCopy, stepDispatch}, steps(t, be, add(part(0), y, part(0))), "in place")
	assert.Equal(t, []uint32{stepCopy, stepDispatch, stepCopy}, steps(t, be, add(y, y, part(1))),
		"a binding begins at a multiple of tensor.Align")
	assert.Equal(t, []uint32{stepCopy, stepCopy},
		steps(t, be, op.Call{Kind: "copy", In: []tensor.Tensor{part(0)}, Out: []tensor.Tensor{part(150)}}))
}

func TestLimits(t *testing.T) {
	be, d := newRecorder()
	_, err := be.Alloc(tensor.F32, 1<<19)
	assert.EqualError(t, err, "a buffer of 2 MiB is needed, and the GPU's limit is 1 MiB")
	d.limits.Groups = 2
	a, b, c := floats(t, be, 300, 4), floats(t, be, 4, 300), floats(t, be, 300, 300)
	err = be.Run([]op.Call{{Kind: "matmul", Params: op.MatMul{}, In: []tensor.Tensor{a, b}, Out: []tensor.Tensor{c}}})
	assert.EqualError(t, err, "matmul[f32[300 4] f32[4 300]] needs 19 workgroups, and the GPU's limit is 2")
}

// What is beyond a device is its failure, and a dry run finds it out.
func TestADryDeviceHasLimits(t *testing.T) {
	be := New(Dry(Limits{BufferBytes: 1 << 20, Groups: 2}))
	x, y := floats(t, be, 500), floats(t, be, 500)
	require.NoError(t, be.Run([]op.Call{{Kind: "neg", In: []tensor.Tensor{x}, Out: []tensor.Tensor{y}}}))
	require.NoError(t, be.Read(make([]float32, 500), y))
	var e *backend.DeviceError
	_, err := be.Alloc(tensor.F32, 1<<19)
	require.ErrorAs(t, err, &e)
	assert.Equal(t, []int64{2 << 20, 1 << 20}, []int64{e.Need, e.Limit})
	a, b, c := floats(t, be, 300, 4), floats(t, be, 4, 300), floats(t, be, 300, 300)
	err = be.Run([]op.Call{{Kind: "matmul", Params: op.MatMul{}, In: []tensor.Tensor{a, b}, Out: []tensor.Tensor{c}}})
	require.ErrorAs(t, err, &e)
}

func TestProgrammersErrorsPanic(t *testing.T) {
	be, _ := newRecorder()
	x := floats(t, be, 4)
	assert.PanicsWithValue(t, "webgpu: write of 3 values, tensor is f32[4]", func() { _ = be.Write(x, make([]float32, 3)) })
	assert.Panics(t, func() { _ = be.WriteInts(x, make([]int32, 4)) }, "integers into floats")
	assert.Panics(t, func() { _ = be.Run([]op.Call{{Kind: "fourier", In: []tensor.Tensor{x}}}) })
	assert.Panics(t, func() {
		_ = be.Read(make([]float32, 5), tensor.Tensor{Buf: x.Buf, Shape: tensor.Shape{5}})
	}, "beyond the buffer")
	be.Free(x.Buf)
	assert.Panics(t, func() { _ = be.Write(x, make([]float32, 4)) }, "after Free")
	y := floats(t, be, 4)
	require.NoError(t, be.Close())
	assert.Panics(t, func() { _ = be.Write(y, make([]float32, 4)) }, "after Close")
}
