// Command gen writes what the page must know of the Go side: the protocol as a
// JSON Schema, from which the TypeScript types are made, every problem code with
// the values that its sentence may name, the settings of every stage, and all
// that stages measure.
//
//	go run ./wasm/protocol/gen -out web/src/engine
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	root := flag.String("root", ".", "repository root, whose Go files are scanned for problem codes")
	out := flag.String("out", "web/src/engine", "folder for protocol.schema.json and the lists beside it")
	flag.Parse()
	if err := write(*root, *out); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

func write(root, out string) error {
	schema, err := protocolSchema()
	if err != nil {
		return err
	}
	problems, unregistered := problemCodes(root)
	if problems == nil {
		return unregistered
	}
	settings, err := stageSettings()
	if err != nil {
		return err
	}
	measures, err := stageMeasures()
	if err != nil {
		return err
	}
	for name, data := range map[string][]byte{
		schemaFile: schema, problemsFile: problems, settingsFile: settings, measuresFile: measures,
	} {
		if err := os.WriteFile(filepath.Join(out, name), data, 0o644); err != nil {
			return err
		}
	}
	return unregistered
}

const (
	schemaFile   = "protocol.schema.json"
	problemsFile = "problems.gen.json"
	settingsFile = "settings.gen.json"
	measuresFile = "measures.gen.json"
)
