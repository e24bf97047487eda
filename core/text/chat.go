package text

// The chat template:
//
//	<|system|>Be brief.<|user|>What is Milo?<|assistant|>Milo is a fox.<|eos|>
//
// A role's token begins a turn and the next one ends it; only an assistant's
// turn has an end of its own, <|eos|>, so that a model that has learned where
// documents end also knows how to stop answering.

var roleTokens = map[Role]int32{RoleSystem: System, RoleUser: User, RoleAssistant: Assistant}

// AppendChat renders turns through the chat template and appends the tokens to
// dst.
func (t *Tokenizer) AppendChat(dst []int32, turns []Turn) []int32 {
	for _, turn := range turns {
		dst = append(dst, roleTokens[turn.Role])
		dst = t.Append(dst, []byte(turn.Content))
		if turn.Role == RoleAssistant {
			dst = append(dst, EOS)
		}
	}
	return dst
}

// ChatPrompt renders turns and leaves the word to the assistant.
func (t *Tokenizer) ChatPrompt(turns []Turn) []int32 {
	return append(t.AppendChat(nil, turns), Assistant)
}

// AnswerMask marks, in a stream rendered by AppendChat, the tokens that an
// assistant is to learn: its words and the EOS that ends them.
func AnswerMask(ids []int32) []bool {
	mask := make([]bool, len(ids))
	inside := false
	for i, id := range ids {
		mask[i] = inside && (!IsSpecial(id) || id == EOS)
		switch id {
		case Assistant:
			inside = true
		case EOS, User, System:
			inside = false
		}
	}
	return mask
}
