//go:build js && wasm

package peers

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"syscall/js"

	"sprout/core/parallel"
)

// Worker is what computes: a parallel.Worker.
type Worker interface {
	// Do answers a job with emit, once per result. weights is nil where they have
	// not changed. Nothing that is handed over, either way, is kept.
	Do(weights []float32, j *parallel.Job, emit func(parallel.Result) error) error
}

// Serve is the whole program of a worker: it builds what computes from the
// leader's blueprint and answers jobs. It never returns; the leader terminates
// the worker.
func Serve(build func(blueprint []byte) (Worker, error)) {
	inbox := make(chan js.Value, 16) // the leader has one job under way at a time
	js.Global().Set("onmessage", js.FuncOf(func(_ js.Value, args []js.Value) any {
		inbox <- args[0].Get("data")
		return nil
	}))
	s := &server{link: link{to: js.Global()}}
	s.say("hello " + hold())
	for data := range inbox {
		if data.Type() != js.TypeString {
			s.answer(data)
			continue
		}
		s.build(build, data.String())
	}
}

type server struct {
	link
	jobReader
	worker Worker // nil where it could not be built
}

func (s *server) say(words string) { s.to.Call("postMessage", words) }

// admit turns a mistake into an answer: the leader then does without this
// worker.
func (s *server) admit() {
	if p := recover(); p != nil {
		s.say(fmt.Sprintf("failed %v", p))
	}
}

func (s *server) build(build func([]byte) (Worker, error), blueprint string) {
	defer s.admit()
	w, err := build([]byte(blueprint))
	if err != nil {
		s.say("failed " + err.Error())
		return
	}
	s.worker = w
}

func (s *server) answer(data js.Value) {
	defer s.admit()
	_, body, weights := s.unpack(data)
	job := s.read(body)
	if s.worker == nil {
		return // it has said so
	}
	if len(weights) == 0 {
		weights = nil
	}
	if err := s.worker.Do(weights, job, s.emit); err != nil {
		s.out = append(begin(s.out), err.Error()...)
		list, err := s.pack(errorFrame, nil)
		if err != nil {
			panic(err)
		}
		s.post(list)
	}
}

func (s *server) emit(r parallel.Result) error {
	s.out = append(begin(s.out), r.Data...)
	list, err := s.pack(resultFrame, r.Floats)
	if err != nil {
		return err
	}
	s.post(list)
	return nil
}

// hold takes a Web Lock for as long as this worker lives and returns its name,
// or "" where there are none.
func hold() string {
	locks := js.Global().Get("navigator").Get("locks")
	if !locks.Truthy() {
		return ""
	}
	name := Lock + strconv.FormatUint(rand.Uint64(), 16)
	held := make(chan bool, 1)
	never := js.Global().Get("Promise").New(js.FuncOf(func(js.Value, []js.Value) any { return nil }))
	granted := js.FuncOf(func(js.Value, []js.Value) any {
		held <- true
		return never
	})
	refused := js.FuncOf(func(js.Value, []js.Value) any {
		held <- false
		return nil
	})
	locks.Call("request", name, granted).Call("catch", refused)
	if !<-held {
		return ""
	}
	return name
}
