package stages

import (
	"bufio"
	"encoding/json"
	"io"

	"sprout/core/text"
)

// WritePairs writes preferences as JSON Lines, a pair on each line, as PairsOf
// reads them:
//
//	{"chosen": [{"role", "content"}, …], "rejected": […], "p": 0.8, "source": "judge"}
func WritePairs(w io.Writer, pairs []Pair) error {
	out := bufio.NewWriter(w)
	lines := json.NewEncoder(out)
	lines.SetEscapeHTML(false)
	for _, p := range pairs {
		err := lines.Encode(struct {
			Chosen   []text.Turn `json:"chosen"`
			Rejected []text.Turn `json:"rejected"`
			P        float64     `json:"p"`
			Source   string      `json:"source,omitempty"`
		}{p.Chosen, p.Rejected, p.label(), p.Source})
		if err != nil {
			return err
		}
	}
	return out.Flush()
}
