// Go's support file for wasm, copied beside this one when the engine is built.
export {}
