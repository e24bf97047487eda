package text

import "iter"

// Role says who speaks.
type Role string

const (
	RoleSystem    Role = "system"
	RoleUser      Role = "user"
	RoleAssistant Role = "assistant"
)

// Turn is one message of a conversation.
type Turn struct {
	Role    Role   `json:"role"`
	Content string `json:"content"`
}

// Doc is one document: plain text, or a conversation.
type Doc struct {
	Text  []byte
	Turns []Turn // used where Text is nil
}

// TextDoc makes a document of plain text.
func TextDoc(s string) Doc { return Doc{Text: []byte(s)} }

// Len is the document's length in bytes, special tokens not counted.
func (d Doc) Len() int {
	n := len(d.Text)
	for _, t := range d.Turns {
		n += len(t.Content)
	}
	return n
}

// parts yields the pieces of text between special tokens.
func (d Doc) parts() iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		if d.Text != nil {
			yield(d.Text)
			return
		}
		for _, t := range d.Turns {
			if !yield([]byte(t.Content)) {
				return
			}
		}
	}
}
