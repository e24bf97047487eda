package e2e

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"sprout/e2e/browser"
	"sprout/e2e/journey/walk"
	"sprout/journey"
)

// The whole pipeline in miniature, on the page's own workers; the page stays
// usable meanwhile, and what was made is there after a reload.
func TestJourneyThroughAllStages(t *testing.T) {
	x := open(t, "#/?lang=en").ready()
	var r journey.Report
	spoke := 0
	err := walk.On(x.Page, walk.Options{
		Preset: "tiny", Seed: 1, Workers: 2,
		Progress: func(line string) { t.Log(line) },
		Meanwhile: func(p *browser.Page) error {
			// The engine answers between steps.
			_, err := browser.Eval[any](p, time.Minute, "sprout.checkpoints.list()")
			spoke++
			return err
		},
	}, &r)
	require.NoError(t, err)
	require.Positive(t, spoke)
	require.Equal(t, journey.Keys(), r.Keys)
	require.Contains(t, r.Where, "Chromium")
	var saved []string
	for _, row := range r.Runs[0].Rows {
		assert.Empty(t, row.Error, row.Key)
		assert.Positive(t, row.Seconds, row.Key)
		saved = append(saved, row.Checkpoint)
	}
	for _, v := range r.Aims {
		if v.Metric != "recovered" { // of a teacher that knows nothing
			assert.False(t, v.Missing, "%s %s", v.Key, v.Metric)
		}
	}
	_, err = json.Marshal(r)
	require.NoError(t, err)

	x.reload()
	type entry struct{ ID, Stage, Parent string }
	list := value[[]entry](x, 20*time.Second, "return (await sprout.checkpoints.list()).map(c => ({id: c.id, stage: c.stage, parent: c.parent ?? ''}))")
	var ids []string
	for _, c := range list {
		ids = append(ids, c.ID)
		if c.Stage == "pretrain" {
			assert.Empty(t, c.Parent)
		} else {
			assert.Contains(t, saved, c.Parent, c.Stage)
		}
	}
	assert.ElementsMatch(t, saved, ids)
	assert.NotEmpty(t, value[string](x, 20*time.Second, "return (await sprout.sample({checkpoint: '"+r.Runs[0].Rows[1].Checkpoint+"', prompt: 'Who', maxTokens: 8})).text"))
}
