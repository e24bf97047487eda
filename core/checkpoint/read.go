package checkpoint

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"

	"sprout/core/jsonlimit"
	"sprout/core/problem"
	"sprout/core/tensor"
)

// Read reads a .safetensors file of the given size in bytes. It takes files
// that NewFile made, and Llama-shaped ones from elsewhere whose metadata hold
// their config.json and tokenizer.json. Weights in F16 or BF16 are widened.
//
// Every defect is a *problem.Problem that names the tensor or key at fault (see
// problems.go). Whether the tensors fit the model is for Check to say, with the
// specs of the configuration.
func Read(r io.ReaderAt, size int64) (*Checkpoint, error) {
	return read(r, size, Everything)
}

func read(r io.ReaderAt, size int64, part Part) (*Checkpoint, error) {
	h, err := readHeader(r, size)
	if err != nil {
		return nil, err
	}
	c, err := h.record()
	if err != nil {
		return nil, err
	}
	sums, err := h.checksums(c.Meta)
	if err != nil {
		return nil, err
	}
	moments := 0
	for _, e := range h.entries {
		if (Tensor{Name: e.name}).IsMoment() {
			moments++
			if part < Everything {
				continue
			}
		} else {
			c.Meta.Parameters += e.shape.Len()
			if part < Weights {
				continue
			}
		}
		t, err := readTensor(r, h.start, e, sums, c.Meta)
		if err != nil {
			return nil, err
		}
		c.Tensors = append(c.Tensors, t)
	}
	if moments == 0 || c.State == nil {
		c.Meta.Resumable = false
	}
	return c, CheckFinite(c.Tensors)
}

// record reads everything that is no tensor.
func (h *fileHeader) record() (*Checkpoint, error) {
	version, ours := h.strings[keyVersion]
	if !ours {
		return h.foreign()
	}
	if v, err := strconv.Atoi(version); err != nil || v > fileVersion {
		return nil, problem.New("safetensors_version", problem.Args{"version": version},
			"The file was saved by a newer version of Sprout (format %s); open it there.", version)
	}
	c := &Checkpoint{}
	if err := jsonlimit.Unmarshal([]byte(h.strings[keyMeta]), &c.Meta); err != nil {
		return nil, metadataProblem(keyMeta, err.Error())
	}
	if !ValidID(c.Meta.ID) {
		return nil, metadataProblem(keyMeta, "the id is not one")
	}
	for key, to := range map[string]*json.RawMessage{
		keyConfig: &c.Meta.Config, keyState: &c.State, keyHistory: &c.History,
	} {
		if s, ok := h.strings[key]; ok {
			if err := jsonlimit.Unmarshal([]byte(s), to); err != nil {
				return nil, metadataProblem(key, err.Error())
			}
		}
	}
	if s := h.strings[keyTokenizer]; s != "" {
		if err := jsonlimit.Check([]byte(s)); err != nil {
			return nil, metadataProblem(keyTokenizer, err.Error())
		}
		c.Tokenizer = []byte(s)
	}
	c.Meta.Parameters = 0 // counted from the tensors
	return c, nil
}

func metadataProblem(key, reason string) error {
	return problem.New("safetensors_metadata", problem.Args{"key": key, "reason": reason},
		"What the file says about its checkpoint cannot be read: %s: %s. Export or download it again.", key, reason)
}

// checksums reads the sums of a file of ours and verifies those of the strings.
// Every sum must have its string or tensor, and every tensor its sum, or a
// damaged name would pass. Strings that somebody added are let through.
func (h *fileHeader) checksums(m Meta) (map[string]string, error) {
	if _, ours := h.strings[keyVersion]; !ours {
		return nil, nil
	}
	var sums map[string]string
	if err := jsonlimit.Unmarshal([]byte(h.strings[keyChecksums]), &sums); err != nil {
		return nil, metadataProblem(keyChecksums, err.Error())
	}
	found := 0
	for key, s := range h.strings {
		if want, ok := sums[metadataKey+"."+key]; ok {
			found++
			if want != hexSum(Checksum([]byte(s))) {
				return nil, Corrupt(m.ID, m.Name, key)
			}
		}
	}
	for _, e := range h.entries {
		if _, ok := sums[e.name]; !ok {
			return nil, Corrupt(m.ID, m.Name, e.name)
		}
	}
	if found+len(h.entries) != len(sums) {
		return nil, Corrupt(m.ID, m.Name, keyChecksums)
	}
	return sums, nil
}

func readTensor(r io.ReaderAt, start int64, e entry, sums map[string]string, m Meta) (Tensor, error) {
	t := Tensor{Name: e.name, Shape: e.shape, Data: make([]float32, e.shape.Len())}
	raw := Bytes(t.Data)
	if e.width() == 2 {
		raw = make([]byte, 2*len(t.Data))
	}
	if err := readFull(r, raw, start+e.begin); err != nil {
		return t, err
	}
	if want, ok := sums[e.name]; ok && want != hexSum(Checksum(raw)) {
		return t, Corrupt(m.ID, m.Name, e.name)
	}
	if e.width() == 2 {
		widen := fromHalf
		if e.dtype == "BF16" {
			widen = fromBrain
		}
		for i := range t.Data {
			t.Data[i] = widen(binary.LittleEndian.Uint16(raw[2*i:]))
		}
	}
	return t, nil
}

// foreign takes a file that we did not write if it is a whole Llama with its
// configuration and tokenizer, and says otherwise what it lacks.
func (h *fileHeader) foreign() (*Checkpoint, error) {
	shapes := make(map[string]tensor.Shape, len(h.entries))
	for _, e := range h.entries {
		shapes[e.name] = e.shape
	}
	embed := shapes["model.embed_tokens.weight"]
	layers := 0
	for shapes[fmt.Sprintf("model.layers.%d.self_attn.q_proj.weight", layers)] != nil {
		layers++
	}
	if len(embed) != 2 || layers == 0 {
		return nil, problem.New("safetensors_no_model", problem.Args{"tensors": len(h.entries)},
			"The file holds %d tensors, but no language model of Llama's shape (it needs model.embed_tokens.weight and model.layers.0…). Choose a file that Sprout saved.", len(h.entries))
	}
	var missing []string
	c := &Checkpoint{Meta: Meta{ID: NewID(), Stage: "pretrain"}}
	for key, take := range map[string]func(string){
		keyConfig:    func(s string) { c.Meta.Config = json.RawMessage(s) },
		keyTokenizer: func(s string) { c.Tokenizer = []byte(s) },
	} {
		s := h.strings[key]
		if s == "" {
			missing = append(missing, key)
			continue
		}
		if err := jsonlimit.Unmarshal([]byte(s), new(json.RawMessage)); err != nil {
			return nil, metadataProblem(key, err.Error())
		}
		take(s)
	}
	if len(missing) == 0 {
		c.Meta.Vocab = embed[0]
		return c, nil
	}
	if len(missing) == 2 { // map order is random
		missing = []string{keyConfig, keyTokenizer}
	}
	return nil, problem.New("safetensors_foreign",
		problem.Args{"missing": missing, "layers": layers, "channels": embed[1], "vocab": embed[0]},
		"The file holds a Llama-shaped model (%d layers, %d channels, vocabulary %d), but was not saved by Sprout and lacks %s: "+
			"weights alone do not say how text becomes tokens. Put the text of the missing files into the metadata under these names.",
		layers, embed[1], embed[0], strings.Join(missing, " and "))
}
