package checkpoint

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"sprout/core/problem"
	"sprout/core/tensor"
)

func requireCode(t *testing.T, err error, code string, args map[string]any) {
	t.Helper()
	var p *problem.Problem
	require.True(t, errors.As(err, &p), "no problem: %v", err)
	require.Equal(t, code, p.Code, p.Text)
	require.Contains(t, problem.Codes, code)
	for k, v := range args {
		require.EqualValues(t, v, p.Args[k], "%s of %q", k, p.Text)
	}
}

// file builds a file from a header's text and a body.
func file(header string, body int) []byte {
	b := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	return append(append(b, header...), make([]byte, body)...)
}

// ours prefixes entries with the metadata of a file of ours.
func ours(entries string) string {
	return `{"__metadata__":{"sprout":"1","sprout.meta":"{\"id\":\"x\"}"},` + entries + `}`
}

func TestDefects(t *testing.T) {
	two := `"a":{"dtype":"F32","shape":[2],"data_offsets":[%s]},"b":{"dtype":"F32","shape":[1],"data_offsets":[%s]}`
	one := func(dtype, shape, offsets string) string {
		return ours(fmt.Sprintf(`"a":{"dtype":%q,"shape":%s,"data_offsets":%s}`, dtype, shape, offsets))
	}
	length := func(n uint64, rest int) []byte {
		return append(binary.LittleEndian.AppendUint64(nil, n), make([]byte, rest)...)
	}
	cases := []struct {
		name string
		file []byte
		code string
		args map[string]any
	}{
		{"empty", nil, "safetensors_truncated", map[string]any{"have": 0, "need": 8}},
		{"only a length", length(100, 0)[:7], "safetensors_truncated", nil},
		{"huge header", length(math.MaxUint64, 50), "safetensors_header_length", map[string]any{"length": "18446744073709551615"}},
		{"header over limit", length(maxHeader+1, 50), "safetensors_header_length", nil},
		{"header beyond file", length(51, 50), "safetensors_header_length", map[string]any{"length": "51", "size": 58}},
		{"no header", length(0, 50), "safetensors_header_length", nil},
		{"not an object", file(`[1]`, 0), "safetensors_header", nil},
		{"zeros", length(16, 50), "safetensors_header", nil},
		{"broken JSON", file(`{"a":}`, 0), "safetensors_header", nil},
		{"unfinished JSON", file(`{"a":{"dtype":"F32"`, 0), "safetensors_header", nil},
		{"two objects", file(`{}{}`, 0), "safetensors_header", nil},
		{"not UTF-8", file("{\"\xff\":1}", 0), "safetensors_header", nil},
		{"deep", file(strings.Repeat(`{"a":`, 20000)+"1"+strings.Repeat("}", 20000), 0), "safetensors_header", nil},
		{"deep state", file(`{"__metadata__":{"sprout":"1","sprout.meta":"{\"id\":\"x\"}","sprout.state":"`+strings.Repeat("[", 50000)+strings.Repeat("]", 50000)+`"}}`, 0), "safetensors_metadata", map[string]any{"key": "sprout.state"}},
		{"deep tokenizer", file(`{"__metadata__":{"sprout":"1","sprout.meta":"{\"id\":\"x\"}","tokenizer.json":"`+strings.Repeat("[", 50000)+`"}}`, 0), "safetensors_metadata", map[string]any{"key": "tokenizer.json"}},
		{"entry is a number", file(ours(`"a":7`), 0), "safetensors_header", nil},
		{"entry is empty", file(ours(`"a":{}`), 0), "safetensors_header", nil},
		{"unknown field", file(ours(`"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"x":1}`), 4), "safetensors_header", nil},
		{"shape is a string", file(one("F32", `"1"`, "[0,4]"), 4), "safetensors_header", nil},
		{"offsets of strings", file(one("F32", "[1]", `["0","4"]`), 4), "safetensors_header", nil},
		{"three offsets", file(one("F32", "[1]", "[0,4,8]"), 4), "safetensors_header", nil},
		{"metadata not strings", file(`{"__metadata__":{"a":1}}`, 0), "safetensors_header", nil},
		{"metadata is a list", file(`{"__metadata__":[]}`, 0), "safetensors_header", nil},
		{"name twice", file(ours(`"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"\u0061":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}`), 8), "safetensors_duplicate", map[string]any{"tensor": "a"}},
		{"field twice", file(ours(`"a":{"dtype":"F32","dtype":"F32","data_offsets":[0,4]}`), 4), "safetensors_duplicate", map[string]any{"tensor": "a.dtype"}},
		{"metadata twice", file(`{"__metadata__":{"a":"1","a":"2"}}`, 0), "safetensors_duplicate", nil},
		{"double precision", file(one("F64", "[1]", "[0,8]"), 8), "safetensors_dtype", map[string]any{"tensor": "a", "dtype": "F64"}},
		{"unknown format", file(one("Q4", "[1]", "[0,8]"), 8), "safetensors_dtype", nil},
		{"format is no string", file(ours(`"a":{"dtype":4,"shape":[1],"data_offsets":[0,4]}`), 4), "safetensors_dtype", nil},
		{"half moments", file(ours(`"optim.m.a":{"dtype":"F16","shape":[1],"data_offsets":[0,2]}`), 2), "safetensors_dtype", map[string]any{"tensor": "optim.m.a"}},
		{"negative axis", file(one("F32", "[-1,-1]", "[0,4]"), 4), "safetensors_shape", map[string]any{"tensor": "a", "shape": "[-1 -1]"}},
		{"fractional axis", file(one("F32", "[1.5]", "[0,4]"), 4), "safetensors_shape", nil},
		{"huge axis", file(one("F32", "[99999999999999999999]", "[0,4]"), 4), "safetensors_shape", nil},
		{"overflowing product", file(one("F32", "[2147483647,2147483647,2147483647]", "[0,4]"), 4), "safetensors_shape", nil},
		{"overflow to the right size", file(one("F32", "[65536,65536,65536,65536]", "[0,0]"), 0), "safetensors_shape", nil},
		{"overflow by the element's width", file(one("F32", "[1073741824,1073741824,4]", "[0,0]"), 0), "safetensors_shape", nil},
		{"many axes", file(one("F32", "[1,1,1,1,1,1,1,1,1]", "[0,4]"), 4), "safetensors_shape", nil},
		{"shape larger than bytes", file(one("F32", "[2]", "[0,4]"), 4), "safetensors_shape", nil},
		{"negative offset", file(one("F32", "[1]", "[-4,0]"), 4), "safetensors_offsets", map[string]any{"tensor": "a", "begin": "-4"}},
		{"reversed", file(one("F32", "[1]", "[4,0]"), 4), "safetensors_offsets", nil},
		{"misaligned", file(one("F32", "[1]", "[2,6]"), 6), "safetensors_offsets", nil},
		{"fractional offset", file(one("F32", "[1]", "[0.0,4]"), 4), "safetensors_offsets", nil},
		{"offset overflow", file(one("F32", "[1]", "[0,92233720368547758080]"), 4), "safetensors_offsets", nil},
		{"begins outside", file(one("F32", "[1]", "[400,404]"), 4), "safetensors_offsets", map[string]any{"size": 4}},
		{"overlap", file(ours(fmt.Sprintf(two, "0,8", "4,8")), 8), "safetensors_overlap", map[string]any{"tensor": "b", "other": "a"}},
		{"same bytes", file(ours(`"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}`), 4), "safetensors_overlap", nil},
		{"gap", file(ours(fmt.Sprintf(two, "0,8", "12,16")), 16), "safetensors_gap", map[string]any{"tensor": "b", "bytes": 4}},
		{"gap at the start", file(one("F32", "[1]", "[4,8]"), 8), "safetensors_gap", nil},
		{"cut off", file(one("F32", "[2]", "[0,8]"), 7), "safetensors_truncated", map[string]any{"have": 7, "need": 8}},
		{"longer", file(one("F32", "[2]", "[0,8]"), 9), "safetensors_trailing", map[string]any{"bytes": 1}},
		{"newer", file(`{"__metadata__":{"sprout":"2"}}`, 0), "safetensors_version", map[string]any{"version": "2"}},
		{"no meta", file(`{"__metadata__":{"sprout":"1"}}`, 0), "safetensors_metadata", map[string]any{"key": "sprout.meta"}},
		{"path as id", file(`{"__metadata__":{"sprout":"1","sprout.meta":"{\"id\":\"../x\"}"}}`, 0), "safetensors_metadata", nil},
		{"broken state", file(`{"__metadata__":{"sprout":"1","sprout.meta":"{\"id\":\"x\"}","sprout.state":"{"}}`, 0), "safetensors_metadata", map[string]any{"key": "sprout.state"}},
		{"broken checksums", file(`{"__metadata__":{"sprout":"1","sprout.meta":"{\"id\":\"x\"}","sprout.crc32c":"7"}}`, 0), "safetensors_metadata", map[string]any{"key": "sprout.crc32c"}},
		{"no checksums", file(`{"__metadata__":{"sprout":"1","sprout.meta":"{\"id\":\"x\"}"}}`, 0), "safetensors_metadata", map[string]any{"key": "sprout.crc32c"}},
		{"tensor without checksum", file(`{"__metadata__":{"sprout":"1","sprout.meta":"{\"id\":\"x\"}","sprout.crc32c":"{}"},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, 4), "checkpoint_corrupt", map[string]any{"piece": "a"}},
		{"checksum without tensor", file(`{"__metadata__":{"sprout":"1","sprout.meta":"{\"id\":\"x\"}","sprout.crc32c":"{\"a\":\"0\"}"}}`, 0), "checkpoint_corrupt", nil},
		{"no model", file(`{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, 4), "safetensors_no_model", map[string]any{"tensors": 1}},
		{"nothing", file(`{}`, 0), "safetensors_no_model", nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := decode(c.file)
			requireCode(t, err, c.code, c.args)
		})
	}
}

// A file of ours that loses or gains its end at any place is refused.
func TestTruncatedAnywhere(t *testing.T) {
	b := encode(t, small(), Format{})
	for n := range len(b) {
		_, err := decode(b[:n])
		var p *problem.Problem
		require.True(t, errors.As(err, &p), "cut at %d: %v", n, err)
	}
}

// Any single flipped bit is noticed: by the header's rules or by a checksum.
func TestFlippedBits(t *testing.T) {
	b := encode(t, small(), Format{})
	header := 8 + int(binary.LittleEndian.Uint64(b))
	want := small()
	for i := 0; i < 8*len(b); i += 7 { // every byte, all bits in turn
		b[i/8] ^= 1 << (i % 8)
		got, err := decode(b)
		if err == nil { // only "format" and the padding may change unnoticed
			require.Less(t, i/8, header)
			require.Equal(t, want, got, "byte %d", i/8)
		} else {
			var p *problem.Problem
			require.True(t, errors.As(err, &p), "byte %d: %v", i/8, err)
		}
		b[i/8] ^= 1 << (i % 8)
	}
	b[len(b)-1] ^= 1
	_, err := decode(b)
	requireCode(t, err, "checkpoint_corrupt", map[string]any{"piece": "optim.v.scalar", "name": "小镇 <1>"})
}

func TestNotFinite(t *testing.T) {
	for _, x := range []float32{float32(math.NaN()), float32(math.Inf(-1))} {
		c := small()
		c.Tensors[0].Data[4] = x
		_, err := NewFile(c, Format{})
		requireCode(t, err, "checkpoint_not_finite", map[string]any{"tensor": "model.embed_tokens.weight", "index": 4})
	}
	b := file(`{"__metadata__":{"config.json":"{}","tokenizer.json":"{}"},`+foreignTensors+"}", 16)
	binary.LittleEndian.PutUint16(b[len(b)-2:], 0x7c00)
	_, err := decode(b)
	requireCode(t, err, "checkpoint_not_finite",
		map[string]any{"tensor": "model.layers.0.self_attn.q_proj.weight", "index": 1})
}

const foreignTensors = `"model.embed_tokens.weight":{"dtype":"BF16","shape":[3,2],"data_offsets":[0,12]},` +
	`"model.layers.0.self_attn.q_proj.weight":{"dtype":"F16","shape":[2],"data_offsets":[12,16]}`

func TestForeignFiles(t *testing.T) {
	tensors := foreignTensors
	for _, c := range []struct {
		strings string
		missing []string
	}{
		{``, []string{"config.json", "tokenizer.json"}},
		{`"__metadata__":{"format":"pt"},`, []string{"config.json", "tokenizer.json"}},
		{`"__metadata__":{"tokenizer.json":"{}"},`, []string{"config.json"}},
		{`"__metadata__":{"config.json":"{}"},`, []string{"tokenizer.json"}},
	} {
		_, err := decode(file("{"+c.strings+tensors+"}", 16))
		requireCode(t, err, "safetensors_foreign", map[string]any{"missing": c.missing, "layers": 1, "vocab": 3, "channels": 2})
	}

	b := file(`{"__metadata__":{"config.json":"{}","tokenizer.json":"{}"},`+tensors+"}", 16)
	binary.LittleEndian.PutUint16(b[len(b)-16:], 0xbfc0) // bfloat16 -1.5
	binary.LittleEndian.PutUint16(b[len(b)-2:], 0x3400)  // binary16 0.25
	got, err := decode(b)
	require.NoError(t, err)
	require.EqualValues(t, -1.5, got.Tensors[0].Data[0])
	require.EqualValues(t, 0.25, got.Tensors[1].Data[1])
	require.Equal(t, 8, got.Meta.Parameters)
	require.Equal(t, 3, got.Meta.Vocab)
	require.True(t, ValidID(got.Meta.ID))
}

func TestCheckNamesTheTensor(t *testing.T) {
	specs := func() (s []Spec) {
		for _, t := range small().Weights() {
			s = append(s, Spec{t.Name, t.Shape})
		}
		return s
	}
	require.NoError(t, small().Check(specs()))

	c := small()
	c.Tensors = c.Weights()
	require.NoError(t, c.Check(specs()), "moments may be absent")

	requireCode(t, c.Check(append(specs(), Spec{"model.more", tensor.Shape{4}})),
		"checkpoint_tensor_missing", map[string]any{"tensor": "model.more", "shape": "[4]"})
	requireCode(t, c.Check(specs()[:2]), "checkpoint_tensor_extra", map[string]any{"tensor": "scalar"})
	wrong := specs()
	wrong[0].Shape = tensor.Shape{3, 5}
	requireCode(t, c.Check(wrong), "checkpoint_tensor_shape",
		map[string]any{"tensor": "model.embed_tokens.weight", "have": "[5 3]", "want": "[3 5]"})

	c = small()
	c.Tensors = c.Tensors[:len(c.Tensors)-1]
	requireCode(t, c.Check(specs()), "checkpoint_tensor_missing", map[string]any{"tensor": "optim.v.scalar"})
}

func FuzzRead(f *testing.F) {
	c := small()
	for _, format := range []Format{{}, {WeightsOnly: true}, {Half: true}} {
		c.Tensors[1].Data[2] = 2
		if prepared, err := NewFile(c, format); err == nil {
			var b bytes.Buffer
			_, _ = prepared.WriteTo(&b)
			f.Add(b.Bytes())
		}
	}
	f.Add(file(ours(`"a":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]}`), 4))
	f.Add(file(`{"a":{"dtype":"F32","shape":[2,-1],"data_offsets":[0,8]}}`, 8))
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := decode(b)
		if err != nil {
			var p *problem.Problem
			if !errors.As(err, &p) {
				t.Fatalf("an error without a code: %v", err)
			}
			if _, ok := problem.Codes[p.Code]; !ok {
				t.Fatalf("unregistered code %s", p.Code)
			}
			if _, err := json.Marshal(p); err != nil {
				t.Fatal(err)
			}
			return
		}
		again, err := decode(encode(t, c, Format{}))
		require.NoError(t, err)
		require.Equal(t, bitsOf(c), bitsOf(again))
	})
}
