package main

import (
	"cmp"
	"flag"
	"fmt"
	"io"
	"path/filepath"
	"strconv"
	"strings"

	"sprout/core/nn"
	"sprout/core/world"
	"sprout/stages"
)

const (
	usualPreset  = "sprout"
	usualJourney = "quick"
)

// options are what the command line says.
type options struct {
	stage, preset      string
	data, town, lang   string
	conversations      string
	pairs              string
	labels, judge      string
	questions          int
	tokenizer          string
	merges             int
	seed               uint64
	params             map[string]float64
	parent, resume     string
	reward             string
	teacher            string
	out, name          string
	workers            int
	jsonLines, plain   bool
	weights, reproduce bool

	journey    bool
	only, from string
	seeds      int
	report     string
	card       string
	against    string
	quick      bool
}

// settings collects -set key=value.
type settings map[string]float64

func (s settings) String() string { return "" }

func (s settings) Set(arg string) error {
	key, value, ok := strings.Cut(arg, "=")
	v, err := strconv.ParseFloat(value, 64)
	if !ok || err != nil {
		return fmt.Errorf("want key=number")
	}
	s[key] = v
	return nil
}

func parse(args []string, log io.Writer) (*options, error) {
	o := &options{params: map[string]float64{}}
	f := flag.NewFlagSet("train", flag.ContinueOnError)
	f.SetOutput(log)
	char := f.Bool("char", false, "short for -tokenizer char")
	steps := f.Int("steps", 0, "steps of the whole run (default: the preset's)")
	f.StringVar(&o.stage, "stage", "pretrain", "what to train")
	f.StringVar(&o.preset, "preset", "", "model size (default: that of the checkpoint to start from, else sprout)")
	f.StringVar(&o.data, "data", "", "a .txt or .jsonl file to learn from")
	f.StringVar(&o.town, "town", "", "learn from the town instead: quick or standard")
	f.StringVar(&o.conversations, "conversations", "", "a .jsonl file of conversations for sft (default: those in -data, else the town's)")
	f.StringVar(&o.pairs, "pairs", "", "a .jsonl file of chosen and rejected answers for the stages that compare (default: the town's)")
	f.StringVar(&o.labels, "label", "", "train nothing: have -parent answer, and grader, simulated (people) or judge say which answers are better; -out is the .jsonl file")
	f.StringVar(&o.judge, "judge", "", "the judge's .safetensors file for -label judge")
	f.IntVar(&o.questions, "questions", 400, "how many questions -label asks, twice each")
	f.StringVar(&o.lang, "lang", "both", "the town's languages: en, zh or both")
	f.StringVar(&o.tokenizer, "tokenizer", "bpe", "bpe, char or byte")
	f.IntVar(&o.merges, "merges", 1024, "merges that bpe learns")
	f.Uint64Var(&o.seed, "seed", 1, "chooses weights, batches and samples; for -town also the town")
	f.Var(settings(o.params), "set", "a setting of the stage, key=number; may be repeated (see below)")
	f.StringVar(&o.parent, "parent", "", "a .safetensors file whose weights to start from; with -resume of lora, the model under the adapter")
	f.StringVar(&o.reward, "reward", "", "a .safetensors file of a reward model that scores the model's own answers (default: the town's graders)")
	f.StringVar(&o.teacher, "teacher", "", "a .safetensors file that a student of distill, distill_sequence or gkd learns from; -parent is then the student to begin with (default: a fresh one)")
	f.StringVar(&o.resume, "resume", "", "a .safetensors file to go on from, exactly")
	f.StringVar(&o.out, "out", "", "folder for the checkpoints (default: none are kept), or one .safetensors file for the last")
	f.StringVar(&o.name, "name", "", "name of the last checkpoint")
	f.IntVar(&o.workers, "workers", 0, "goroutines that compute, 0: as many as are fastest; the bits do not depend on it")
	f.BoolVar(&o.jsonLines, "json", false, "print each step's metrics as a line of JSON")
	f.BoolVar(&o.plain, "quiet", false, "no progress bar")
	f.BoolVar(&o.weights, "weights", false, "keep only weights, in 16 bits, in the .safetensors file of -out")
	f.BoolVar(&o.reproduce, "reproducible", false, "no time and no random id in the file of -out: the same run gives the same bytes")
	f.BoolVar(&o.journey, "journey", false, "make the whole journey; then -preset is quick or tiny, -set step.setting=number, and -out keeps its steps, which are not made again")
	f.StringVar(&o.only, "only", "", "steps of a journey to make, separated by commas (default: all)")
	f.StringVar(&o.from, "from", "", "step of a journey from which on all is made anew, whatever -out holds")
	f.IntVar(&o.seeds, "seeds", 1, "make a journey from so many seeds and report medians")
	f.StringVar(&o.card, "card", "", "train nothing: print the report card of this .safetensors file (with -json as JSON), asked about -town; -parent is the model that its KL is measured to, and of an adapter the one under it")
	f.StringVar(&o.against, "against", "", "with -card: another .safetensors file, to compare answers with")
	f.BoolVar(&o.quick, "quick", false, "with -card: fewer questions, less text")
	f.StringVar(&o.report, "report", filepath.Join("build", "journey.json"), "where a journey's figures are written")
	f.Usage = func() { usage(f, o) }
	if err := f.Parse(args); err != nil {
		return nil, err
	}
	if f.NArg() > 0 {
		return nil, fmt.Errorf("unexpected argument %q", f.Arg(0))
	}
	if *char {
		o.tokenizer = "char"
	}
	if o.journey {
		o.preset = cmp.Or(o.preset, usualJourney)
		if *steps > 0 {
			return nil, fmt.Errorf("-steps is for one run; in a journey say -set sft.steps=%d", *steps)
		}
		return o, nil
	}
	if o.preset == "" && o.parent == "" && o.resume == "" && o.teacher == "" {
		o.preset = usualPreset
	}
	if *steps > 0 {
		o.params["steps"] = float64(*steps)
	}
	return o, o.check()
}

func (o *options) check() error {
	switch {
	case (o.data == "") == (o.town == ""):
		return fmt.Errorf("choose the text with either -data FILE or -town quick|standard")
	case o.parent != "" && o.resume != "" && o.stage != (stages.LoRA{}).Name():
		return fmt.Errorf("-resume goes on with a run, -parent starts a new one: choose one of them")
	case o.town != "" && o.town != string(world.Quick) && o.town != string(world.Standard):
		return fmt.Errorf("-town is quick or standard, not %q", o.town)
	case o.lang != "both" && o.lang != "en" && o.lang != "zh":
		return fmt.Errorf("-lang is en, zh or both, not %q", o.lang)
	case o.card == "" && (o.against != "" || o.quick):
		return fmt.Errorf("-against and -quick belong to -card FILE")
	case o.merges < 0:
		return fmt.Errorf("-merges is 0 or more, not %d", o.merges)
	}
	return nil
}

// langs of the town; nil means both.
func (o *options) langs() []world.Lang {
	switch o.lang {
	case "en":
		return []world.Lang{world.EN}
	case "zh":
		return []world.Lang{world.ZH}
	}
	return nil
}

// usage lists the flags, then the stage's settings with the preset's defaults.
func usage(f *flag.FlagSet, o *options) {
	w := f.Output()
	fmt.Fprintln(w, "Usage: train [flags] (-data FILE | -town quick|standard)")
	f.PrintDefaults()
	stage, err := stages.Find(o.stage)
	if err != nil {
		return
	}
	preset, err := nn.FindPreset(cmp.Or(o.preset, usualPreset))
	if err != nil {
		return
	}
	fmt.Fprintf(w, "\nSettings of %s for -set, with the defaults of preset %s:\n", o.stage, preset.Name)
	for _, p := range stage.Params(preset) {
		fmt.Fprintf(w, "  %s=%v  (%v to %v)\n    \t%s\n", p.Key, p.Default, p.Min, p.Max, p.DocEN)
		for i, name := range p.ChoicesEN {
			fmt.Fprintf(w, "    \t%v %s\n", p.Min+float64(i), name)
		}
	}
}
