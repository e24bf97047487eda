package text

import "sprout/core/problem"

func init() {
	problem.Register(map[string]string{
		"file_empty":             "an uploaded file has no bytes, or nothing but white space (name)",
		"file_unreadable":        "an uploaded file cannot be read (name)",
		"file_binary":            "an uploaded file is no text (name)",
		"text_too_short":         "a text too short to learn anything from (name, bytes, need)",
		"text_not_utf8":          "a text in an encoding other than UTF-8 or UTF-16 (name, percent)",
		"context_too_long":       "a dataset with fewer tokens than one training window (tokens, context, need)",
		"jsonl_array":            "a JSON array where one object per line is expected (name)",
		"jsonl_broken_line":      "a line that is no JSON object (name, line, reason)",
		"jsonl_unknown_keys":     "a JSON line without a key that says what to learn (name, line, keys)",
		"jsonl_wrong_type":       "a known key with a value of the wrong type (name, line, key)",
		"jsonl_unknown_role":     "a message whose role is not system, user or assistant (name, line, role)",
		"jsonl_line_too_long":    "a JSON line longer than the excerpt that is read (name, limit)",
		"jsonl_no_records":       "a JSONL file with nothing to learn in it (name)",
		"jsonl_one_record":       "a JSONL file with a single conversation, which leaves nothing to hold out (name)",
		"note_excerpt":           "note: a large file is read in part (name, size, limit, from, to, seed)",
		"note_utf8_replaced":     "note: bytes that are no UTF-8 were replaced by U+FFFD (name, count)",
		"note_utf16":             "note: a UTF-16 file was converted (name)",
		"tokenizer_too_large":    "a tokenizer.json over the size limit (bytes, limit)",
		"tokenizer_not_json":     "a tokenizer.json that is no JSON (reason)",
		"tokenizer_unsupported":  "a tokenizer.json that cuts text in another way than Sprout's (field)",
		"tokenizer_inconsistent": "a tokenizer.json whose parts contradict each other (reason)",
	})
}
