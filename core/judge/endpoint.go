package judge

import (
	"encoding/json"
	"math"
	"strings"
)

// Message is one turn of a chat request.
type Message struct {
	Role    string `json:"role"`
	Content string `json:"content"`
}

// Request is the body of POST /chat/completions, in the dialect that OpenAI,
// Ollama, llama.cpp, vLLM and LM Studio share.
type Request struct {
	Model       string    `json:"model,omitempty"`
	Messages    []Message `json:"messages"`
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

// NewRequest asks a model about a case at temperature 0. logProbs asks for the
// probabilities of the letters, too, which some endpoints refuse.
func NewRequest(model string, c Case, logProbs bool) Request {
	r := Request{
		Model:     model,
		Messages:  []Message{{"system", System}, {"user", c.Prompt()}},
		MaxTokens: replyTokens,
	}
	if logProbs {
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
	Token   string  `json:"token"`
	LogProb float64 `json:"logprob"`
	Top     []struct {
		Token   string  `json:"token"`
		LogProb float64 `json:"logprob"`
	} `json:"top_logprobs"`
}

// ParseCompletion reads the endpoint's answer: the letter must be there, and
// where the probabilities of the letters are told, too, the verdict is soft.
// Problem "judge_nonsense".
func ParseCompletion(body []byte) (Verdict, error) {
	var c completion
	if err := json.Unmarshal(body, &c); err != nil {
		return Verdict{}, Nonsense("the answer is no JSON of a chat completion", string(body))
	}
	if len(c.Choices) == 0 || c.Choices[0].Message.Content == nil {
		return Verdict{}, Nonsense("the answer holds no reply", string(body))
	}
	choice := c.Choices[0]
	a, err := Letter(*choice.Message.Content)
	if err != nil {
		return Verdict{}, err
	}
	if choice.LogProbs != nil {
		for _, p := range choice.LogProbs.Content {
			if v, ok := p.verdict(); ok {
				return v, nil
			}
		}
	}
	if a {
		return Verdict{P: 1}, nil
	}
	return Verdict{}, nil
}

// verdict weighs the letters at the position where the letter stands. Spellings
// of a letter (" A", "A", "a") count together. A letter below all that is told
// gets the probability of the least likely token told: the label errs towards
// doubt.
func (p position) verdict() (Verdict, bool) {
	if letterOf(p.Token) == 0 || len(p.Top) == 0 {
		return Verdict{}, false
	}
	var weight [2]float64
	least := math.Inf(1)
	for _, t := range p.Top {
		// A number no logarithm of a probability can be makes the label hard.
		if math.IsNaN(t.LogProb) || t.LogProb > 1e-3 {
			return Verdict{}, false
		}
		w := math.Exp(t.LogProb)
		least = min(least, w)
		if l := letterOf(t.Token); l != 0 {
			weight[l-'A'] += w
		}
	}
	if weight[0]+weight[1] == 0 {
		return Verdict{}, false
	}
	for i := range weight {
		if weight[i] == 0 {
			weight[i] = min(least, weight[1-i])
		}
	}
	return Verdict{P: weight[0] / (weight[0] + weight[1]), Soft: true}, true
}

// letterOf is 'A' or 'B' where a token spells it, else 0.
func letterOf(token string) byte {
	switch strings.Trim(token, " \t\r\n\"'`*()[].") {
	case "A", "a":
		return 'A'
	case "B", "b":
		return 'B'
	}
	return 0
}
