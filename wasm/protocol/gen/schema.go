package main

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"

	"github.com/invopop/jsonschema"
	orderedmap "github.com/pb33f/ordered-map/v2"

	"sprout/wasm/protocol"
)

// protocolSchema describes one object {commands, events}: each command's type
// with its struct and its result, each event's type with its struct.
func protocolSchema() ([]byte, error) {
	b := builder{
		reflector:   jsonschema.Reflector{Anonymous: true},
		definitions: jsonschema.Definitions{},
	}
	commands := jsonschema.NewProperties()
	for _, name := range slices.Sorted(maps.Keys(protocol.Commands)) {
		pair := protocol.Commands[name]
		fields := jsonschema.NewProperties()
		fields.Set("command", b.refer(pair[0]))
		fields.Set("result", b.refer(pair[1]))
		commands.Set(name, object(fields))
	}
	events := jsonschema.NewProperties()
	for _, name := range slices.Sorted(maps.Keys(protocol.Events)) {
		events.Set(name, b.refer(protocol.Events[name]))
	}
	fields := jsonschema.NewProperties()
	fields.Set("version", &jsonschema.Schema{Const: protocol.Version})
	fields.Set("commands", object(commands))
	fields.Set("events", object(events))
	root := object(fields)
	root.Version = jsonschema.Version
	root.Title = "Protocol"
	root.Definitions = b.definitions
	data, err := json.MarshalIndent(root, "", "  ")
	return append(data, '\n'), err
}

type builder struct {
	reflector   jsonschema.Reflector
	definitions jsonschema.Definitions
}

// refer reflects a struct into the shared definitions and points to it; nil is
// JSON's null.
func (b builder) refer(v any) *jsonschema.Schema {
	if v == nil {
		return &jsonschema.Schema{Type: "null"}
	}
	maps.Copy(b.definitions, b.reflector.Reflect(v).Definitions)
	return &jsonschema.Schema{Ref: "#/$defs/" + reflect.TypeOf(v).Name()}
}

func object(fields *orderedmap.OrderedMap[string, *jsonschema.Schema]) *jsonschema.Schema {
	s := &jsonschema.Schema{Type: "object", Properties: fields, AdditionalProperties: jsonschema.FalseSchema}
	for p := fields.Oldest(); p != nil; p = p.Next() {
		s.Required = append(s.Required, p.Key)
	}
	return s
}
