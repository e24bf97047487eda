package text

// Special tokens have the same ids in every tokenizer, so that a model's later
// stages never move an embedding. They are never produced by encoding a text,
// whatever the text contains: only the chat template and the end of a document
// place them.
const (
	Pad       int32 = iota // fills a batch; never a target
	EOS                    // ends a document and an assistant's turn; also stands before an empty prompt
	System                 // begins instructions to the assistant
	User                   // begins a user's turn
	Assistant              // begins an assistant's turn
	numSpecials
)

var specialNames = [numSpecials]string{"<|pad|>", "<|eos|>", "<|system|>", "<|user|>", "<|assistant|>"}

// IsSpecial reports whether id stands for no text.
func IsSpecial(id int32) bool { return id >= 0 && id < numSpecials }

// MaxVocab bounds every tokenizer: streams keep tokens as uint16.
const MaxVocab = 1 << 16
