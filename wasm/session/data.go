package session

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"sprout/core/checkpoint"
	"sprout/core/problem"
	"sprout/core/text"
	"sprout/core/world"
	"sprout/stages"
	"sprout/wasm/protocol"
)

// townID begins the id of a town's text: "town:size:language:seed".
const townID = "town:"

// library holds the texts and tokenizers of this session. A town's id says all
// that is needed to make it again; an uploaded text is kept in the store.
type library struct {
	datasets   map[string]*dataset
	tokenizers map[string]*tokenizer
}

type dataset struct {
	info   protocol.Dataset
	corpus *text.Corpus
	town   *world.Town  // nil for uploaded text
	langs  []world.Lang // of the town's text; nil means both
	pairs  []stages.Pair
}

// keptData is an uploaded text as the store has it.
type keptData struct {
	*text.Corpus
	Pairs []stages.Pair `json:",omitempty"`
}

type tokenizer struct {
	info protocol.TokenizerInfo
	tok  *text.Tokenizer
}

func newLibrary() library {
	return library{datasets: map[string]*dataset{}, tokenizers: map[string]*tokenizer{}}
}

func (s *Session) makeTown(c protocol.MakeTown, _ []byte) (any, []byte, error) {
	d, err := s.town(c.Seed, c.Size, c.Lang, c.Without)
	if err != nil {
		return nil, nil, err
	}
	return d.info, nil, nil
}

// town makes or finds the corpus of a town, in which facts may be withheld.
func (s *Session) town(seed uint64, size, lang string, without []int) (*dataset, error) {
	if lang == "" {
		lang = "both"
	}
	langs, ok := map[string][]world.Lang{"both": nil, "en": {world.EN}, "zh": {world.ZH}}[lang]
	if !ok || (size != string(world.Quick) && size != string(world.Standard)) {
		return nil, problem.New("bad_command", nil, "There is no town of size %q in language %q.", size, lang)
	}
	id := townName(seed, size, lang, without)
	if d := s.data.datasets[id]; d != nil {
		return d, nil
	}
	cfg := world.Config{Seed: seed, Size: world.Size(size)}
	if len(without) > 0 {
		whole := world.New(cfg)
		for _, f := range without {
			if f < 0 || f >= len(whole.Facts) {
				return nil, problem.New("bad_command", nil, "The town has no fact number %d.", f)
			}
		}
		cfg = whole.Without(without...)
	}
	s.progress("town", 0)
	defer s.progress("town", 1)
	t := world.New(cfg)
	d := &dataset{corpus: stages.TownCorpus(t, langs...), town: t, langs: langs}
	d.describe(id, "town")
	s.data.datasets[id] = d
	return d, nil
}

// describe fills in the summary that the page shows.
func (d *dataset) describe(id, kind string) {
	docs, trainBytes, chars := text.Size(d.corpus.Train)
	_, heldOut, _ := text.Size(d.corpus.HeldOut)
	d.info = protocol.Dataset{
		ID: id, Name: d.corpus.Name, Kind: kind,
		Docs: docs, Bytes: trainBytes, HeldOutBytes: heldOut, Chars: chars,
		Preview: preview(d.corpus), Pairs: len(d.pairs),
	}
	for _, doc := range d.corpus.All() {
		if turns, _ := opened(doc); turns != nil {
			d.info.Conversations++
		}
	}
	for _, note := range d.corpus.Notes {
		d.info.Notes = append(d.info.Notes, *toProtocol(note))
	}
}

// preview is the beginning of a few documents, whole characters only.
func preview(c *text.Corpus) []string {
	const documents, length = 6, 400
	var out []string
	for _, d := range c.Train[:min(documents, len(c.Train))] {
		var b strings.Builder
		b.Write(d.Text)
		for _, turn := range d.Turns {
			fmt.Fprintf(&b, "%s: %s\n", turn.Role, turn.Content)
		}
		s := b.String()
		if len(s) > length {
			s = strings.ToValidUTF8(s[:length], "") + "…"
		}
		out = append(out, s)
	}
	return out
}

func (s *Session) upload(c protocol.Upload, file []byte) (any, []byte, error) {
	s.progress("upload", 0)
	defer s.progress("upload", 1)
	corpus, err := text.Read(c.Name, bytes.NewReader(file), int64(len(file)), text.ReadOptions{})
	if err != nil {
		return nil, nil, err
	}
	kind := "text"
	if corpus.Format == "jsonl" {
		kind = "jsonl"
	}
	d := &dataset{corpus: corpus}
	if kind == "jsonl" && bytes.Contains(file, []byte(`"rejected"`)) {
		records, _, err := text.ReadRecords(c.Name, bytes.NewReader(file), int64(len(file)), text.ReadOptions{})
		if err != nil {
			return nil, nil, err
		}
		d.pairs = stages.PairsOf(records)
	}
	s.adopt(d, kind)
	return d.info, nil, nil
}

// adopt keeps a text of the learner's own, so that a run on it can be resumed
// after a reload.
func (s *Session) adopt(d *dataset, kind string) {
	packed, err := json.Marshal(keptData{d.corpus, d.pairs})
	if err != nil {
		panic(err) // a corpus holds bytes, strings and numbers
	}
	d.describe(fmt.Sprintf("file-%08x-%d", checkpoint.Checksum(packed), len(packed)), kind)
	s.data.datasets[d.info.ID] = d
	s.saving(func(ctx context.Context, store checkpoint.Store) error {
		return store.PutDataset(ctx, checkpoint.Dataset{ID: d.info.ID, Name: d.corpus.Name, Created: unixMilli(), Info: []byte(strconv.Quote(kind)), Data: packed})
	})
}

func (s *Session) dropDataset(c protocol.DropDataset, _ []byte) (any, []byte, error) {
	delete(s.data.datasets, c.Dataset)
	// The store keeps the text as long as a checkpoint may be resumed on it.
	if metas, err := s.storage.list(); err == nil {
		for _, m := range metas {
			if m.Dataset.ID == c.Dataset || m.Lessons.ID == c.Dataset {
				return nil, nil, nil
			}
		}
	}
	s.saving(func(ctx context.Context, store checkpoint.Store) error { return store.DropDataset(ctx, c.Dataset) })
	return nil, nil, nil
}

// dataset finds a text by id: in memory, by making a town again, or in the store.
func (s *Session) dataset(id string) (*dataset, error) {
	if d := s.data.datasets[id]; d != nil {
		return d, nil
	}
	if seed, size, lang, without, ok := readTownName(id); ok {
		return s.town(seed, size, lang, without)
	}
	kept, err := s.storage.store.Dataset(context.Background(), id)
	if err != nil {
		return nil, err
	}
	var kind string
	data := keptData{Corpus: new(text.Corpus)}
	if json.Unmarshal(kept.Info, &kind) != nil || json.Unmarshal(kept.Data, &data) != nil {
		return nil, checkpoint.DatasetCorrupt(id, kept.Name)
	}
	d := &dataset{corpus: data.Corpus, pairs: data.Pairs}
	d.describe(id, kind)
	s.data.datasets[id] = d
	return d, nil
}

func (s *Session) trainTokenizer(c protocol.TrainTokenizer, _ []byte) (any, []byte, error) {
	d, err := s.dataset(c.Dataset)
	if err != nil {
		return nil, nil, err
	}
	begin := s.host.Now()
	t := &tokenizer{}
	switch text.Kind(c.Kind) {
	case text.BPE:
		t.tok, err = s.trainBPE(d, c.Merges)
	case text.Char:
		t.tok = text.TrainChar(d.corpus.All(), text.CharOptions{})
	case text.Byte:
		t.tok = text.NewByte()
	default:
		err = problem.New("bad_command", nil, "There is no tokenizer of kind %q.", c.Kind)
	}
	if err != nil {
		return nil, nil, err
	}
	seconds := (s.host.Now() - begin) / 1000
	t.describe(fmt.Sprintf("%s:%d:%s", c.Kind, c.Merges, c.Dataset), d)
	t.info.Seconds = seconds
	if seconds > 0 {
		t.info.MBPerSecond = float64(d.info.Bytes) / 1e6 / seconds
	}
	s.data.tokenizers[t.info.ID] = t
	return t.info, nil, nil
}

// trainBPE learns merges and tells the page in small groups, which it animates.
func (s *Session) trainBPE(d *dataset, merges int) (*text.Tokenizer, error) {
	var event protocol.MergeEvent
	event.Total = merges
	told := s.host.Now()
	flush := func() {
		if len(event.Merges) > 0 {
			s.emit("merges", event)
		}
		event.Merges = nil
		told = s.host.Now()
		s.host.Yield()
	}
	const every = 50 // ms
	tok, err := text.TrainBPE(d.corpus.Train, text.BPEOptions{
		Merges: merges,
		OnMerge: func(m text.LearnedMerge) error {
			event.Merges = append(event.Merges, protocol.Merge{
				Rank: m.Rank, Left: text.Printable(m.Left), Right: text.Printable(m.Right),
				Text: text.Printable(m.Text), Count: m.Count,
			})
			if s.host.Now()-told > every {
				flush()
			}
			return nil
		},
		OnRead: func(read int) error {
			if s.host.Now()-told > every {
				s.progress("tokenizer", float64(read)/float64(d.info.Bytes+1))
				flush()
			}
			return nil
		},
	})
	flush()
	return tok, err
}

// describe measures the tokenizer on a dataset's held-out part, where there is one.
func (t *tokenizer) describe(id string, d *dataset) {
	t.info = protocol.TokenizerInfo{
		ID: id, Kind: string(t.tok.Kind()), Vocab: t.tok.Vocab(), Merges: len(t.tok.Merges()),
	}
	const enough = 100_000 // bytes
	var tokens, size, chars int
	for _, doc := range d.corpus.HeldOut {
		body := doc.Text
		if len(body) > enough {
			body = body[:enough]
		}
		tokens += len(t.tok.Append(nil, body))
		_, b, c := text.Size([]text.Doc{{Text: body}})
		size, chars = size+b, chars+c
		if size > enough {
			break
		}
	}
	if tokens > 0 {
		t.info.CharsPerToken = float64(chars) / float64(tokens)
		t.info.BytesPerToken = float64(size) / float64(tokens)
	}
}

// tokenizer finds a tokenizer by id, or that of a checkpoint: "checkpoint:<id>".
func (s *Session) tokenizer(id string) (*text.Tokenizer, error) {
	if t := s.data.tokenizers[id]; t != nil {
		return t.tok, nil
	}
	if of, ok := strings.CutPrefix(id, "checkpoint:"); ok {
		c, err := s.load(of, checkpoint.Record)
		if err != nil {
			return nil, err
		}
		return text.ParseJSON(c.Tokenizer)
	}
	return nil, problem.New("tokenizer_not_found", problem.Args{"tokenizer": id}, "There is no tokenizer %q in this tab; train it again.", id)
}

func (s *Session) encode(c protocol.Encode, _ []byte) (any, []byte, error) {
	tok, err := s.tokenizer(c.Tokenizer)
	if err != nil {
		return nil, nil, err
	}
	ids := []int32(nil)
	if c.Merges > 0 && tok.Kind() == text.BPE {
		ids = tok.EncodeFirst(c.Text, c.Merges)
	} else {
		ids = tok.Encode(c.Text)
	}
	_, size, chars := text.Size([]text.Doc{text.TextDoc(c.Text)})
	out := protocol.Encoded{Bytes: size, Chars: chars, Tokens: make([]protocol.Token, len(ids))}
	for i, id := range ids {
		out.Tokens[i] = token(tok, id)
	}
	return out, nil, nil
}

func (s *Session) exportTokenizer(c protocol.ExportTokenizer, _ []byte) (any, []byte, error) {
	tok, err := s.tokenizer(c.Tokenizer)
	if err != nil {
		return nil, nil, err
	}
	return nil, tok.JSON(), nil
}

func token(tok *text.Tokenizer, id int32) protocol.Token {
	return protocol.Token{ID: int(id), Text: tok.Name(id), Hex: hex.EncodeToString([]byte(tok.Bytes(id)))}
}

func (s *Session) progress(what string, done float64) {
	s.emit("progress", protocol.ProgressEvent{What: what, Done: done})
}
