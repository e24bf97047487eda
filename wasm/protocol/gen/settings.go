package main

import (
	"bytes"
	"encoding/json"

	"sprout/core/nn"
	"sprout/stages"
)

// stageSettings lists the symbol, as TeX, of every setting of every stage: what a
// formula on the page has to link to.
func stageSettings() ([]byte, error) {
	all := map[string]map[string]string{}
	for _, stage := range stages.Journey {
		symbols := map[string]string{}
		for _, p := range stage.Params(nn.Presets[0]) {
			symbols[p.Key] = p.Symbol
		}
		all[stage.Name()] = symbols
	}
	return encoded(all)
}

// stageMeasures lists what the page must have words for: all that stages measure,
// with what it is.
func stageMeasures() ([]byte, error) { return encoded(stages.Measures) }

func encoded(all any) ([]byte, error) {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	err := enc.Encode(all)
	return out.Bytes(), err
}
