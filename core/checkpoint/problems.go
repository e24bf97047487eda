package checkpoint

import "sprout/core/problem"

func init() {
	problem.Register(map[string]string{
		"checkpoint_not_found":      "no checkpoint has this id: id",
		"checkpoint_corrupt":        "stored bytes do not match their checksum: id, name, piece",
		"checkpoint_tensor_missing": "the model needs a tensor that is absent: tensor, shape",
		"checkpoint_tensor_extra":   "a tensor has no place in the model: tensor",
		"checkpoint_tensor_shape":   "a tensor has another shape than the model needs: tensor, have, want",
		"checkpoint_not_finite":     "a tensor holds NaN or an infinity: tensor, index, value",
		"checkpoint_half_range":     "a weight is too large for a 16-bit file: tensor, index, value",
		"dataset_not_found":         "no stored dataset has this id: id",
		"dataset_corrupt":           "a stored dataset does not match its checksum: id, name",
		"storage_full":              "no room for what was to be saved: need, used, quota (bytes; 0 = unknown)",
		"storage_failed":            "the storage refused: reason",
		"storage_missing":           "the browser has no IndexedDB",
		"storage_blocked":           "the browser or another tab does not let the page keep data: reason",
		"storage_version":           "the saved data belong to a newer version of the page",
		"storage_closed":            "the storage was closed, in the browser by another tab that upgrades it",

		"safetensors_truncated":     "the file ends early: have, need (bytes)",
		"safetensors_trailing":      "the file goes on after its last tensor: bytes",
		"safetensors_header_length": "the header's length makes no sense: length, size (bytes)",
		"safetensors_header":        "the header is no valid JSON of the expected form: reason",
		"safetensors_duplicate":     "a name occurs twice in the header: tensor",
		"safetensors_dtype":         "a tensor has a number format that cannot be used: tensor, dtype",
		"safetensors_shape":         "a tensor's shape is impossible or does not fit its bytes: tensor, shape",
		"safetensors_offsets":       "a tensor's offsets are negative, reversed, misaligned or outside the file: tensor, begin, end, size",
		"safetensors_overlap":       "two tensors share bytes: tensor, other",
		"safetensors_gap":           "bytes before a tensor belong to none: tensor, bytes",
		"safetensors_metadata":      "what Sprout wrote about the checkpoint cannot be read: key, reason",
		"safetensors_version":       "the file was written by a newer version: version",
		"safetensors_foreign":       "a Llama-shaped model from elsewhere that lacks parts: missing, layers, channels, vocab",
		"safetensors_no_model":      "no language model in the file: tensors",
	})
}

// Corrupt is the problem "checkpoint_corrupt": piece, a tensor's name or a part
// of the record, does not match its checksum.
func Corrupt(id, name, piece string) error {
	return problem.New("checkpoint_corrupt", problem.Args{"id": id, "name": name, "piece": piece},
		"The checkpoint %q is damaged: %s does not match its checksum. Use another checkpoint.", name, piece)
}

// Closed is the problem "storage_closed".
func Closed() error {
	return problem.New("storage_closed", nil, "The storage was closed, so nothing more can be saved here. Reload to go on.")
}

// NotFound is the problem "checkpoint_not_found".
func NotFound(id string) error {
	return problem.New("checkpoint_not_found", problem.Args{"id": id},
		"There is no checkpoint %s; it may have been deleted.", id)
}

// DatasetNotFound is the problem "dataset_not_found".
func DatasetNotFound(id string) error {
	return problem.New("dataset_not_found", problem.Args{"id": id},
		"There is no stored dataset %s; choose or upload the text again.", id)
}

// DatasetCorrupt is the problem "dataset_corrupt".
func DatasetCorrupt(id, name string) error {
	return problem.New("dataset_corrupt", problem.Args{"id": id, "name": name},
		"The stored dataset %q is damaged; upload the text again.", name)
}

// Failed is the problem "storage_failed".
func Failed(err error) error {
	return problem.Wrap(err, "storage_failed", problem.Args{"reason": err.Error()},
		"The storage refused to work; nothing that was saved before is lost.")
}

// Full is the problem "storage_full"; sizes in bytes, 0 where unknown.
func Full(err error, need, used, quota int64) error {
	return problem.Wrap(err, "storage_full", problem.Args{"need": need, "used": used, "quota": quota},
		"There is no room for %d bytes more. Delete checkpoints that you no longer need; nothing that was saved before is lost.", need)
}
