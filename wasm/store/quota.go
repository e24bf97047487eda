//go:build js && wasm

package store

import (
	"context"
	"errors"
	"fmt"
	"syscall/js"

	"sprout/core/checkpoint"
)

// Usage implements checkpoint.Store. Used and Quota are the browser's estimate
// for the whole origin. On a page without a secure context there is none; Used
// is then the sum of what the checkpoints hold, and Quota is 0.
func (s *Store) Usage(ctx context.Context) (checkpoint.Usage, error) {
	u, err := estimate(ctx)
	if err == nil || ctx.Err() != nil {
		return u, ctx.Err()
	}
	metas, err := s.List(ctx)
	u = checkpoint.Usage{}
	for _, m := range metas {
		u.Used += m.Bytes
	}
	return u, err
}

// estimate asks navigator.storage.
func estimate(ctx context.Context) (checkpoint.Usage, error) {
	var u checkpoint.Usage
	storage := js.Global().Get("navigator").Get("storage")
	if !storage.Truthy() {
		return u, errors.New("navigator.storage is missing")
	}
	value, err := await(ctx, func() js.Value { return storage.Call("estimate") })
	if err != nil {
		return u, err
	}
	u.Used, u.Quota = number(value.Get("usage")), number(value.Get("quota"))
	persisted, err := await(ctx, func() js.Value { return storage.Call("persisted") })
	u.Persisted = err == nil && persisted.Truthy()
	return u, ctx.Err()
}

func number(v js.Value) int64 {
	if v.Type() != js.TypeNumber {
		return 0
	}
	return int64(v.Float())
}

// await waits for the promise that ask returns.
func await(ctx context.Context, ask func() js.Value) (value js.Value, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%v", r) // thrown, or no such method
		}
	}()
	promise := ask()
	type outcome struct {
		value js.Value
		err   error
	}
	settled := make(chan outcome, 1)
	var onValue, onError js.Func
	release := func() { onValue.Release(); onError.Release() }
	first := func(args []js.Value) js.Value {
		if len(args) > 0 {
			return args[0]
		}
		return js.Undefined()
	}
	onValue = js.FuncOf(func(_ js.Value, args []js.Value) any {
		defer release()
		settled <- outcome{value: first(args)}
		return nil
	})
	onError = js.FuncOf(func(_ js.Value, args []js.Value) any {
		defer release()
		settled <- outcome{err: js.Error{Value: first(args)}}
		return nil
	})
	promise.Call("then", onValue, onError)
	select {
	case o := <-settled:
		return o.value, o.err
	case <-ctx.Done():
		return js.Undefined(), ctx.Err()
	}
}
