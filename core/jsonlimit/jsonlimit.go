// Package jsonlimit guards the JSON parser against files of strangers.
// encoding/json recurses once per level of nesting. Under wasm those calls use
// the browser's own stack, and its overflow is no panic that could be
// recovered: it ends the engine. So depth is measured first, without recursion.
package jsonlimit

import (
	"encoding/json"
	"fmt"
)

// MaxDepth is far above what any format that we read needs: a tokenizer.json
// has 6 levels.
const MaxDepth = 100

// Depth is how deeply the arrays and objects of a JSON text are nested. Text
// that is no JSON gives some number, too; it is for the parser to complain.
func Depth(text []byte) int {
	depth, deepest, inString := 0, 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case inString && c == '\\':
			i++
		case c == '"':
			inString = !inString
		case inString:
		case c == '[' || c == '{':
			depth++
			deepest = max(deepest, depth)
		case c == ']' || c == '}':
			depth--
		}
	}
	return deepest
}

// Check refuses text nested deeper than MaxDepth.
func Check(text []byte) error {
	if d := Depth(text); d > MaxDepth {
		return fmt.Errorf("nested %d levels deep; at most %d are read", d, MaxDepth)
	}
	return nil
}

// Unmarshal is json.Unmarshal after Check.
func Unmarshal(text []byte, to any) error {
	if err := Check(text); err != nil {
		return err
	}
	return json.Unmarshal(text, to)
}
