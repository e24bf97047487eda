package protocol

import (
	"bytes"
	"encoding/json"
	"os"
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"
)

// testdata/messages.json has one example of every message. The page's tests
// read it too, so that both sides agree on every field.
func TestFixtures(t *testing.T) {
	data, err := os.ReadFile("testdata/messages.json")
	require.NoError(t, err)
	var fixtures struct {
		Commands map[string]struct{ Command, Result json.RawMessage }
		Events   map[string]json.RawMessage
	}
	require.NoError(t, json.Unmarshal(data, &fixtures))

	require.Len(t, fixtures.Commands, len(Commands))
	for name, pair := range Commands {
		require.Contains(t, fixtures.Commands, name)
		same(t, name, fixtures.Commands[name].Command, pair[0])
		same(t, name+" result", fixtures.Commands[name].Result, pair[1])
	}
	require.Len(t, fixtures.Events, len(Events))
	for name, event := range Events {
		require.Contains(t, fixtures.Events, name)
		same(t, name, fixtures.Events[name], event)
	}
}

// same reads a message into its struct, strictly, and writes it again: nothing
// may be unknown and nothing may be lost.
func same(t *testing.T, name string, message json.RawMessage, kind any) {
	t.Helper()
	if kind == nil {
		require.Equal(t, "null", string(message), name)
		return
	}
	value := reflect.New(reflect.TypeOf(kind))
	d := json.NewDecoder(bytes.NewReader(message))
	d.DisallowUnknownFields()
	require.NoError(t, d.Decode(value.Interface()), name)
	again, err := json.Marshal(value.Interface())
	require.NoError(t, err, name)
	require.JSONEq(t, string(message), string(again), name)
}
