//go:build js && wasm

package peers

import (
	"errors"
	"fmt"
	"strings"
	"syscall/js"
	"time"

	"sprout/core/parallel"
)

// How long a worker may be silent; tests shorten it.
var (
	startingUp = time.Minute      // before its first word
	silence    = 10 * time.Second // and at least patience times the leader's share
)

const (
	patience = 20
	tick     = 250 * time.Millisecond
)

// Available reports whether this shell can start workers.
func Available() bool {
	host := js.Global().Get("sproutHost")
	return host.Truthy() && host.Get("spawn").Type() == js.TypeFunction
}

// Spawn starts a worker, which builds itself from the blueprint: see Serve. It
// does not wait; what goes wrong later is the error of the peer's Next.
func Spawn(blueprint []byte) (parallel.Peer, error) {
	if !Available() {
		return nil, errors.New("workers cannot be started here")
	}
	p := &peer{blueprint: string(blueprint), wake: make(chan struct{}, 1), timer: time.NewTimer(0)}
	p.timer.Stop()
	if err := try(func() { p.to = js.Global().Get("sproutHost").Call("spawn") }); err != nil {
		return nil, fmt.Errorf("starting a worker: %w", err)
	}
	p.onmessage = js.FuncOf(func(_ js.Value, args []js.Value) any {
		p.hear(args[0].Get("data"))
		return nil
	})
	p.onerror = js.FuncOf(func(_ js.Value, args []js.Value) any {
		args[0].Call("preventDefault") // not the page's business
		why := "its script could not be loaded"
		if m := args[0].Get("message"); m.Type() == js.TypeString && m.String() != "" {
			why = m.String()
		}
		p.fail(why)
		return nil
	})
	p.to.Set("onmessage", p.onmessage)
	p.to.Set("onerror", p.onerror)
	return p, nil
}

// peer is the leader's end of one worker.
type peer struct {
	link
	blueprint string
	listens   bool     // the worker has said hello
	early     js.Value // a job that was ready before that
	inbox     []js.Value
	wake      chan struct{}
	lost      error
	closed    bool

	begun time.Time // when the job was handed over
	share time.Duration
	asked bool // share is known
	timer *time.Timer

	onmessage, onerror js.Func
	waiting            js.Value // AbortController of the wait for the worker's lock
}

// Start copies the job and sends it, or keeps it until the worker listens.
func (p *peer) Start(weights []float32, j *parallel.Job) error {
	if p.lost != nil {
		return p.lost
	}
	p.out = appendJob(begin(p.out), j)
	list, err := p.pack(jobFrame, weights)
	if err != nil {
		return err
	}
	list = p.withSpares(list)
	p.begun, p.asked = time.Now(), false
	if !p.listens {
		p.early = list
		return nil
	}
	return try(func() { p.post(list) })
}

// Next lets the event loop turn until a result, or the worker's end, has come.
func (p *peer) Next() (parallel.Result, error) {
	if !p.asked {
		p.asked, p.share = true, time.Since(p.begun)
	}
	// Ticks are counted and not the clock, which runs on while a machine sleeps.
	for quiet := time.Duration(0); len(p.inbox) == 0; {
		if p.lost != nil {
			return parallel.Result{}, p.lost
		}
		p.timer.Reset(tick)
		select {
		case <-p.wake:
		case <-p.timer.C:
			if quiet += tick; quiet > p.limit() {
				p.fail(fmt.Sprintf("silent for %v", quiet))
			}
		}
		p.timer.Stop()
	}
	list := p.inbox[0]
	p.inbox = append(p.inbox[:0], p.inbox[1:]...)
	kind, body, floats := p.unpack(list)
	if kind == errorFrame {
		p.fail(string(body))
		return parallel.Result{}, p.lost
	}
	return parallel.Result{Floats: floats, Data: body}, nil
}

func (p *peer) limit() time.Duration {
	if !p.listens {
		return max(startingUp, patience*p.share)
	}
	return max(silence, patience*p.share)
}

// hear runs inside the event loop and must not wait.
func (p *peer) hear(data js.Value) {
	if data.Type() != js.TypeString {
		p.inbox = append(p.inbox, data)
		p.signal()
		return
	}
	word, rest, _ := strings.Cut(data.String(), " ")
	switch word {
	case "hello":
		p.listens = true
		p.to.Call("postMessage", p.blueprint)
		if p.early.Truthy() {
			p.post(p.early)
			p.early = js.Undefined()
		}
		p.watch(rest)
	case "failed", "ended":
		p.fail(rest)
	}
}

func (p *peer) fail(why string) {
	if p.lost == nil {
		p.lost = fmt.Errorf("worker lost: %s", why)
	}
	p.signal()
}

func (p *peer) signal() {
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

// watch asks for the lock that the worker holds for life.
func (p *peer) watch(lock string) {
	if lock == "" {
		return
	}
	p.waiting = js.Global().Get("AbortController").New()
	var granted, settled js.Func
	granted = js.FuncOf(func(js.Value, []js.Value) any {
		p.fail("it was terminated")
		return nil
	})
	settled = js.FuncOf(func(js.Value, []js.Value) any {
		granted.Release()
		settled.Release()
		return nil
	})
	options := map[string]any{"signal": p.waiting.Get("signal")}
	js.Global().Get("navigator").Get("locks").Call("request", lock, options, granted).Call("then", settled, settled)
}

// Close terminates the worker.
func (p *peer) Close() {
	if p.closed {
		return
	}
	p.closed = true
	p.fail("closed")
	if p.waiting.Truthy() {
		p.waiting.Call("abort")
	}
	p.to.Set("onmessage", js.Null())
	p.to.Set("onerror", js.Null())
	p.to.Call("terminate")
	p.onmessage.Release()
	p.onerror.Release()
	p.timer.Stop()
	p.inbox, p.free, p.floats = nil, nil, nil
}
