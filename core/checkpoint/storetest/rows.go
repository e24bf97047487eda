package storetest

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"sprout/core/checkpoint"
)

func settings(t *testing.T, h Harness) {
	s := h.Open(t, nil)
	v, err := s.Setting(ctx, "语言/lang")
	require.NoError(t, err)
	require.Nil(t, v)
	require.NoError(t, s.PutSetting(ctx, "语言/lang", json.RawMessage(`"en"`)))
	require.NoError(t, s.PutSetting(ctx, "语言/lang", json.RawMessage(`"中文"`)))
	require.NoError(t, s.PutSetting(ctx, "other", json.RawMessage(`{"a":[1,null]}`)))
	s = h.Reopen(t, s)
	v, err = s.Setting(ctx, "语言/lang")
	require.NoError(t, err)
	require.JSONEq(t, `"中文"`, string(v))
	v, err = s.Setting(ctx, "other")
	require.NoError(t, err)
	require.JSONEq(t, `{"a":[1,null]}`, string(v))
}

func runs(t *testing.T, h Harness) {
	s := h.Open(t, nil)
	get := func(run string) (list []string) {
		parts, err := s.Run(ctx, run)
		require.NoError(t, err)
		for _, p := range parts {
			list = append(list, string(p))
		}
		return list
	}
	require.Empty(t, get("r"))
	for _, step := range []int{0, 5, 100, 20} { // 20: resumed, what came after is void
		require.NoError(t, s.AppendRun(ctx, "r", step, json.RawMessage(`{"from":`+string(marshal(t, step))+`}`)))
	}
	require.NoError(t, s.AppendRun(ctx, "r1", 0, json.RawMessage(`1`)))
	s = h.Reopen(t, s)
	require.Equal(t, []string{`{"from":0}`, `{"from":5}`, `{"from":20}`}, get("r"))
	require.NoError(t, s.AppendRun(ctx, "r", 5, json.RawMessage(`{"from":"5 again"}`)))
	require.Equal(t, []string{`{"from":0}`, `{"from":"5 again"}`}, get("r"))
	require.Equal(t, []string{`1`}, get("r1"))

	c := Sample("a1", 1)
	c.Meta.Run = "r"
	put(t, s, c)
	n, err := s.Sweep(ctx)
	require.NoError(t, err)
	require.Positive(t, n, "no checkpoint can go on with r1")
	require.Empty(t, get("r1"))
	require.Len(t, get("r"), 2)
}

func marshal(t *testing.T, v any) []byte {
	b, err := json.Marshal(v)
	require.NoError(t, err)
	return b
}

func datasets(t *testing.T, h Harness) {
	s := h.Open(t, nil)
	_, err := s.Dataset(ctx, "none")
	Code(t, err, "dataset_not_found")
	require.NoError(t, s.DropDataset(ctx, "none"))
	none := h.Pieces(t, s)

	d := checkpoint.Dataset{
		ID: "d1", Name: "红楼梦.txt", Created: 5, Info: json.RawMessage(`{"docs":3}`),
		Data: bytes.Repeat([]byte("一段文字\x00\xff"), 50),
	}
	require.NoError(t, s.PutDataset(ctx, d))
	one := h.Pieces(t, s)
	d.Data = d.Data[:100]
	require.NoError(t, s.PutDataset(ctx, d))
	require.LessOrEqual(t, h.Pieces(t, s), one, "replaced, not added")
	nothing := checkpoint.Dataset{ID: "d0", Name: "empty", Created: 4, Data: []byte{}}
	require.NoError(t, s.PutDataset(ctx, nothing))

	s = h.Reopen(t, s)
	_, err = s.Sweep(ctx)
	require.NoError(t, err)
	d.Bytes = 100
	got, err := s.Dataset(ctx, "d1")
	require.NoError(t, err)
	require.Equal(t, d, got)
	got, err = s.Dataset(ctx, "d0")
	require.NoError(t, err)
	require.Empty(t, got.Data)

	all, err := s.ListDatasets(ctx)
	require.NoError(t, err)
	require.Len(t, all, 2)
	require.Equal(t, []string{"empty", "红楼梦.txt"}, []string{all[0].Name, all[1].Name})
	require.Nil(t, all[1].Data)
	require.EqualValues(t, 100, all[1].Bytes)

	require.NoError(t, s.DropDataset(ctx, "d1"))
	require.NoError(t, s.DropDataset(ctx, "d0"))
	require.Equal(t, none, h.Pieces(t, s))
}
