package checkpoint

import (
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestIDsSortAndDiffer(t *testing.T) {
	var mu sync.Mutex
	seen := map[string]bool{}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			last := ""
			for range 5000 {
				id := NewID()
				if id <= last || !ValidID(id) {
					panic("not sorted or not valid: " + id)
				}
				last = id
				mu.Lock()
				seen[id] = true
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	require.Len(t, seen, 20000)

	a := NewID()
	require.Greater(t, newID(0), a, "the machine's clock was set back")
}

func TestValidID(t *testing.T) {
	for _, s := range []string{"", "a/b", "..", "a.b", "A", "ä", "a b", strings.Repeat("a", 65), "a\x00"} {
		require.False(t, ValidID(s), "%q", s)
	}
	require.True(t, ValidID("demo-1_x"))
}

func ids(metas []Meta) (list []string) {
	for _, m := range metas {
		list = append(list, m.ID)
	}
	return list
}

func TestPrune(t *testing.T) {
	auto := func(id string, step int, loss float64) Meta {
		return Meta{ID: id, Kind: Auto, Run: "r", Step: step, Created: int64(step), HeldOutLoss: loss}
	}
	run := []Meta{
		auto("a1", 1, 3), auto("a2", 2, 1.5), auto("a3", 3, 2), auto("a4", 4, 0), auto("a5", 5, 2.5),
		{ID: "m", Kind: Manual, Run: "r", Step: 1},
		{ID: "i", Kind: Imported, Run: "r", Step: 1},
		{ID: "x", Kind: Auto, Run: "other", Step: 1},
	}
	require.Equal(t, []string{"a3", "a1"}, ids(Prune(run, "r", DefaultKeep)))
	require.Equal(t, []string{"a4", "a3", "a2", "a1"}, ids(Prune(run, "r", Keep{Newest: 1})))
	require.Empty(t, Prune(run, "other", DefaultKeep))
	require.Empty(t, Prune(run, "", DefaultKeep))

	grown := append(run, Meta{ID: "child", Kind: Auto, Run: "next", Parent: "a1"})
	require.Equal(t, []string{"a3"}, ids(Prune(grown, "r", DefaultKeep)), "another run grew from a1")

	done := append(run, Meta{ID: "f", Kind: Final, Run: "r", Step: 6, Created: 6, HeldOutLoss: 1.7})
	require.Equal(t, []string{"a5", "a4", "a3", "a1"}, ids(Prune(done, "r", DefaultKeep)))
	done[len(done)-1].HeldOutLoss = 1.5
	require.Equal(t, []string{"a5", "a4", "a3", "a2", "a1"}, ids(Prune(done, "r", DefaultKeep)), "the final is as good")
}

// Where a measure says what is best, the loss does not; what has not been measured yet
// is never best.
func TestPruneKeepsTheBestByItsMeasure(t *testing.T) {
	var run []Meta
	for i, reward := range []float64{-0.5, 0.8, 0.2, 0.1, 0.3} {
		m := Meta{ID: string(rune('a' + i)), Kind: Auto, Run: "r", Step: i, Created: int64(i), HeldOutLoss: 1 + float64(i), Best: "heldout_reward"}
		if i != 2 {
			m.Measures = map[string]float64{"heldout_reward": reward}
		}
		run = append(run, m)
	}
	require.Equal(t, []string{"c", "a"}, ids(Prune(run, "r", DefaultKeep)))
}

func TestLineage(t *testing.T) {
	base := Meta{ID: "1", Name: "base", Stage: "pretrain", Step: 10}
	sft := Meta{ID: "2", Name: "sft", Stage: "sft", Step: 20}
	Descend(&sft, base)
	dpo := Meta{ID: "3", Name: "dpo", Stage: "dpo", Step: 30}
	Descend(&dpo, sft)

	tell := func(of Meta, metas ...Meta) string {
		var s []string
		for _, r := range Lineage(of, metas) {
			mark := "-"
			if r.Present {
				mark = "+"
			}
			s = append(s, mark+r.Name)
		}
		return strings.Join(s, " ")
	}
	require.Equal(t, "+sft +base", tell(dpo, base, sft, dpo))
	require.Equal(t, "-sft +base", tell(dpo, base, dpo), "found again beyond a gap")
	require.Equal(t, "-sft -base", tell(dpo, dpo))
	require.Empty(t, tell(base, dpo))
	base.Name = "renamed"
	require.Equal(t, "+sft +renamed", tell(dpo, base, sft))

	base.Parent = "3"
	require.Equal(t, "+sft +renamed", tell(dpo, base, sft, dpo), "a circle ends")
}

func TestAdopt(t *testing.T) {
	c := small()
	c.Adopt(`C:\files\x.safetensors`, 99)
	require.Equal(t, "小镇 <1>", c.Meta.Name)
	require.Equal(t, Imported, c.Meta.Kind)
	require.NotEqual(t, "0abc", c.Meta.ID)
	require.Equal(t, "0abc", c.Meta.Parent)
	require.Equal(t, []string{"0abc", "0aaa"}, []string{c.Meta.Ancestors[0].ID, c.Meta.Ancestors[1].ID})
	require.EqualValues(t, 99, c.Meta.Created)
	require.Equal(t, 7, c.Meta.Step)
	require.True(t, c.Meta.Resumable)

	c = &Checkpoint{Meta: Meta{ID: "z"}}
	c.Adopt("dir/my model.safetensors", 1)
	require.Equal(t, "my model", c.Meta.Name)
	require.Empty(t, c.Meta.Parent)
}

func TestNames(t *testing.T) {
	require.Equal(t, "a b c", CleanName(" a\n\tb\x00\u202e  c ", "x"))
	require.Equal(t, "x", CleanName("\u202e \xff", "x"))
	long := CleanName(strings.Repeat("小", 100), "x")
	require.Len(t, []rune(long), 80)
	require.True(t, strings.HasSuffix(long, "…"))
	m := Meta{Preset: "sprout", Dataset: DatasetRef{Name: "town"}, Step: 5, Steps: 10}
	require.Equal(t, "sprout · town · 5/10", DefaultName(m))
	m.Kind = Final
	require.Equal(t, "sprout · town", DefaultName(m))

	require.Equal(t, "a-b- c-.safetensors", FileName(Meta{Name: `a/b: c"`}))
	require.Equal(t, "小镇.safetensors", FileName(Meta{Name: "..小镇. "}))
	require.Equal(t, "id.safetensors", FileName(Meta{Name: "...", ID: "id"}))
}
