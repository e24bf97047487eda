package stages

import (
	"sort"

	"sprout/core/autograd"
	"sprout/core/optim"
)

// Profile times the operations of one step, slowest kind first. A shard's
// times count once for every shard.
func (t *trainer) Profile() ([]OpTime, error) {
	var all []OpTime
	at := map[string]int{}
	add := func(timings []autograd.Timing, times int) {
		for _, x := range timings {
			kind := string(x.Call.Kind)
			i, ok := at[kind]
			if !ok {
				i = len(all)
				at[kind] = i
				all = append(all, OpTime{Kind: kind})
			}
			all[i].Calls += times
			all[i].Ms += float64(times) * x.Time.Seconds() * 1000
			all[i].FLOPs += int64(times) * x.FLOPs
		}
	}
	_, slab, _ := t.learned()
	before, err := optim.NewSnapshot(t.be, slab, t.adam.M, t.adam.V)
	if err != nil {
		return nil, err
	}
	defer before.Close()
	if err := before.Keep(); err != nil {
		return nil, err
	}
	t.profiled = true
	shard, sum, shards, err := t.group.Profile()
	if err != nil {
		return nil, err
	}
	update, err := t.adam.Profile()
	if err != nil {
		return nil, err
	}
	if err := before.Restore(); err != nil {
		return nil, err
	}
	add(shard, shards)
	add(sum, 1)
	add(update, 1)
	sort.SliceStable(all, func(i, j int) bool { return all[i].Ms > all[j].Ms })
	return all, nil
}
