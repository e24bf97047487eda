//go:build js && wasm

// Command probe runs inside a Web Worker and does to the store what its test
// tells it, so that the store meets real quotas, reloads, tabs and crashes.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"syscall/js"
	"time"

	"sprout/core/checkpoint"
	"sprout/core/problem"
	"sprout/core/tensor"
	"sprout/wasm/store"
)

var ctx = context.Background()

func main() {
	s, err := store.Open(ctx, store.Options{Wait: time.Second})
	handle := js.FuncOf(func(_ js.Value, args []js.Value) any {
		id, command, number := args[0], args[1].String(), args[2].Int()
		go func() {
			if err != nil {
				answer(id, nil, err)
				return
			}
			if command == "rows" { // MB of a row from now on, two rows a transaction
				s, err = store.Open(ctx, store.Options{RowBytes: number << 20, BatchBytes: number << 21})
				answer(id, nil, err)
				return
			}
			result, err := do(s, command, number)
			answer(id, result, err)
		}()
		return nil
	})
	js.Global().Set("probe", handle)
	js.Global().Call("postMessage", "ready")
	select {}
}

func answer(id js.Value, result any, err error) {
	reply := map[string]any{"result": result}
	if err != nil {
		reply["problem"] = problem.From(err)
	}
	b, err := json.Marshal(reply)
	if err != nil {
		panic(err)
	}
	js.Global().Call("postMessage", js.ValueOf(map[string]any{"id": id, "reply": string(b)}))
}

// weights makes n MB of numbers that do not compress.
func weights(n int) []float32 {
	data := make([]float32, n<<18)
	x := uint32(n + 1)
	for i := range data {
		x = x*1664525 + 1013904223
		data[i] = float32(x) / (1 << 32)
	}
	return data
}

func do(s *store.Store, command string, n int) (any, error) {
	id := fmt.Sprintf("c%d", n)
	switch command {
	case "put":
		data := weights(n)
		return nil, s.Put(ctx, &checkpoint.Checkpoint{
			Meta:    checkpoint.Meta{ID: id, Name: id, Kind: checkpoint.Auto, Created: int64(n)},
			Tensors: []checkpoint.Tensor{{Name: "w", Shape: tensor.Shape{len(data)}, Data: data}},
		})
	case "verify":
		c, err := s.Get(ctx, id, checkpoint.Everything)
		if err != nil {
			return nil, err
		}
		want := weights(n)
		for i, x := range c.Tensors[0].Data {
			if x != want[i] {
				return nil, fmt.Errorf("element %d of %s differs", i, id)
			}
		}
		return len(want), nil
	case "list":
		metas, err := s.List(ctx)
		ids := []string{}
		for _, m := range metas {
			ids = append(ids, m.ID)
		}
		return ids, err
	case "delete":
		return nil, s.Delete(ctx, id)
	case "sweep":
		return s.Sweep(ctx)
	case "usage":
		return s.Usage(ctx)
	case "beat":
		return s.Beat(ctx, id, time.Now())
	}
	return nil, errors.New("unknown command " + command)
}
