package text

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math/rand"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"sprout/core/problem"
)

func readBytes(name string, b []byte, o ReadOptions) (*Corpus, error) {
	return Read(name, bytes.NewReader(b), int64(len(b)), o)
}

func requireProblem(t *testing.T, err error, code string) *problem.Problem {
	t.Helper()
	var p *problem.Problem
	require.ErrorAs(t, err, &p)
	require.Equal(t, code, p.Code, p.Text)
	require.Contains(t, problem.Codes, code)
	return p
}

func whole(c *Corpus) string {
	var b strings.Builder
	for _, d := range c.All() {
		b.Write(d.Text)
	}
	return b.String()
}

func TestBadFilesAreNamed(t *testing.T) {
	binaryFile := make([]byte, 5000)
	rand.New(rand.NewSource(1)).Read(binaryFile)
	gbk := bytes.Repeat([]byte{0xD1, 0xA7, 0xB6, 0xF8, 0xCA, 0xB1, 0xCF, 0xB0, 0xD6, 0xAE, '\n'}, 50)
	cases := []struct {
		name, content, code string
	}{
		{"a.txt", "", "file_empty"},
		{"a.txt", " \n\t ", "file_empty"},
		{"a.txt", "\ufeff", "file_empty"},
		{"a.jsonl", "\n\n", "file_empty"},
		{"a.txt", "x", "text_too_short"},
		{"a.txt", string(binaryFile), "file_binary"},
		{"a.txt", "text with\x00\x00\x00\x00 holes", "file_binary"},
		{"a.txt", string(gbk), "text_not_utf8"},
		{"a.jsonl", `[{"text":"a"},` + "\n" + `{"text":"b"}]`, "jsonl_array"},
		{"a.jsonl", `{"text":"ok"}` + "\n" + `{"text":`, "jsonl_broken_line"},
		{"a.jsonl", `{"text":"ok"} {"text":"two"}`, "jsonl_broken_line"},
		{"a.jsonl", `"just a string"`, "jsonl_broken_line"},
		{"a.jsonl", `{"text":` + strings.Repeat("[", 9000) + strings.Repeat("]", 9000) + "}", "jsonl_broken_line"},
		{"a.jsonl", `{"txet":"typo","id":3}`, "jsonl_unknown_keys"},
		{"a.jsonl", `null`, "jsonl_unknown_keys"},
		{"a.jsonl", `{"text":5}`, "jsonl_wrong_type"},
		{"a.jsonl", `{"text":null}`, "jsonl_wrong_type"},
		{"a.jsonl", `{"messages":"hello"}`, "jsonl_wrong_type"},
		{"a.jsonl", `{"messages":[{"role":"user"}]}`, "jsonl_wrong_type"},
		{"a.jsonl", `{"messages":[null]}`, "jsonl_wrong_type"},
		{"a.jsonl", `{"chosen":[]}`, "jsonl_wrong_type"},
		{"a.jsonl", `{"conversations":[{"role":"wizard","content":"x"}]}`, "jsonl_unknown_role"},
		{"a.jsonl", `{"text":""}`, "jsonl_no_records"},
		{"a.jsonl", `{"messages":[{"role":"user","content":"hello"}]}`, "jsonl_one_record"},
		{"a.jsonl", `{"text":"short"}`, "text_too_short"},
	}
	for _, c := range cases {
		_, err := readBytes(c.name, []byte(c.content), ReadOptions{})
		p := requireProblem(t, err, c.code)
		assert.Equal(t, c.name, p.Args["name"])
	}
	_, err := Read("a.txt", bytes.NewReader([]byte("abc")), 100, ReadOptions{})
	requireProblem(t, err, "file_unreadable")
}

func TestBrokenLineIsNumbered(t *testing.T) {
	good := `{"text":"a good line with words"}` + "\r\n\r\n"
	_, err := readBytes("a.jsonl", []byte(strings.Repeat(good, 3)+"{oops}\n"+good), ReadOptions{})
	assert.Equal(t, 7, requireProblem(t, err, "jsonl_broken_line").Args["line"])

	// Also inside an excerpt, counted from the start of the file.
	big := strings.Repeat(good, 2000) + "{oops}\n"
	big += strings.Repeat(good, 2000)
	want := 4001
	found := false
	for seed := range uint64(20) {
		_, err := readBytes("a.jsonl", []byte(big), ReadOptions{Seed: seed, Limit: 100_000})
		if err != nil {
			found = true
			assert.Equal(t, want, requireProblem(t, err, "jsonl_broken_line").Args["line"])
		}
	}
	assert.True(t, found)
}

func TestTextIsCleaned(t *testing.T) {
	body := "Line one\r\nline two\rline three\n米洛是一只狐狸\n"
	want := "Line one\nline two\nline three\n米洛是一只狐狸\n"
	c, err := readBytes("a.txt", []byte("\ufeff"+body), ReadOptions{})
	require.NoError(t, err)
	assert.Equal(t, want, whole(c))
	assert.Empty(t, c.Notes)
	assert.True(t, c.Continuous)

	for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
		var b []byte
		for _, u := range utf16.Encode([]rune("\ufeff" + body + "😀")) {
			b = order.AppendUint16(b, u)
		}
		c, err := readBytes("a.txt", b, ReadOptions{})
		require.NoError(t, err)
		assert.Equal(t, want+"😀", whole(c))
		require.Len(t, c.Notes, 1)
		assert.Equal(t, "note_utf16", c.Notes[0].Code)

		ascii := strings.Repeat("plain English text ", 10)
		b = b[:0]
		for _, u := range utf16.Encode([]rune(ascii)) { // without a mark
			b = order.AppendUint16(b, u)
		}
		c, err = readBytes("a.txt", b, ReadOptions{})
		require.NoError(t, err)
		assert.Equal(t, ascii, whole(c))
	}

	c, err = readBytes("a.txt", []byte("a text with two bad \xff bytes \xe4 in it"), ReadOptions{})
	require.NoError(t, err)
	assert.Equal(t, "a text with two bad \uFFFD bytes \uFFFD in it", whole(c))
	require.Len(t, c.Notes, 1)
	assert.Equal(t, 2, c.Notes[0].Args["count"])
	assert.Contains(t, problem.Codes, c.Notes[0].Code)
}

func TestHeldOutIsTheLastTenth(t *testing.T) {
	s := strings.Repeat("字", 1000)
	c, err := readBytes("a.txt", []byte(s), ReadOptions{})
	require.NoError(t, err)
	assert.Equal(t, s, whole(c))
	assert.Equal(t, 300, c.HeldOut[0].Len())
	assert.True(t, utf8.Valid(c.HeldOut[0].Text))
}

// bigFile is 50 MB of numbered lines that exist only while they are read.
type bigFile struct {
	line    string // with one %08d
	largest int    // longest read
}

func (f *bigFile) ReadAt(p []byte, at int64) (int, error) {
	f.largest = max(f.largest, len(p))
	n := len(fmt.Sprintf(f.line, 0))
	for i := range p {
		pos := at + int64(i)
		if i == 0 || pos%int64(n) == 0 {
			s := fmt.Sprintf(f.line, pos/int64(n))
			copied := copy(p[i:], s[pos%int64(n):])
			if copied+i >= len(p) {
				break
			}
		}
	}
	return len(p), nil
}

func TestLargeFileGivesAStatedExcerpt(t *testing.T) {
	for name, line := range map[string]string{
		"big.txt":   "line %08d of a long file 长文件\n",
		"big.jsonl": `{"text":"line %08d of a long file 长文件"}` + "\n",
	} {
		f := &bigFile{line: line}
		n := int64(len(fmt.Sprintf(line, 0)))
		size := 50_000_000 / n * n
		a, err := Read(name, f, size, ReadOptions{Seed: 7, Limit: 2_000_000})
		require.NoError(t, err)
		assert.LessOrEqual(t, f.largest, 2_000_000)
		require.Len(t, a.Notes, 1)
		note := a.Notes[0]
		assert.Equal(t, "note_excerpt", note.Code)
		from := note.Args["from"].(int64)
		assert.Zero(t, from%n, "begins with a whole line")
		assert.Zero(t, note.Args["to"].(int64)%n, "ends with a whole line")
		_, bytes, _ := Size(a.All())
		assert.InDelta(t, 2_000_000, bytes, 600_000) // the JSON around the words counts as well

		b, err := Read(name, f, size, ReadOptions{Seed: 7, Limit: 2_000_000})
		require.NoError(t, err)
		assert.Equal(t, from, b.Notes[0].Args["from"], "the same seed reads the same excerpt")
		c, err := Read(name, f, size, ReadOptions{Seed: 8, Limit: 2_000_000})
		require.NoError(t, err)
		assert.NotEqual(t, from, c.Notes[0].Args["from"])
	}
	long := []byte(strings.Repeat("字", 10_000)) // one line
	c, err := readBytes("a.txt", long, ReadOptions{Seed: 1, Limit: 1001})
	require.NoError(t, err)
	assert.Empty(t, strings.Trim(whole(c), "字"), "whole characters")
	_, err = readBytes("a.jsonl", long, ReadOptions{Seed: 1, Limit: 1001})
	requireProblem(t, err, "jsonl_line_too_long")
}

func TestRecordsOfEveryForm(t *testing.T) {
	lines := `{"text":"plain words"}
{"conversations":[{"role":"user","content":"Who?"},{"role":"assistant","content":"Milo."}]}
{"messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"Who?"},{"role":"assistant","content":" "}]}
{"chosen":[{"role":"user","content":"Q"},{"role":"assistant","content":"good"}],"rejected":[{"role":"user","content":"Q"},{"role":"assistant","content":"bad"}]}
{"prompt":"Q","chosen":"good","rejected":"bad"}
{"prompt":"Q"}
`
	rs, notes, err := ReadRecords("a.jsonl", strings.NewReader(lines), int64(len(lines)), ReadOptions{})
	require.NoError(t, err)
	assert.Empty(t, notes)
	require.Len(t, rs, 6)
	good := []Turn{{RoleUser, "Q"}, {RoleAssistant, "good"}}
	bad := []Turn{{RoleUser, "Q"}, {RoleAssistant, "bad"}}
	assert.Equal(t, "plain words", string(rs[0].Text))
	assert.Equal(t, []Turn{{RoleUser, "Who?"}, {RoleAssistant, "Milo."}}, rs[1].Turns)
	assert.Equal(t, []Turn{{RoleSystem, "Be brief."}, {RoleUser, "Who?"}}, rs[2].Turns, "an empty answer is none")
	for _, r := range rs[3:5] {
		assert.Equal(t, good, r.Turns)
		assert.Equal(t, bad, r.Rejected)
	}
	var prompts []bool
	for i, r := range rs {
		prompts = append(prompts, r.IsPrompt())
		assert.Equal(t, i+1, r.Line)
	}
	assert.Equal(t, []bool{false, false, true, false, false, true}, prompts)

	c, err := readBytes("a.jsonl", []byte(lines), ReadOptions{PlainTurns: true})
	require.NoError(t, err)
	assert.Contains(t, whole(c), "user: Who?\nassistant: Milo.")
	assert.NotEmpty(t, c.HeldOut)
	assert.NotEmpty(t, c.Train)
}

// A question that several conversations begin with is learned or measured on, never
// both; texts are drawn one by one as before.
func TestHeldOutQuestionsAreNotPractised(t *testing.T) {
	var file strings.Builder
	for i := range 40 {
		fmt.Fprintf(&file, `{"messages":[{"role":"user","content":"Question %d?"},{"role":"assistant","content":"Answer %d."}]}`+"\n", i%4, i)
	}
	c, err := Read("x.jsonl", strings.NewReader(file.String()), int64(file.Len()), ReadOptions{Seed: 1})
	require.NoError(t, err)
	asked := func(docs []Doc) map[string]bool {
		out := map[string]bool{}
		for _, d := range docs {
			out[d.Turns[0].Content] = true
		}
		return out
	}
	held, learned := asked(c.HeldOut), asked(c.Train)
	require.Len(t, held, 1)
	require.Len(t, learned, 3)
	for q := range held {
		require.NotContains(t, learned, q)
	}
	require.Len(t, c.HeldOut, 10)

	one := CorpusFromDocs("x", "jsonl", []Doc{{Turns: []Turn{{RoleUser, "Q"}, {RoleAssistant, "1"}}}, {Turns: []Turn{{RoleUser, "Q"}, {RoleAssistant, "2"}}}}, 1)
	require.Len(t, one.HeldOut, 1)
	require.Len(t, one.Train, 1)
}

// Collections like UltraFeedback give the prompt and begin both lists with it.
func TestThePromptIsNotSaidTwice(t *testing.T) {
	want := []Turn{{RoleUser, "Q"}, {RoleAssistant, "good"}}
	for _, file := range []string{
		`{"prompt":"Q","chosen":[{"role":"user","content":"Q"},{"role":"assistant","content":"good"}],"rejected":[{"role":"user","content":"Q"},{"role":"assistant","content":"bad"}]}`,
		`{"prompt":[{"role":"user","content":"Q"}],"chosen":[{"role":"user","content":"Q"},{"role":"assistant","content":"good"}],"rejected":[{"role":"assistant","content":"bad"}]}`,
		`{"prompt":"Q","chosen":"good","rejected":"bad"}`,
	} {
		r, _, err := ReadRecords("x.jsonl", strings.NewReader(file), int64(len(file)), ReadOptions{})
		require.NoError(t, err)
		require.Equal(t, want, r[0].Turns)
		require.Equal(t, []Turn{{RoleUser, "Q"}, {RoleAssistant, "bad"}}, r[0].Rejected)
	}
}

func TestChatTemplateAndMask(t *testing.T) {
	tok := NewByte()
	ids := tok.AppendChat(nil, []Turn{{RoleSystem, "s"}, {RoleUser, "u"}, {RoleAssistant, "a"}, {RoleUser, "v"}})
	letter := func(b byte) int32 { return firstByte + int32(b) }
	assert.Equal(t, []int32{System, letter('s'), User, letter('u'), Assistant, letter('a'), EOS, User, letter('v')}, ids)
	assert.Equal(t, []bool{false, false, false, false, false, true, true, false, false}, AnswerMask(ids))
	assert.Equal(t, []int32{User, letter('u'), Assistant}, tok.ChatPrompt([]Turn{{RoleUser, "u"}}))
}

func FuzzJSONL(f *testing.F) {
	f.Add([]byte(`{"text":"words"}`+"\n"+`{"messages":[{"role":"user","content":"hi"}]}`), 1000)
	f.Add([]byte(`{"prompt":"Q","chosen":"a","rejected":[]}`), 20)
	f.Add([]byte("\xff\xfe{\x00}\x00\n\x00"), 7)
	f.Add([]byte(`{"text":"\ud800"}`+"\r\n{"), 12)
	f.Fuzz(func(t *testing.T, b []byte, limit int) {
		rs, _, err := ReadRecords("f.jsonl", bytes.NewReader(b), int64(len(b)), ReadOptions{Limit: limit & 0xFFF})
		if err != nil {
			var p *problem.Problem
			require.ErrorAs(t, err, &p)
			require.Contains(t, problem.Codes, p.Code)
			return
		}
		require.NotEmpty(t, rs)
		for _, r := range rs {
			require.Positive(t, r.Len())
			for part := range r.parts() {
				require.True(t, utf8.Valid(part))
			}
		}
		if c, err := readBytes("f.jsonl", b, ReadOptions{Limit: limit & 0xFFF}); err == nil {
			require.NotEmpty(t, c.Train)
		}
	})
}

func FuzzText(f *testing.F) {
	f.Add([]byte("some text that is long enough\r\n"), 1000)
	f.Add([]byte("\xfe\xff\x00a\x00b\xd8\x00\x00\n"), 6)
	f.Fuzz(func(t *testing.T, b []byte, limit int) {
		c, err := readBytes("f.txt", b, ReadOptions{Limit: limit & 0xFFF})
		if err != nil {
			var p *problem.Problem
			require.ErrorAs(t, err, &p)
			return
		}
		require.True(t, utf8.ValidString(whole(c)))
		require.NotContains(t, whole(c), "\r")
	})
}

var _ io.ReaderAt = (*bigFile)(nil)

// Every faulty line is named, not only the first, and good ones are passed over.
func TestFaultsNamesEveryLine(t *testing.T) {
	file := []byte(`{"text": "a fox"}` + "\n\n" + `{"text": oops}` + "\r\n" + `{"story": "b"}` + "\n" + `{"prompt": "Who?", "chosen": "A."}` + "\n" + `{"text": "an owl"}`)
	faults, all, err := Faults("a.jsonl", bytes.NewReader(file), int64(len(file)), 2, ReadOptions{})
	require.NoError(t, err)
	require.Equal(t, 3, all)
	require.Len(t, faults, 2, "as many as were asked for")
	require.Equal(t, "jsonl_broken_line", faults[0].Code)
	require.Equal(t, 3, faults[0].Args["line"])
	require.Equal(t, "jsonl_unknown_keys", faults[1].Code)
	require.Equal(t, 4, faults[1].Args["line"])

	_, _, err = Faults("a.jsonl", bytes.NewReader(nil), 0, 2, ReadOptions{})
	requireProblem(t, err, "file_empty")
}
