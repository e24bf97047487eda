package judge

import (
	"encoding/json"
	"math"
	"strings"

	"sprout/core/judge"
	"sprout/core/problem"
	"sprout/core/text"
	"sprout/core/world"
	"sprout/stages"
)

// message is one turn of a chat request.
type message struct {
	Role    string `json:"role"`
	Content string `json:"content"`
}

// request is the body of POST /chat/completions, in the dialect that OpenAI,
// Ollama, llama.cpp, vLLM and LM Studio share.
type request struct {
	Model       string    `json:"model,omitempty"`
	Messages    []message `json:"messages"`
	Temperature float64   `json:"temperature"`
	MaxTokens   int       `json:"max_tokens"`
	Stream      bool      `json:"stream"`
	LogProbs    bool      `json:"logprobs,omitempty"`
	TopLogProbs int       `json:"top_logprobs,omitempty"`
}

const (
	replyTokens = 8  // a letter, with room for a quote or a space
	rivals      = 20 // the most that such endpoints tell of
)

// newRequest asks a model about a case at temperature 0. softly asks for the
// probabilities of the letters, too, which some endpoints refuse.
func newRequest(model string, c judge.Case, softly bool) request {
	lang := world.EN
	if c.Lang == "zh" {
		lang = world.ZH
	}
	r := request{Model: model, MaxTokens: replyTokens}
	for _, t := range (stages.Rules{Free: c.Principles}).Brief(stages.Comparison{
		Prompt: []text.Turn{{Role: text.RoleUser, Content: c.Question}},
		A:      c.A, B: c.B, Lang: lang, Background: c.Background,
	}) {
		r.Messages = append(r.Messages, message{string(t.Role), t.Content})
	}
	if softly {
		r.LogProbs, r.TopLogProbs = true, rivals
	}
	return r
}

// completion is the part of a chat completion that matters here.
type completion struct {
	Choices []struct {
		Message struct {
			Content *string `json:"content"`
		} `json:"message"`
		LogProbs *struct {
			Content []position `json:"content"`
		} `json:"logprobs"`
	} `json:"choices"`
}

// position is a sampled token with its strongest rivals.
type position struct {
	Token string `json:"token"`
	Top   []struct {
		Token   string  `json:"token"`
		LogProb float64 `json:"logprob"`
	} `json:"top_logprobs"`
}

// verdict reads an endpoint's answer. A letter must be there, in words; where the
// probabilities of both letters are told, too, the verdict is soft. Problem
// "judge_nonsense".
func verdict(body []byte) (judge.Verdict, error) {
	var c completion
	if json.Unmarshal(body, &c) != nil || len(c.Choices) == 0 || c.Choices[0].Message.Content == nil {
		return judge.Verdict{}, nonsense(body)
	}
	choice := c.Choices[0]
	hard, err := stages.Reply{Text: *choice.Message.Content}.Preference()
	if err != nil {
		return judge.Verdict{}, err
	}
	if choice.LogProbs != nil {
		for _, p := range choice.LogProbs.Content {
			if t := strings.TrimSpace(p.Token); t != "A" && t != "B" {
				continue
			}
			if soft, ok := p.preference(); ok {
				return judge.Verdict{P: soft, Soft: true}, nil
			}
			break
		}
	}
	return judge.Verdict{P: hard}, nil
}

// preference weighs the letters where a letter stands; ok only where both are
// told, with numbers that can be logarithms of probabilities.
func (p position) preference() (float64, bool) {
	top := map[string]float64{}
	var known [2]bool
	for _, t := range p.Top {
		if t.LogProb > 1e-3 {
			return 0, false
		}
		switch strings.TrimSpace(t.Token) {
		case "A":
			known[0] = true
		case "B":
			known[1] = true
		}
		top[t.Token] = t.LogProb
	}
	if !known[0] || !known[1] {
		return 0, false
	}
	soft, err := stages.Reply{Top: top}.Preference()
	return soft, err == nil && !math.IsNaN(soft)
}

// nonsense is the problem of an answer that is no chat completion.
func nonsense(body []byte) error {
	said := judge.Excerpt(string(body[:min(len(body), 1<<10)]))
	return problem.New("judge_nonsense", problem.Args{"reply": said},
		"The judge's endpoint answered with something that is no chat completion: “%s”. Check the address that the server was started with.", said)
}
