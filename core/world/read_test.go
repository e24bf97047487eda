package world

import (
	"math"
	"testing"
)

// Nothing replaces reading: go test -run Read -v ./core/world
func TestRead(t *testing.T) {
	for _, size := range bothSizes {
		town := New(Config{Seed: 1, Size: size})
		for _, lang := range Langs {
			nats, bytes := town.Floor(HeldOut, 500, lang)
			t.Logf("%s %s: at least %.3f bits per byte", size, lang, nats/math.Ln2/float64(bytes))
			for i := range 20 {
				d := town.Document(Train, 2*i+int(lang))
				t.Logf("%s\n%s", d.Form, d.Text)
			}
			for i := range 20 {
				e := town.Example(2*i + int(lang))
				t.Logf("%s\n%s\n%s", e.Manner, e.Question.Text, e.Answer)
			}
			rng := seeded(3)
			for _, s := range Skills {
				q := town.Questions(HeldResidents, lang)[0]
				t.Logf("%s\n%s\n%s", s, q.Text, town.Style(q, s, &rng))
			}
		}
	}
}
