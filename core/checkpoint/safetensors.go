package checkpoint

import (
	"sprout/core/problem"
	"sprout/core/tensor"
)

// A safetensors file is
//
//	8 bytes      length of the header, little-endian
//	header       one JSON object, padded with spaces to a multiple of 8
//	             {"__metadata__": {string: string},
//	              name: {"dtype": "F32", "shape": […], "data_offsets": [begin, end]}, …}
//	tensors      row-major, little-endian, without gaps; offsets count from here
//
// (https://huggingface.co/docs/safetensors). Ours keeps everything that is not
// a tensor in the metadata's strings, under the keys below.
const metadataKey = "__metadata__"

const (
	keyFormat    = "format"         // "pt", as transformers expects
	keyVersion   = "sprout"         // fileVersion; its presence marks our files
	keyMeta      = "sprout.meta"    // Meta without its Config
	keyState     = "sprout.state"   // Checkpoint.State
	keyHistory   = "sprout.history" // Checkpoint.History
	keyChecksums = "sprout.crc32c"  // CRC-32C in hex of each tensor and of the other strings
	keyConfig    = "config.json"    // Meta.Config
	keyTokenizer = "tokenizer.json" // Checkpoint.Tokenizer
)

const fileVersion = 1

// maxHeader is the limit of the reference implementation, in bytes.
const maxHeader = 100_000_000

// entry describes one tensor of a file.
type entry struct {
	name       string
	dtype      string
	shape      tensor.Shape
	begin, end int64 // from the first byte behind the header
}

// width is the size of an element in bytes, 0 for a format that is not taken.
// Weights may come in 16 bits; moments are ours and always F32.
func (e entry) width() int64 {
	switch e.dtype {
	case "F32":
		return 4
	case "F16", "BF16":
		if !(Tensor{Name: e.name}).IsMoment() {
			return 2
		}
	}
	return 0
}

func headerProblem(reason string) error {
	return problem.New("safetensors_header", problem.Args{"reason": reason},
		"This is no valid .safetensors file: %s. Export or download it again.", reason)
}
