package judge

import (
	"strings"

	"sprout/core/problem"
)

func init() {
	problem.Register(map[string]string{
		"judge_case":         "a comparison that no judge can be asked: why, limit",
		"judge_missing":      "no outside judge is set up here",
		"judge_unreachable":  "the judge's endpoint cannot be reached: host, reason",
		"judge_slow":         "the judge's endpoint did not answer in time: host, seconds",
		"judge_unauthorised": "the judge's endpoint refuses the key: host, status",
		"judge_nonsense":     "what the judge said is no verdict: why, reply",
		"judge_busy":         "the judge asks to wait: host, seconds",
		"judge_refused":      "the judge's endpoint refuses the request: host, status, reason",
	})
}

// Missing is the problem "judge_missing".
func Missing() error {
	return problem.New("judge_missing", nil,
		"No outside judge is set up here. Start the server with -judge URL, or choose another judge.")
}

// Unreachable is the problem "judge_unreachable".
func Unreachable(host, reason string) error {
	return problem.New("judge_unreachable", problem.Args{"host": host, "reason": reason},
		"The judge at %s cannot be reached (%s). Is it running? Labels made so far are kept.", host, reason)
}

// Slow is the problem "judge_slow".
func Slow(host string, seconds float64) error {
	return problem.New("judge_slow", problem.Args{"host": host, "seconds": seconds},
		"The judge at %s gave no answer within %g seconds. A model that is being loaded needs longer the first time: try again. Labels made so far are kept.", host, seconds)
}

// Unauthorised is the problem "judge_unauthorised".
func Unauthorised(host string, status int) error {
	return problem.New("judge_unauthorised", problem.Args{"host": host, "status": status},
		"The judge at %s does not accept the server's key (status %d). Start the server with the right -judge-key-file.", host, status)
}

// Busy is the problem "judge_busy": try again after so many seconds.
func Busy(host string, seconds float64) error {
	return problem.New("judge_busy", problem.Args{"host": host, "seconds": seconds},
		"The judge at %s has too much to do; try again in %g seconds. Labels made so far are kept.", host, seconds)
}

// Refused is the problem "judge_refused".
func Refused(host string, status int, reason string) error {
	return problem.New("judge_refused", problem.Args{"host": host, "status": status, "reason": excerpt(reason)},
		"The judge at %s refuses the request (status %d): %s", host, status, excerpt(reason))
}

// Nonsense is the problem "judge_nonsense"; reply is shown in part.
func Nonsense(why, reply string) error {
	return problem.New("judge_nonsense", problem.Args{"why": why, "reply": excerpt(reply)},
		"What the judge said is no verdict: %s. It said: %q. A larger model may follow the instruction better.", why, excerpt(reply))
}

// excerpt is enough of a foreign text to recognise it.
func excerpt(s string) string {
	const most = 120
	s = strings.Join(strings.Fields(strings.ToValidUTF8(s, "�")), " ")
	if runes := []rune(s); len(runes) > most {
		s = string(runes[:most]) + "…"
	}
	return s
}
