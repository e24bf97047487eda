package byhand

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"sprout/e2e/browser"
)

// Leg is a stop of the way and how long it took, from the page that leads to it
// to its end.
type Leg struct {
	Name    string
	Seconds float64
}

// chain is a walk through all stages.
type chain struct {
	Hand
	legs []Leg
	tell func(Leg)
}

// stages in the order in which the buttons lead on, and how those are labelled.
var stages = []struct{ stage, name string }{
	{"sft", "SFT"}, {"lora", "LoRA"}, {"reward", "Reward model"}, {"ppo", "PPO"}, {"dpo", "DPO"}, {"judge", "AI judge"},
}

// rest of them, after a detour by the judge's labels.
var rest = []struct{ stage, name string }{
	{"grpo", "GRPO"}, {"simpo", "SimPO"}, {"spo", "SPO, single-stream"}, {"distill", "White-box distillation"},
}

// Chain walks from the first page, open in English in a fresh browser, through
// all stages at the fastest pace by the buttons that lead on; a judge trained on
// the way labels the model's answers, and a reward model of its labels trains it
// with PPO. At the end stand what was grown, an arena and report cards. tell is
// told every stop.
func Chain(p *browser.Page, tell func(Leg)) ([]Leg, error) {
	c := &chain{Hand: Hand{p}, tell: tell}
	for _, part := range []func() error{c.begin, c.stages, c.judged, c.rest, c.grown, c.arena, c.cards} {
		if err := part(); err != nil {
			return c.legs, err
		}
	}
	return c.legs, nil
}

// leg times a stop.
func (c *chain) leg(name string, f func() error) error {
	began := time.Now()
	if err := f(); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	l := Leg{name, time.Since(began).Seconds()}
	c.legs = append(c.legs, l)
	if c.tell != nil {
		c.tell(l)
	}
	return nil
}

// do runs actions until one fails.
func do(all ...func() error) error {
	for _, f := range all {
		if err := f(); err != nil {
			return err
		}
	}
	return nil
}

func (c *chain) press(text string) func() error { return func() error { return c.Press(text) } }

func (c *chain) until(limit time.Duration, expression string) func() error {
	return func() error { return c.Wait(limit, expression) }
}

func (c *chain) begin() error {
	return c.leg("tokenizer", func() error {
		return do(
			c.press("A taste: seconds a stage, and next to nothing is learned"),
			c.press("Begin with the alphabet"),
			c.until(time.Minute, "sprout.state().tokenizer?.merges > 0"),
			c.press("Go on: Pretraining"))
	})
}

// run presses Start on a stage's page and waits for the end.
func (c *chain) run(stage string) error {
	return do(
		c.until(short, "location.hash.startsWith('#/"+stage+"')"),
		c.press("Start"),
		c.until(slow, "sprout.state().run?.stage === '"+stage+"' && ['done', 'failed'].includes(sprout.state().phase)"),
		c.until(short, "sprout.state().phase === 'done'"))
}

func (c *chain) stages() error {
	if err := c.leg("pretrain", func() error { return c.run("pretrain") }); err != nil {
		return err
	}
	return c.follow(stages)
}

func (c *chain) follow(all []struct{ stage, name string }) error {
	for _, s := range all {
		err := c.leg(s.stage, func() error { return do(c.press("Go on: "+s.name), func() error { return c.run(s.stage) }) })
		if err != nil {
			return err
		}
	}
	return nil
}

// judged has the new judge label answers of the model, and trains a reward model
// and a policy by its taste.
func (c *chain) judged() error {
	return do(
		func() error {
			return c.leg("the judge's labels", func() error {
				return do(
					c.press("compare answers yourself"),
					c.until(slow, "document.querySelectorAll('.answer').length === 2"),
					c.press("Let it label"),
					c.until(slow, "(await sprout.labels.list()).labels.length >= 8"),
					c.until(slow, "[...document.querySelectorAll('button')].some(b => b.innerText.trim() === 'Let it label')"))
			})
		},
		func() error {
			return c.leg("reward by the judge's labels", func() error {
				const train = "[...document.querySelectorAll('button')].find(b => b.innerText.startsWith('Train it on the'))"
				text, err := browser.Eval[string](c.Page, short, train+".innerText.trim()")
				if err != nil {
					return err
				}
				return do(c.press(text), func() error { return c.run("reward") })
			})
		},
		func() error {
			return c.leg("PPO by the judge's taste", func() error {
				return do(
					c.press("Go on: PPO"),
					c.until(short, "[...document.querySelectorAll('select')].some(s => s.selectedOptions[0]?.innerText.includes('Reward'))"),
					func() error { return c.run("ppo") },
					c.press("Sprout")) // home knows what comes next
			})
		})
}

func (c *chain) rest() error { return c.follow(rest) }

// family is what was made, oldest first.
type member struct{ ID, Stage, Parent string }

// grown looks at the page at the end.
func (c *chain) grown() error {
	return c.leg("what was grown", func() error {
		list, err := browser.Eval[[]member](c.Page, short, "(async () => (await sprout.checkpoints.list()).filter(c => c.kind !== 'auto').reverse().map(c => ({id: c.id, stage: c.stage, parent: c.parent ?? ''})))()")
		if err != nil {
			return err
		}
		var made []string
		by := map[string]string{}
		for _, m := range list {
			made = append(made, m.Stage)
			if _, ok := by[m.Stage]; !ok {
				by[m.Stage] = m.ID
			}
			parent := map[string]string{"pretrain": "", "sft": "pretrain"}
			want, ok := parent[m.Stage]
			if !ok {
				want = "sft" // siblings grow from one parent, and so does a student from its teacher
			}
			if m.Parent != by[want] {
				return fmt.Errorf("a checkpoint of %s has the parent %s, not that of %s", m.Stage, m.Parent, want)
			}
		}
		want := "pretrain sft lora reward ppo dpo judge reward ppo grpo simpo spo distill"
		if got := strings.Join(made, " "); got != want {
			return fmt.Errorf("made %s, not %s", got, want)
		}
		return do(
			c.press("Go on: What I grew"),
			c.until(short, "document.querySelectorAll('figure path.line[d^=M]').length === "+fmt.Sprint(len(slices.Compact(slices.Sorted(slices.Values(made)))))))
	})
}

// arena has three models answer, names hidden, and votes by key.
func (c *chain) arena() error {
	return c.leg("arena", func() error {
		list := func(n int) string { return fmt.Sprintf("fieldset .slots label:nth-of-type(%d) select", n) }
		return do(
			c.press("Arena"),
			func() error { return c.Pick(list(1), "o.innerText.toLowerCase().includes('sft')") },
			func() error { return c.Pick(list(2), "o.innerText.toLowerCase().includes('dpo')") },
			func() error { return c.Pick(list(3), "o.innerText.toLowerCase().includes('distil')") },
			func() error { return c.Click(".blind input") },
			func() error { return c.Click(".tries button") },
			func() error { return c.Sees("No difference") },
			c.until(short, "[...document.querySelectorAll('article h3')].map(e => e.innerText).join() === 'Answer 1,Answer 2,Answer 3'"),
			func() error { return c.Key("2") },
			c.until(short, "document.querySelector('table[data-votes=\"1\"]')"),
			func() error { return c.Sees("You chose this one") })
	})
}

// cards grades two models, one against the other.
func (c *chain) cards() error {
	const of, against = ".choice label:nth-of-type(1) select", ".choice label:nth-of-type(2) select"
	made := func(n int) func() error {
		return c.until(slow, fmt.Sprintf("document.querySelector('table[data-cards=\"%d\"]')", n))
	}
	if err := c.leg("report card", func() error { return do(c.press("Make the card"), made(1)) }); err != nil {
		return err
	}
	return c.leg("report card against another", func() error {
		return do(
			func() error { return c.Pick(of, "o.innerText.toLowerCase().includes('dpo')") },
			func() error { return c.Pick(against, "o.innerText.toLowerCase().includes('sft')") },
			c.press("Make the card"), made(2),
			func() error { return c.Sees("Against each other") })
	})
}
