package checkpoint

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/bits"
	"sort"
	"strconv"
	"unicode/utf8"

	"sprout/core/jsonlimit"
	"sprout/core/problem"
	"sprout/core/tensor"
)

// maxRank bounds the axes of a tensor; ours have two.
const maxRank = 8

// fileHeader is what the first part of a file says, found to be consistent
// with the file's size.
type fileHeader struct {
	strings map[string]string
	entries []entry // in the order of their bytes
	start   int64   // of the first tensor's bytes in the file
}

// readHeader reads and checks everything before the tensors.
func readHeader(r io.ReaderAt, size int64) (*fileHeader, error) {
	var length [8]byte
	if size < int64(len(length)) {
		return nil, truncated(size, int64(len(length)))
	}
	if err := readFull(r, length[:], 0); err != nil {
		return nil, err
	}
	n := binary.LittleEndian.Uint64(length[:])
	if n < 2 || n > maxHeader || n > uint64(size-8) {
		return nil, problem.New("safetensors_header_length",
			problem.Args{"length": strconv.FormatUint(n, 10), "size": size},
			"This is no .safetensors file, or it is cut off: it claims a header of %d bytes in a file of %d. Export or download it again.", n, size)
	}
	text := make([]byte, n)
	if err := readFull(r, text, 8); err != nil {
		return nil, err
	}
	h, err := parseHeader(text)
	if err != nil {
		return nil, err
	}
	h.start = 8 + int64(n)
	return h, h.checkLayout(size - h.start)
}

func truncated(have, need int64) error {
	return problem.New("safetensors_truncated", problem.Args{"have": have, "need": need},
		"The file is cut off: it has %d bytes of %d. Fetch or copy it again.", have, need)
}

func readFull(r io.ReaderAt, p []byte, at int64) error {
	n, err := r.ReadAt(p, at)
	if n == len(p) {
		return nil
	}
	if errors.Is(err, io.EOF) {
		return truncated(at+int64(n), at+int64(len(p)))
	}
	return fmt.Errorf("reading the file at byte %d: %w", at, err)
}

// parseHeader reads the JSON object. encoding/json would let the last of two
// equal names win, so the tokens are walked by hand.
func parseHeader(text []byte) (*fileHeader, error) {
	if text[0] != '{' {
		return nil, headerProblem("its header does not begin with {")
	}
	if !utf8.Valid(text) {
		return nil, headerProblem("its header is not UTF-8")
	}
	if err := jsonlimit.Unmarshal(text, new(json.RawMessage)); err != nil {
		return nil, headerProblem("its header is not JSON: " + err.Error())
	}
	h := &fileHeader{}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	err := object(dec, "", func(name string) (err error) {
		if name == metadataKey {
			h.strings, err = parseStrings(dec)
			return err
		}
		e, err := parseEntry(dec, name)
		h.entries = append(h.entries, e)
		return err
	})
	if err != nil {
		return nil, err
	}
	return h, nil
}

// object walks a JSON object whose syntax is known to be right and calls value
// for each key, with the decoder standing before the value.
func object(dec *json.Decoder, in string, value func(key string) error) error {
	if t, _ := dec.Token(); t != json.Delim('{') {
		return headerProblem(fmt.Sprintf("%q is not an object", in))
	}
	seen := map[string]bool{}
	for dec.More() {
		t, _ := dec.Token()
		key := t.(string)
		if seen[key] {
			return problem.New("safetensors_duplicate", problem.Args{"tensor": in + key},
				"The file names %s twice in its header; one of the two would be lost. Export or download it again.", in+key)
		}
		seen[key] = true
		if err := value(key); err != nil {
			return err
		}
	}
	_, _ = dec.Token()
	return nil
}

func parseStrings(dec *json.Decoder) (map[string]string, error) {
	strings := map[string]string{}
	err := object(dec, metadataKey+".", func(key string) error {
		t, _ := dec.Token()
		s, ok := t.(string)
		if !ok {
			return headerProblem(fmt.Sprintf("the metadata %q is not a string", key))
		}
		strings[key] = s
		return nil
	})
	return strings, err
}

func parseEntry(dec *json.Decoder, name string) (entry, error) {
	e := entry{name: name}
	var shape, offsets []json.Number
	fields := 0
	err := object(dec, name+".", func(key string) error {
		fields++
		var err error
		switch key {
		case "dtype":
			t, _ := dec.Token()
			e.dtype, _ = t.(string)
		case "shape":
			shape, err = parseNumbers(dec, name, key)
		case "data_offsets":
			offsets, err = parseNumbers(dec, name, key)
		default:
			err = headerProblem(fmt.Sprintf("the tensor %q has an unknown field %q", name, key))
		}
		return err
	})
	if err != nil {
		return e, err
	}
	if fields != 3 || name == "" {
		return e, headerProblem(fmt.Sprintf("the tensor %q needs a name, dtype, shape and data_offsets", name))
	}
	if e.width() == 0 {
		return e, problem.New("safetensors_dtype", problem.Args{"tensor": name, "dtype": e.dtype},
			"The tensor %s is stored as %q; only F32, and for weights F16 and BF16, can be read. Convert it first.", name, e.dtype)
	}
	if len(offsets) != 2 {
		return e, headerProblem(fmt.Sprintf("the tensor %q needs two data_offsets", name))
	}
	var errBegin, errEnd error
	e.begin, errBegin = strconv.ParseInt(string(offsets[0]), 10, 64)
	e.end, errEnd = strconv.ParseInt(string(offsets[1]), 10, 64)
	if errBegin != nil || errEnd != nil || e.begin < 0 || e.end < e.begin || e.begin%e.width() != 0 {
		return e, offsetProblem(name, offsets[0].String(), offsets[1].String(), 0)
	}
	return e, e.setShape(shape)
}

func offsetProblem(name, begin, end string, size int64) error {
	return problem.New("safetensors_offsets",
		problem.Args{"tensor": name, "begin": begin, "end": end, "size": size},
		"The tensor %s claims the bytes from %s to %s, which are no such part of the file. Export or download it again.", name, begin, end)
}

func parseNumbers(dec *json.Decoder, name, key string) ([]json.Number, error) {
	var numbers []json.Number
	if t, _ := dec.Token(); t != json.Delim('[') {
		return nil, headerProblem(fmt.Sprintf("%s of the tensor %q is not a list", key, name))
	}
	for dec.More() {
		t, _ := dec.Token()
		n, ok := t.(json.Number)
		if !ok {
			return nil, headerProblem(fmt.Sprintf("%s of the tensor %q holds something that is no number", key, name))
		}
		numbers = append(numbers, n)
	}
	_, _ = dec.Token()
	return numbers, nil
}

// setShape takes the axes when their product, without overflow, fills exactly
// the bytes that the offsets span.
func (e *entry) setShape(numbers []json.Number) error {
	n, ok := uint64(1), len(numbers) <= maxRank
	e.shape = make(tensor.Shape, 0, len(numbers))
	for _, d := range numbers {
		axis, err := strconv.ParseInt(string(d), 10, 32)
		hi, lo := bits.Mul64(n, uint64(axis))
		ok = ok && err == nil && axis >= 0 && hi == 0
		n = lo
		e.shape = append(e.shape, int(axis))
	}
	hi, total := bits.Mul64(n, uint64(e.width()))
	if !ok || hi != 0 || total != uint64(e.end-e.begin) {
		shape := fmt.Sprint(numbers)
		return problem.New("safetensors_shape", problem.Args{"tensor": e.name, "shape": shape},
			"The tensor %s has the shape %s, which does not fit its %d bytes of %s. Export or download it again.", e.name, shape, e.end-e.begin, e.dtype)
	}
	return nil
}

// checkLayout holds the offsets against each other and against the bytes that
// follow the header: every byte belongs to exactly one tensor.
func (h *fileHeader) checkLayout(size int64) error {
	sort.SliceStable(h.entries, func(i, j int) bool {
		a, b := h.entries[i], h.entries[j]
		return a.begin < b.begin || a.begin == b.begin && a.end < b.end
	})
	at, last := int64(0), ""
	for _, e := range h.entries {
		switch {
		case e.begin < at:
			return problem.New("safetensors_overlap", problem.Args{"tensor": e.name, "other": last},
				"The tensors %s and %s claim the same bytes of the file. Export or download it again.", last, e.name)
		case e.begin > at && e.begin <= size:
			return problem.New("safetensors_gap", problem.Args{"tensor": e.name, "bytes": e.begin - at},
				"%d bytes before the tensor %s belong to no tensor. Export or download the file again.", e.begin-at, e.name)
		case e.begin > at:
			return offsetProblem(e.name, strconv.FormatInt(e.begin, 10), strconv.FormatInt(e.end, 10), size)
		}
		at, last = e.end, e.name
	}
	if at > size {
		return truncated(size, at)
	}
	if at < size {
		return problem.New("safetensors_trailing", problem.Args{"bytes": size - at},
			"The file goes on for %d bytes after its last tensor. Export or download it again.", size-at)
	}
	return nil
}
