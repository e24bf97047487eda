package checkpoint

import "sort"

// SortNewestFirst orders checkpoints as List returns them.
func SortNewestFirst(metas []Meta) {
	sort.Slice(metas, func(i, j int) bool {
		a, b := metas[i], metas[j]
		if a.Created != b.Created {
			return a.Created > b.Created
		}
		return a.ID > b.ID
	})
}

// SortOldestFirst orders datasets as ListDatasets returns them.
func SortOldestFirst(list []Dataset) {
	sort.Slice(list, func(i, j int) bool {
		a, b := list[i], list[j]
		if a.Created != b.Created {
			return a.Created < b.Created
		}
		return a.ID < b.ID
	})
}
