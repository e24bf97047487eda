package storetest

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"sprout/core/checkpoint"
)

func opinion(id, data string) checkpoint.Label {
	return checkpoint.Label{ID: id, Data: json.RawMessage(data)}
}

func labels(t *testing.T, h Harness) {
	s := h.Open(t, nil)
	all, err := s.Labels(ctx)
	require.NoError(t, err)
	require.Empty(t, all)
	require.NoError(t, s.DropLabels(ctx, "none"))

	first, second, third := opinion("l1", `{"a":"喜欢 <&>"}`), opinion("l2", `{"a":2}`), opinion("l3", `{"a":3}`)
	require.NoError(t, s.PutLabels(ctx, third, first))
	require.NoError(t, s.PutLabels(ctx, second))
	s = h.Reopen(t, s)
	_, err = s.Sweep(ctx)
	require.NoError(t, err)
	all, err = s.Labels(ctx)
	require.NoError(t, err)
	require.Equal(t, []checkpoint.Label{first, second, third}, all, "in order of their IDs")

	second = opinion("l2", `{"a":"again"}`)
	require.NoError(t, s.PutLabels(ctx, second))
	require.NoError(t, s.DropLabels(ctx, "l1", "none", "l3"))
	all, err = s.Labels(ctx)
	require.NoError(t, err)
	require.Equal(t, []checkpoint.Label{second}, all)
}

func damagedLabel(t *testing.T, h Harness) {
	s := h.Open(t, nil)
	require.NoError(t, s.PutLabels(ctx, opinion("l1", `{"a":1}`), opinion("l2", `{"a":2}`)))
	h.FlipLabel(t, s, "l1")
	s = h.Reopen(t, s)
	all, err := s.Labels(ctx)
	require.NoError(t, err)
	require.Equal(t, []checkpoint.Label{{ID: "l1"}, opinion("l2", `{"a":2}`)}, all)
	require.NoError(t, s.DropLabels(ctx, "l1"))
}
