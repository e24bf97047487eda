package pages

import (
	"fmt"
)

// A state is a page in the midst of something.
type state struct {
	name, room string
	// Statements that bring it about, and that end it.
	begin, end string
	paper      bool // as it is printed
}

const (
	open = "\nfor (const d of document.querySelectorAll('main details')) d.open = true\nawait new Promise(r => setTimeout(r, 50))\n"
	// give puts files into an input, as somebody does who chooses them.
	give = "\nconst give = (input, files) => { const d = new DataTransfer(); for (const f of files) d.items.add(f); input.files = d.files; input.dispatchEvent(new Event('change', {bubbles: true})) }\n"
)

var states = []state{
	{name: "running", room: "pretrain", begin: "await sprout.run(" + tiny + ")" + until("sprout.state().step > 12") + "await sprout.pause()\n" + open, end: "await sprout.stop()"},
	{
		name: "refused", room: "sft", begin: "location.hash = '#/sft?lr=99&steps=2.5&compute=abacus&parent=nobody'" + until("document.querySelectorAll('[data-refused] p').length === 4"),
		end: "document.querySelector('[data-refused] button').click()" + until("!document.querySelector('[data-refused]')"),
	},
	// In front of a class the controls are behind a key.
	{
		name: "error", room: "sft", begin: give + "if (document.documentElement.hasAttribute('data-projector')) " + press("c") + until("document.querySelector('main input[type=file]')") +
			"give(document.querySelector('main input[type=file]'), [new File(['{\"neither\": 1}'], 'strange.jsonl')])" + until("document.querySelector('.banner.problem')"),
		end: "if (document.documentElement.hasAttribute('data-projector')) " + press("c") + "for (const b of document.querySelectorAll('.banner.problem button')) b.click()",
	},
	{
		name: "family", room: "home", begin: press("t") + until("document.querySelector('[role=dialog] [role=treeitem]')"),
		end: "document.querySelector('[role=dialog]').dispatchEvent(new KeyboardEvent('keydown', {bubbles: true, key: 'Escape'}))" + until("!document.querySelector('[role=dialog]')"),
	},
	{
		name: "deletion", room: "home", begin: until("document.querySelector('main article button.quiet:last-of-type')") +
			"[...document.querySelectorAll('main article button')].find(b => /^(Delete|删除)$/.test(b.innerText.trim())).click()" + until("document.querySelector('[role=alertdialog]')"),
		end: "[...document.querySelectorAll('[role=alertdialog] button')].find(b => !/^(Delete|删除)$/.test(b.innerText.trim())).click()" + until("!document.querySelector('[role=alertdialog]')"),
	},
	{name: "opened", room: "tokenizer", begin: open},
	{name: "opened", room: "sft", begin: open},
	{name: "opened", room: "ppo", begin: open},
	{name: "opened", room: "distill", begin: open},
	{name: "thirty", room: "class", begin: give + "give(document.querySelector('input.results'), " + thirty + ")" + until("document.querySelector('main table')")},
	{name: "plan", room: "class?plan=45", begin: ""},
	{name: "print", room: "class?plan=90", paper: true},
	{name: "print", room: "grown", paper: true},
}

const tiny = `{preset: 'seed', seed: 7, steps: 100000, data: {name: 'rhyme.txt', text: Array.from({length: 600}, (_, i) => 'the fox sees ' + i % 9 + '\n').join('')}, tokenizer: 'char',
	params: {batch: 4, context: 32, warmup: 4, eval_every: 10, sample_every: 10, checkpoint_every: 1000}}`

func press(key string) string {
	return "document.activeElement.dispatchEvent(new KeyboardEvent('keydown', {bubbles: true, key: '" + key + "'}))\n"
}

// thirty are results of as many learners.
const thirty = `Array.from({length: 30}, (_, i) => new File([JSON.stringify({format: 'sprout-results', version: 1, name: '学习者 ' + (i + 1), made: 1,
	runs: [{run: 'r', stage: 'sft', preset: 'seed', seed: i, settings: {lr: 0.002}, step: 300, steps: 300, seconds: 60,
		curves: Object.fromEntries([['train_loss', 2], ['held_out_loss', 2.4]].map(([k, top]) => [k, {steps: [1, 100, 200, 300], values: [top, top / 2, top / 3 + i / 100, top / 4 + i / 90]}]))}],
	answers: [{exercise: 'sftStart', stage: 'sft', given: {kind: 'choice', key: ['zero', 'between', 'lnV'][i % 3]}, shown: {right: i % 3 === 1, truth: 'between'}},
		{exercise: 'maskShare', stage: 'sft', given: {kind: 'number', value: 20 + i}, shown: {right: i > 15, truth: 40}}]})], 'learner-' + i + '.json'))`

// States visits pages in the midst of something and says what is wrong with them.
func (w *Walk) States(l Look) ([]string, error) {
	return w.collect(func() error {
		if err := w.wear(l); err != nil {
			return err
		}
		for _, s := range states {
			if err := w.enter(s.room); err != nil {
				return err
			}
			if s.paper {
				if err := w.Page.Print(); err != nil {
					return err
				}
			}
			if err := w.do(s.begin); err != nil {
				return fmt.Errorf("%s of %s: %w", s.name, s.room, err)
			}
			if err := w.look(s.room+"-"+s.name, l); err != nil {
				return err
			}
			if err := w.do(s.end); err != nil {
				return fmt.Errorf("%s of %s: %w", s.name, s.room, err)
			}
			if s.paper {
				if err := w.Page.Prefer(l.Theme); err != nil {
					return err
				}
			}
		}
		return nil
	})
}
