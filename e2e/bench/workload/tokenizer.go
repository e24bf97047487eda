package workload

import (
	"time"

	"sprout/core/text"
	"sprout/core/world"
)

// Tokenized is the speed of the tokenizer in MB/s.
type Tokenized struct {
	Bytes  int     `json:"bytes"`
	Train  float64 `json:"train_mb_s"`  // 512 merges
	Encode float64 `json:"encode_mb_s"` // the same text with them
}

// Tokenizing learns 512 merges on 2 MB of a town in two languages and encodes
// it, the fastest of three.
func Tokenizing(h Host) (best Tokenized, err error) {
	var docs []text.Doc
	for _, s := range world.New(world.Config{Seed: 1}).Texts(world.Train, 2<<20) {
		docs = append(docs, text.TextDoc(s))
		best.Bytes += len(s)
	}
	rate := func(began time.Time) float64 { return float64(best.Bytes) / time.Since(began).Seconds() / 1e6 }
	for range 3 {
		began := time.Now()
		t, err := text.TrainBPE(docs, text.BPEOptions{Merges: 512})
		if err != nil {
			return best, err
		}
		best.Train = max(best.Train, rate(began))
		h.breathe()
		began = time.Now()
		var ids []int32
		for _, d := range docs {
			ids = t.Append(ids[:0], d.Text)
		}
		best.Encode = max(best.Encode, rate(began))
		h.breathe()
	}
	return best, nil
}
