package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"time"

	"sprout/cmd/serve/judge"
)

// judgeFlags say which endpoint the page may ask for its opinion; none unless
// somebody names one.
type judgeFlags struct {
	url, model, keyFile string
	timeout             time.Duration
}

func (j *judgeFlags) define(flags *flag.FlagSet) {
	flags.StringVar(&j.url, "judge", "", "an OpenAI-compatible endpoint as a judge of answers, such as http://localhost:11434; the page asks before it sends anything")
	flags.StringVar(&j.model, "judge-model", "", "the judge's model; without it the first one that the endpoint has")
	flags.StringVar(&j.keyFile, "judge-key-file", "", "file with the endpoint's key; without it the variable "+judge.KeyVariable)
	flags.DurationVar(&j.timeout, "judge-timeout", time.Minute, "how long the judge may take for one answer")
}

// handler answers the page, with the endpoint or with the word that there is
// none.
func (j *judgeFlags) handler(hosts ...string) (*judge.Handler, error) {
	if j.url == "" {
		if j.model != "" || j.keyFile != "" {
			return nil, errors.New("-judge-model and -judge-key-file need -judge URL")
		}
		return judge.New(nil, hosts...), nil
	}
	key, err := judge.ReadKey(j.keyFile)
	if err != nil {
		return nil, err
	}
	e, err := judge.NewEndpoint(j.url, j.model, key, j.timeout)
	if err != nil {
		return nil, err
	}
	return judge.New(e, hosts...), nil
}

func (j *judgeFlags) announce(out io.Writer) {
	if j.url != "" {
		fmt.Fprintf(out, "The page may have answers judged by %s; everybody who can open it can.\n", j.url)
	}
}
