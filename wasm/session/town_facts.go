package session

import (
	"sprout/core/problem"
	"sprout/core/world"
	"sprout/wasm/protocol"
)

// townFacts tells who lives in a town. Its text need not have been written: the
// facts come before it, from the seed alone.
func (s *Session) townFacts(c protocol.GetTownFacts, _ []byte) (any, []byte, error) {
	seed, size, _, without, ok := readTownName(c.Dataset)
	if !ok || (size != string(world.Quick) && size != string(world.Standard)) {
		return nil, nil, problem.New("bad_command", nil, "%q is not the text of a town.", c.Dataset)
	}
	lang := world.EN
	if c.Lang == "zh" {
		lang = world.ZH
	}
	t := world.New(world.Config{Seed: seed, Size: world.Size(size)})
	out := protocol.TownFacts{Withheld: without}
	for _, k := range t.Kinds {
		out.Kinds = append(out.Kinds, k.String())
	}
	for i := range t.Residents {
		r := protocol.ResidentFacts{Name: t.Residents[i].Name}
		for _, k := range t.Kinds {
			r.Values = append(r.Values, t.Value(t.Facts[t.FactOf(i, k)], lang))
		}
		out.Residents = append(out.Residents, r)
	}
	return out, nil, nil
}
