package main

import (
	"embed"
	"io/fs"
)

// The built site, or only a placeholder before "make build" has run: the
// package compiles either way.
//
//go:embed all:site
var site embed.FS

func embedded() fs.FS {
	files, err := fs.Sub(site, "site")
	if err != nil {
		panic(err) // the name is a constant
	}
	return files
}
