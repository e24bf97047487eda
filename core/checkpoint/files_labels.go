package checkpoint

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
)

// labelRow is one label in the file of all.
type labelRow struct {
	Data   json.RawMessage `json:"data"`
	CRC32C string          `json:"crc32c"`
}

func (s *fileStore) PutLabels(ctx context.Context, labels ...Label) error {
	return s.changeLabels(ctx, func(rows map[string]labelRow) {
		for _, l := range labels {
			mustID("PutLabels", l.ID)
			data := marshal(l.Data) // as it will be read again, without white space
			rows[l.ID] = labelRow{data, hexSum(Checksum(data))}
		}
	})
}

func (s *fileStore) DropLabels(ctx context.Context, ids ...string) error {
	return s.changeLabels(ctx, func(rows map[string]labelRow) {
		for _, id := range ids {
			delete(rows, id)
		}
	})
}

func (s *fileStore) changeLabels(ctx context.Context, change func(map[string]labelRow)) error {
	leave, err := s.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	rows := map[string]labelRow{}
	if err := s.readJSON(labelsFile, &rows); err != nil {
		return err
	}
	change(rows)
	return s.writeBytes(labelsFile, marshal(rows))
}

func (s *fileStore) Labels(ctx context.Context) ([]Label, error) {
	leave, err := s.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	var rows map[string]labelRow
	if err := s.readJSON(labelsFile, &rows); err != nil {
		return nil, err
	}
	var list []Label
	for _, id := range slices.Sorted(maps.Keys(rows)) {
		row := rows[id]
		if hexSum(Checksum(row.Data)) != row.CRC32C {
			row.Data = nil
		}
		list = append(list, Label{id, row.Data})
	}
	return list, nil
}
