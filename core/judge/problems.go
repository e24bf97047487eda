package judge

import (
	"strings"

	"sprout/core/problem"
)

func init() {
	problem.Register(map[string]string{
		"judge_case":         "a comparison that no judge can be asked: bytes (most of a text), principles (most of them), rule (most bytes of one)",
		"judge_missing":      "no outside judge is set up here",
		"judge_unreachable":  "the judge's endpoint cannot be reached: url (its host), reason",
		"judge_slow":         "the judge did not answer in time: seconds",
		"judge_unauthorised": "the judge's endpoint refuses the key: status",
		"judge_busy":         "the judge asks to wait: seconds",
		"judge_refused":      "the judge's endpoint refuses the request: status, reason",
	})
}

// Unfit is the problem "judge_case": why a case cannot be judged, and the limit
// that it breaks, if any.
func Unfit(why string, limit int) error {
	return problem.New("judge_case", problem.Args{"bytes": MaxText, "principles": MaxPrinciples, "rule": MaxPrinciple},
		"This comparison cannot be sent to a judge: %s (limit %d). Shorten it or leave it out. What has been judged so far is kept.", why, limit)
}

// Missing is the problem "judge_missing".
func Missing() error {
	return problem.New("judge_missing", nil,
		"No outside judge is set up here. Start the server with -judge URL, or choose another judge.")
}

// Unreachable is the problem "judge_unreachable".
func Unreachable(host, reason string) error {
	return problem.New("judge_unreachable", problem.Args{"url": host, "reason": Excerpt(reason)},
		"The judge at %s cannot be reached (%s). Is it running? What it has judged so far is kept.", host, reason)
}

// Slow is the problem "judge_slow".
func Slow(seconds float64) error {
	return problem.New("judge_slow", problem.Args{"seconds": seconds},
		"The judge did not answer within %g seconds. A model that is being loaded needs longer the first time: try again. What it has judged so far is kept.", seconds)
}

// Unauthorised is the problem "judge_unauthorised".
func Unauthorised(status int) error {
	return problem.New("judge_unauthorised", problem.Args{"status": status},
		"The judge does not accept the server's key (status %d). Start the server with the right -judge-key-file.", status)
}

// Busy is the problem "judge_busy": try again after so many seconds.
func Busy(seconds float64) error {
	return problem.New("judge_busy", problem.Args{"seconds": seconds},
		"The judge has too much to do; try again in %g seconds. What it has judged so far is kept.", seconds)
}

// Refused is the problem "judge_refused".
func Refused(status int, reason string) error {
	return problem.New("judge_refused", problem.Args{"status": status, "reason": Excerpt(reason)},
		"The judge's endpoint refuses the request (status %d): %s. Check the address and the model that the server was started with (-judge, -judge-model). What it has judged so far is kept.", status, Excerpt(reason))
}

// Excerpt is enough of a foreign text to recognise it.
func Excerpt(s string) string {
	const most = 120
	s = strings.Join(strings.Fields(strings.ToValidUTF8(s, "�")), " ")
	if runes := []rune(s); len(runes) > most {
		s = string(runes[:most]) + "…"
	}
	return s
}
