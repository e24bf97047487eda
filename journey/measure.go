package journey

import (
	"maps"
	"strings"

	"sprout/stages"
)

// measureBase asks the base model, in the manner of the text that it has read,
// what it will be taught to answer.
func measureBase(l *leg) error {
	asked, err := stages.AskBase(l.run, l.setup)
	maps.Copy(l.row.Metrics, asked)
	return err
}

// tellBase puts what the base has answered beside what its pupil answers.
func tellBase(l *leg) error {
	for name, x := range l.made[l.step.Parent].Row.Metrics {
		if strings.HasSuffix(name, "_plain") || strings.HasSuffix(name, "_few_shot") {
			l.row.Metrics["base_"+name] = x
		}
	}
	return nil
}
