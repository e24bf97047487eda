package world

import (
	"bytes"
	"hash/fnv"
	"iter"
	"math"

	"sprout/core/tensor"
)

// book is what is written in one language.
type book struct {
	*grammar
	space    string // between sentences
	openings []*phrase
	neutral  []*phrase // an opening that states no fact
	facts    [numKinds][]*phrase
	mixed    []*phrase // two facts at once
	habit    []*phrase
	closings []*phrase
	plots    [][][]*phrase // stories: position by position, one of several sentences
	stranger [][][]*phrase
	unknown  [numKinds][]*phrase // of a stranger: what nobody knows
	refuse   [numKinds][]*phrase // the honest answer about an unknown name
	greet    []*phrase
	ask      [numKinds][]*phrase // questions; the last is held out
	thanks   []*phrase
	speakers [2]string // who asks, who answers
}

var books = [...]*book{EN: english, ZH: chinese}

// Split of the documents.
type Split uint8

// The splits. Which one a text belongs to is decided by a hash of the text, so
// no document can be in both.
const (
	Train Split = iota
	HeldOut
)

// heldOutShare: one text in so many belongs to the held-out split.
const heldOutShare = 8

func splitOf(text []byte) Split {
	h := fnv.New64a()
	h.Write(text)
	if h.Sum64()%heldOutShare == 0 {
		return HeldOut
	}
	return Train
}

// Form of a document.
type Form uint8

// The forms and their shares of the documents.
const (
	Entry        Form = iota // an encyclopedia entry on a resident
	Story                    // a short story about a resident
	Dialogue                 // questions and answers about a resident named in SFT
	StrangerTale             // a stranger, without facts
)

// formShares of the documents.
var formShares = [...]float64{Entry: .60, Story: .12, Dialogue: .15, StrangerTale: .13}

func (f Form) String() string { return [...]string{"entry", "story", "dialogue", "stranger"}[f] }

// Document of the corpus, a pure function of the town, the split and the index.
type Document struct {
	Split     Split
	Index     int
	Lang      Lang
	Form      Form
	Person    int // resident, or stranger where Form is StrangerTale
	Text      string
	Sentences []Sentence
	Nats      float64 // the surprise of every choice the generator made, −ln p; see Floor
}

// Sentence of a document: Text[Start:End].
type Sentence struct {
	Start, End int
	Facts      []int // indices into Town.Facts that it states
	Phrasing   int   // which phrase of its language it is
}

// Document number index of a split. Even numbers are English, odd ones Chinese.
func (t *Town) Document(split Split, index int) Document {
	lang := Lang(index & 1)
	for attempt := uint64(0); ; attempt++ {
		d := t.draft(lang, tensor.NewRNG(t.Config.Seed, streamCorpus, uint64(split), uint64(index), attempt))
		if splitOf([]byte(d.Text)) == split {
			d.Split, d.Index = split, index
			return d
		}
	}
}

// Documents streams a split in the order of its indices, without end. langs
// limits the languages; none means both.
func (t *Town) Documents(split Split, langs ...Lang) iter.Seq[Document] {
	return func(yield func(Document) bool) {
		for i := 0; ; i++ {
			if len(langs) == 1 && Lang(i&1) != langs[0] {
				continue
			}
			if !yield(t.Document(split, i)) {
				return
			}
		}
	}
}

// Texts is the start of a split: whole documents until they hold at least
// minBytes bytes together.
func (t *Town) Texts(split Split, minBytes int, langs ...Lang) []string {
	var texts []string
	for d := range t.Documents(split, langs...) {
		if minBytes <= 0 {
			break
		}
		texts = append(texts, d.Text)
		minBytes -= len(d.Text)
	}
	return texts
}

// Separator stands between documents where they are shown as one text.
const Separator = "\n\n"

// draft writes one document.
func (t *Town) draft(lang Lang, rng tensor.RNG) Document {
	w := &drafting{writer: writer{rng: rng, town: t, lang: lang, night: -1, buf: make([]byte, 0, 512)}, book: books[lang]}
	switch w.form() {
	case StrangerTale:
		w.tellOfStranger()
	case Dialogue:
		w.talk()
	case Entry:
		w.meet(w.pick(len(t.Residents)))
		w.describe()
	case Story:
		w.meet(w.pick(len(t.Residents)))
		w.narrate()
	}
	return w.finish()
}

func (w *drafting) form() Form {
	u := w.rng.Float64()
	f := Entry
	for ; f < StrangerTale && u >= formShares[f]; f++ {
		u -= formShares[f]
	}
	w.nats -= math.Log(formShares[f])
	w.doc.Form = f
	return f
}

// drafting is a document being written.
type drafting struct {
	writer
	book      *book
	doc       Document
	known     uint8 // facts stated so far, a bit per kind
	forbidden uint8 // facts that must not be stated
	asides    int   // so far
	stranger  int   // of the last one
	pool      []*phrase
}

func (w *drafting) meet(resident int) {
	t := w.town
	w.who, w.name = &t.Residents[resident], t.Residents[resident].Name
	w.doc.Person = resident
	if len(t.withheld) > 0 {
		for _, k := range t.Kinds {
			if t.withheld[t.FactOf(resident, k)] {
				w.forbidden |= 1 << k
			}
		}
	}
}

// among draws one phrase of those that state no fact of the mask; nil where
// none is left.
func (w *drafting) among(phrases []*phrase, mask uint8) *phrase {
	w.pool = w.pool[:0]
	for _, p := range phrases {
		if p.facts&mask == 0 {
			w.pool = append(w.pool, p)
		}
	}
	if len(w.pool) == 0 {
		return nil
	}
	return w.pool[w.pick(len(w.pool))]
}

func (w *drafting) any(phrases []*phrase, mask uint8) bool {
	for _, p := range phrases {
		if p.facts&mask == 0 {
			return true
		}
	}
	return false
}

// say adds one sentence; nil adds nothing.
func (w *drafting) say(p *phrase) {
	if p == nil {
		return
	}
	if n := len(w.buf); n > 0 && w.buf[n-1] != '\n' {
		w.buf = append(w.buf, w.book.space...)
	}
	w.sayHere(p)
}

// sayHere adds one sentence without anything before it.
func (w *drafting) sayHere(p *phrase) {
	s := Sentence{Start: len(w.buf), Phrasing: p.id}
	w.render(p)
	s.End = len(w.buf)
	for k := Species; k < numKinds; k++ {
		if p.facts>>k&1 == 1 {
			s.Facts = append(s.Facts, w.town.FactOf(w.doc.Person, k))
		}
	}
	w.known |= p.facts
	w.doc.Sentences = append(w.doc.Sentences, s)
}

// open says the first sentence, a neutral one where every other is forbidden.
func (w *drafting) open(phrases []*phrase) {
	p := w.among(phrases, w.forbidden)
	if p == nil {
		p = w.among(w.book.neutral, 0)
	}
	w.say(p)
}

// describe writes an entry: an opening or a fact, three or four sentences with
// facts that have not been told yet and perhaps asides on strangers, perhaps the
// evening, perhaps a closing.
func (w *drafting) describe() {
	if w.pick(2) == 0 {
		w.open(w.book.openings)
	} else if w.sayFact(w.forbidden); len(w.buf) == 0 {
		w.say(w.among(w.book.neutral, 0))
	}
	for range 3 + w.pick(2) {
		w.aside()
		mask := w.known | w.forbidden
		if w.any(w.book.mixed, mask) && w.pick(3) == 0 {
			w.say(w.among(w.book.mixed, mask))
		} else {
			w.sayFact(mask)
		}
	}
	if w.pick(3) == 0 {
		w.say(w.among(trained(w.book.habit), 0))
	}
	if w.pick(6) == 0 {
		w.say(w.among(w.book.closings, 0))
	}
}

// sayFact states one fact outside the mask in one of its trained phrasings.
func (w *drafting) sayFact(mask uint8) {
	var free []Kind
	for _, k := range w.town.Kinds {
		if mask>>k&1 == 0 {
			free = append(free, k)
		}
	}
	if len(free) > 0 {
		w.say(w.among(trained(w.book.facts[free[w.pick(len(free))]]), 0))
	}
}

// trained is all phrasings but the held-out one.
func trained(phrases []*phrase) []*phrase { return phrases[:len(phrases)-1] }

// narrate writes a story: a plot, and for each of its positions one sentence.
func (w *drafting) narrate() {
	plot := w.book.plots[w.pick(len(w.book.plots))]
	w.open(plot[0])
	for _, position := range plot[1:] {
		w.say(w.among(position, w.forbidden))
	}
}

func (w *drafting) tellOfStranger() {
	w.doc.Person = w.pick(len(w.town.Strangers))
	w.name = w.town.Strangers[w.doc.Person].Name
	w.sayUnknown(w.name)
	plot := w.book.stranger[w.pick(len(w.book.stranger))]
	for _, position := range plot[:2] {
		w.say(w.among(position, 0))
	}
}

// sayUnknown says that nobody knows a fact of a stranger. Whether a fact or this
// follows must depend on nothing but the name: so these sentences stand at the
// beginning of a tale and between the facts of residents. A model that could tell
// by anything else would never learn whom the town knows.
func (w *drafting) sayUnknown(name string) {
	of := w.name
	w.name = name
	w.say(w.among(w.book.unknown[w.town.Kinds[w.pick(len(w.town.Kinds))]], 0))
	w.name, w.named = of, false
}

// aside tells, in the entry on a resident, that a stranger is unknown; twice at
// most, of different ones.
func (w *drafting) aside() {
	if w.asides == 2 || !w.chance(asideP) {
		return
	}
	n := len(w.town.Strangers)
	if w.asides == 0 {
		w.stranger = w.pick(n)
	} else {
		w.stranger = (w.stranger + 1 + w.pick(n-1)) % n
	}
	w.asides++
	w.sayUnknown(w.town.Strangers[w.stranger].Name)
}

// asideP is how often an aside stands before a sentence of an entry.
const asideP = .35

// talk writes a dialogue about three or four facts of a resident whom SFT may name.
func (w *drafting) talk() {
	var named []int
	for i := range w.town.Residents {
		if w.town.Residents[i].SFT {
			named = append(named, i)
		}
	}
	w.meet(named[w.pick(len(named))])
	w.say(w.among(w.book.greet, 0))
	for range 3 + w.pick(2) {
		w.exchange()
	}
	w.line(0, w.among(w.book.thanks, 0))
}

// exchange asks for one fact and answers.
func (w *drafting) exchange() {
	var free []Kind
	for _, k := range w.town.Kinds {
		if (w.known|w.forbidden)>>k&1 == 0 {
			free = append(free, k)
		}
	}
	if len(free) == 0 {
		return
	}
	k := free[w.pick(len(free))]
	w.named = false
	w.line(0, w.among(trained(w.book.ask[k]), 0))
	w.line(1, w.among(w.book.facts[k][:2], 0))
}

// line is a sentence spoken by the one who asks (0) or answers (1).
func (w *drafting) line(speaker int, p *phrase) {
	w.buf = append(w.buf, '\n')
	w.buf = append(w.buf, w.book.speakers[speaker]...)
	w.sayHere(p)
}

func (w *drafting) finish() Document {
	w.doc.Lang, w.doc.Nats = w.lang, w.nats
	w.doc.Text = string(bytes.TrimSpace(w.buf))
	return w.doc
}
