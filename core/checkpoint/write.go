package checkpoint

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"strconv"

	"sprout/core/problem"
)

// Format chooses what a file holds.
type Format struct {
	// WeightsOnly leaves out moments, state and history: less than a third of
	// the size; training cannot go on exactly from there.
	WeightsOnly bool
	// Half stores weights as F16: a sixth of the size. It implies WeightsOnly.
	Half bool
}

// File is a checkpoint ready to be written as .safetensors. It refers to the
// checkpoint's tensors, which must not change until it is written.
type File struct {
	prefix  []byte // length and header
	tensors []Tensor
	half    bool
	size    int64
}

// NewFile prepares a file. The same checkpoint gives the same bytes. Its
// problems: "checkpoint_not_finite", and with Half "checkpoint_half_range".
func NewFile(c *Checkpoint, f Format) (*File, error) {
	c.validate("NewFile")
	meta, state, history, tensors := c.Meta.clone(), c.State, c.History, c.Tensors
	if f.Half || f.WeightsOnly {
		meta.Resumable, state, history, tensors = false, nil, nil, c.Weights()
	}
	if err := CheckFinite(tensors); err != nil {
		return nil, err
	}
	file := &File{tensors: tensors, half: f.Half}

	sums := make(map[string]string, len(tensors)+5)
	entries := make([]entry, len(tensors))
	offset := int64(0)
	for i, t := range tensors {
		dtype, sum := "F32", uint32(0)
		if f.Half {
			var err error
			if sum, err = halfChecksum(t); err != nil {
				return nil, err
			}
			dtype = "F16"
		} else {
			sum = Checksum(Bytes(t.Data))
		}
		sums[t.Name] = hexSum(sum)
		entries[i] = entry{name: t.Name, dtype: dtype, shape: t.Shape, begin: offset}
		offset += int64(len(t.Data)) * entries[i].width()
		entries[i].end = offset
	}

	config := meta.Config
	meta.Config = nil
	strings := map[string]string{
		keyFormat:  "pt",
		keyVersion: strconv.Itoa(fileVersion),
		keyMeta:    string(marshal(meta)),
	}
	for key, value := range map[string][]byte{
		keyConfig: config, keyTokenizer: c.Tokenizer, keyState: state, keyHistory: history,
	} {
		if len(value) > 0 {
			strings[key] = string(value)
		}
	}
	for key, value := range strings {
		sums[metadataKey+"."+key] = hexSum(Checksum([]byte(value)))
	}
	strings[keyChecksums] = string(marshal(sums))

	file.prefix = header(strings, entries)
	file.size = int64(len(file.prefix)) + offset
	return file, nil
}

// Size is the length of the file in bytes.
func (f *File) Size() int64 { return f.size }

// WriteTo writes the file in pieces; it holds no second copy of the tensors.
func (f *File) WriteTo(w io.Writer) (int64, error) {
	n, err := w.Write(f.prefix)
	written := int64(n)
	for _, t := range f.tensors {
		if err != nil {
			break
		}
		if !f.half {
			n, err = w.Write(Bytes(t.Data))
			written += int64(n)
			continue
		}
		err = halves(t, func(b []byte) error {
			n, err := w.Write(b)
			written += int64(n)
			return err
		})
	}
	return written, err
}

// header lays out the length and the padded JSON object, tensors in order.
func header(strings map[string]string, entries []entry) []byte {
	var b bytes.Buffer
	b.Write(make([]byte, 8))
	fmt.Fprintf(&b, `{%q:%s`, metadataKey, marshal(strings))
	for _, e := range entries {
		shape := append([]int{}, e.shape...) // a scalar is [], not null
		fmt.Fprintf(&b, `,%s:{"dtype":%q,"shape":%s,"data_offsets":[%d,%d]}`,
			marshal(e.name), e.dtype, marshal(shape), e.begin, e.end)
	}
	b.WriteByte('}')
	for b.Len()%8 != 0 {
		b.WriteByte(' ')
	}
	binary.LittleEndian.PutUint64(b.Bytes(), uint64(b.Len()-8))
	return b.Bytes()
}

// marshal is JSON without HTML escapes. What it is given always encodes, save
// for a raw message that is no JSON, which is a programmer's error.
func marshal(v any) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic("checkpoint: " + err.Error())
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

func hexSum(sum uint32) string { return fmt.Sprintf("%08x", sum) }

// halves converts a tensor piece by piece.
func halves(t Tensor, emit func([]byte) error) error {
	const piece = 16 << 10
	buf := make([]byte, 0, 2*min(piece, len(t.Data)))
	for i, x := range t.Data {
		h := toHalf(x)
		if h&0x7c00 == 0x7c00 {
			return problem.New("checkpoint_half_range",
				problem.Args{"tensor": t.Name, "index": i, "value": fmt.Sprint(x)},
				"The tensor %s holds %v at element %d, more than a 16-bit number can express; save in 32 bits instead.", t.Name, x, i)
		}
		buf = binary.LittleEndian.AppendUint16(buf, h)
		if len(buf) == cap(buf) {
			if err := emit(buf); err != nil {
				return err
			}
			buf = buf[:0]
		}
	}
	if len(buf) > 0 {
		return emit(buf)
	}
	return nil
}

func halfChecksum(t Tensor) (uint32, error) {
	sum := uint32(0)
	err := halves(t, func(b []byte) error {
		sum = updateChecksum(sum, b)
		return nil
	})
	return sum, err
}
