package checkpoint

// Descend records in child that it grew from parent: a stage calls it once,
// for the first checkpoint of its run and all later ones.
func Descend(child *Meta, parent Meta) {
	child.Parent = parent.ID
	child.Ancestors = append([]Ancestor{{parent.ID, parent.Name, parent.Stage, parent.Step}}, parent.Ancestors...)
}

// Relative is one step of a lineage.
type Relative struct {
	Ancestor
	Present bool // still in the store
}

// Lineage tells where a checkpoint comes from, nearest ancestor first: by the
// store's own rows while they are there, with the names of today, and beyond
// them by what the last one remembers. Rows that were tampered with into a
// circle end the walk.
func Lineage(of Meta, metas []Meta) []Relative {
	byID := make(map[string]Meta, len(metas))
	for _, m := range metas {
		byID[m.ID] = m
	}
	var line []Relative
	seen := map[string]bool{of.ID: true}
	at := of
	for at.Parent != "" && !seen[at.Parent] {
		seen[at.Parent] = true
		if parent, ok := byID[at.Parent]; ok {
			line = append(line, Relative{Ancestor{parent.ID, parent.Name, parent.Stage, parent.Step}, true})
			at = parent
			continue
		}
		if len(at.Ancestors) == 0 {
			break
		}
		remembered := at.Ancestors[0]
		line = append(line, Relative{remembered, false})
		next := Meta{ID: remembered.ID, Ancestors: at.Ancestors[1:]}
		if len(next.Ancestors) > 0 {
			next.Parent = next.Ancestors[0].ID
		}
		at = next
	}
	return line
}
