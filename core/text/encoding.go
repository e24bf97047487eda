package text

import (
	"bytes"
	"encoding/binary"
	"io"
	"unicode/utf16"
	"unicode/utf8"

	"sprout/core/problem"
)

// encoding is how a file's bytes spell characters.
type encoding struct {
	order binary.ByteOrder // of UTF-16; nil for UTF-8
	bom   int              // length of the byte order mark
}

func (e encoding) utf16() bool { return e.order != nil }

// detect goes by the byte order mark and, for UTF-16 without one, by zeros in
// every other byte of the file's head.
func detect(head []byte) encoding {
	switch {
	case bytes.HasPrefix(head, []byte{0xEF, 0xBB, 0xBF}):
		return encoding{bom: 3}
	case bytes.HasPrefix(head, []byte{0xFF, 0xFE}):
		return encoding{order: binary.LittleEndian, bom: 2}
	case bytes.HasPrefix(head, []byte{0xFE, 0xFF}):
		return encoding{order: binary.BigEndian, bom: 2}
	}
	var zeros [2]int
	for i, b := range head {
		if b == 0 {
			zeros[i&1]++
		}
	}
	half := len(head) / 2
	switch {
	case half >= 4 && zeros[1] > half/2 && zeros[0] <= half/20:
		return encoding{order: binary.LittleEndian}
	case half >= 4 && zeros[0] > half/2 && zeros[1] <= half/20:
		return encoding{order: binary.BigEndian}
	}
	return encoding{}
}

// reject reports a problem where raw is no text, or in an unknown encoding.
func (e encoding) reject(name string, raw []byte) error {
	if e.utf16() || len(raw) == 0 {
		return nil
	}
	zeros, controls, bad := 0, 0, 0
	for i := 0; i < len(raw); {
		switch b := raw[i]; {
		case b == 0:
			zeros++
		case b < ' ' && b != '\t' && b != '\n' && b != '\r' && b != '\f' && b != 0x1B, b == 0x7F:
			controls++
		case b >= utf8.RuneSelf:
			r, w := utf8.DecodeRune(raw[i:])
			if r == utf8.RuneError && w == 1 {
				bad++
			}
			i += w
			continue
		}
		i++
	}
	n := len(raw)
	if zeros*1000 > n || (zeros+controls)*50 > n {
		return problem.New("file_binary", problem.Args{"name": name},
			"%s is not a text file. Choose a .txt or .jsonl file.", name)
	}
	if bad*10 > n {
		return problem.New("text_not_utf8", problem.Args{"name": name, "percent": 100 * bad / n},
			"%s is not UTF-8: %d %% of its bytes do not fit. It may be GBK, Big5 or another older encoding; save it as UTF-8 and try again.",
			name, 100*bad/n)
	}
	return nil
}

// wholeLines returns the range of raw that begins after a line break (if
// cutStart) and ends with one (if cutEnd). Where there are none it keeps whole
// characters and reports false.
func (e encoding) wholeLines(raw []byte, cutStart, cutEnd bool) (start, end int, ok bool) {
	start, end, ok = 0, len(raw), true
	if cutStart {
		if i := e.firstLine(raw); i >= 0 {
			start = i
		} else {
			ok = false
			for !e.utf16() && start < end && !utf8.RuneStart(raw[start]) {
				start++
			}
		}
	}
	if cutEnd {
		if i := e.lastLine(raw[start:]); i > 0 {
			end = start + i
		} else {
			ok = false
			if !e.utf16() {
				end = start + completeLen(raw[start:])
			}
		}
	}
	return start, end, ok
}

// firstLine returns the position behind the first line break, or -1.
func (e encoding) firstLine(raw []byte) int {
	if !e.utf16() {
		if i := bytes.IndexByte(raw, '\n'); i >= 0 {
			return i + 1
		}
		return -1
	}
	for i := 0; i+1 < len(raw); i += 2 {
		if e.order.Uint16(raw[i:]) == '\n' {
			return i + 2
		}
	}
	return -1
}

// lastLine returns the position behind the last line break, or -1.
func (e encoding) lastLine(raw []byte) int {
	if !e.utf16() {
		if i := bytes.LastIndexByte(raw, '\n'); i >= 0 {
			return i + 1
		}
		return -1
	}
	for i := len(raw)&^1 - 2; i >= 0; i -= 2 {
		if e.order.Uint16(raw[i:]) == '\n' {
			return i + 2
		}
	}
	return -1
}

// toUTF8 converts raw and counts the bytes that had to be replaced.
func (e encoding) toUTF8(raw []byte) ([]byte, int) {
	if e.utf16() {
		return e.fromUTF16(raw)
	}
	if utf8.Valid(raw) {
		return raw, 0
	}
	out := make([]byte, 0, len(raw)+len(raw)/16)
	bad := 0
	for i := 0; i < len(raw); {
		r, w := utf8.DecodeRune(raw[i:])
		if r == utf8.RuneError && w == 1 {
			bad++
		}
		out = utf8.AppendRune(out, r)
		i += w
	}
	return out, bad
}

func (e encoding) fromUTF16(raw []byte) ([]byte, int) {
	out := make([]byte, 0, len(raw)+len(raw)/2)
	bad := len(raw) & 1
	for i := 0; i+1 < len(raw); i += 2 {
		r := rune(e.order.Uint16(raw[i:]))
		if utf16.IsSurrogate(r) {
			next := rune(0)
			if i+3 < len(raw) {
				next = rune(e.order.Uint16(raw[i+2:]))
			}
			if r = utf16.DecodeRune(r, next); r == utf8.RuneError {
				bad += 2
			} else {
				i += 2
			}
		}
		out = utf8.AppendRune(out, r)
	}
	return out, bad
}

// countLines counts the line breaks in f before position end.
func (e encoding) countLines(f io.ReaderAt, end int64) (int, error) {
	buf := make([]byte, 64<<10)
	n := 0
	for at := int64(0); at < end; at += int64(len(buf)) {
		buf = buf[:min(int64(len(buf)), end-at)]
		if err := readFull(f, buf, at); err != nil {
			return 0, err
		}
		if !e.utf16() {
			n += bytes.Count(buf, []byte{'\n'})
			continue
		}
		for i := 0; i+1 < len(buf); i += 2 {
			if e.order.Uint16(buf[i:]) == '\n' {
				n++
			}
		}
	}
	return n, nil
}
