package checkpoint

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io/fs"
	"sort"
)

// datasetRow is the JSON of a dataset's file.
type datasetRow struct {
	Dataset
	CRC32C string `json:"crc32c"`
}

func (s *fileStore) PutDataset(ctx context.Context, d Dataset) error {
	mustID("PutDataset", d.ID)
	leave, err := s.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	d.Bytes = int64(len(d.Data))
	row := marshal(datasetRow{d, hexSum(Checksum(d.Data))})
	length := binary.LittleEndian.AppendUint64(nil, uint64(len(row)))
	return s.writeBytes(datasetFile(d.ID), length, row, d.Data)
}

func (s *fileStore) Dataset(ctx context.Context, id string) (Dataset, error) {
	leave, err := s.enter(ctx)
	if err != nil {
		return Dataset{}, err
	}
	defer leave()
	return s.dataset(id, true)
}

func (s *fileStore) dataset(id string, withData bool) (Dataset, error) {
	if !ValidID(id) {
		return Dataset{}, DatasetNotFound(id)
	}
	r, size, err := s.disk.open(datasetFile(id))
	if errors.Is(err, fs.ErrNotExist) {
		return Dataset{}, DatasetNotFound(id)
	}
	if err != nil {
		return Dataset{}, failed(err)
	}
	defer func() { _ = s.disk.release(r) }()

	var length [8]byte
	if err := readFull(r, length[:], 0); err != nil {
		return Dataset{}, DatasetCorrupt(id, id)
	}
	n := binary.LittleEndian.Uint64(length[:])
	if n > uint64(size) {
		return Dataset{}, DatasetCorrupt(id, id)
	}
	text := make([]byte, n)
	var row datasetRow
	if readFull(r, text, 8) != nil || json.Unmarshal(text, &row) != nil || row.Bytes != size-8-int64(n) {
		return Dataset{}, DatasetCorrupt(id, id)
	}
	if withData {
		row.Data = make([]byte, row.Bytes)
		if readFull(r, row.Data, 8+int64(n)) != nil || hexSum(Checksum(row.Data)) != row.CRC32C {
			return Dataset{}, DatasetCorrupt(id, row.Name)
		}
	}
	return row.Dataset, nil
}

func (s *fileStore) ListDatasets(ctx context.Context) ([]Dataset, error) {
	leave, err := s.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	ids, err := s.names(datasetDir, datasetExt)
	if err != nil {
		return nil, err
	}
	var list []Dataset
	for _, id := range ids {
		if d, err := s.dataset(id, false); err == nil {
			list = append(list, d)
		}
	}
	SortOldestFirst(list)
	return list, nil
}

func (s *fileStore) DropDataset(ctx context.Context, id string) error {
	mustID("DropDataset", id)
	return s.drop(ctx, datasetFile(id))
}

type runPart struct {
	Step int             `json:"step"`
	Part json.RawMessage `json:"part"`
}

func (s *fileStore) AppendRun(ctx context.Context, run string, step int, part json.RawMessage) error {
	mustID("AppendRun", run)
	leave, err := s.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	var parts []runPart
	if err := s.readJSON(runFile(run), &parts); err != nil {
		return err
	}
	keep := sort.Search(len(parts), func(i int) bool { return parts[i].Step >= step })
	return s.writeBytes(runFile(run), marshal(append(parts[:keep], runPart{step, part})))
}

func (s *fileStore) Run(ctx context.Context, run string) ([]json.RawMessage, error) {
	leave, err := s.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	var parts []runPart
	if !ValidID(run) {
		return nil, nil
	}
	if err := s.readJSON(runFile(run), &parts); err != nil {
		return nil, err
	}
	var list []json.RawMessage
	for _, p := range parts {
		list = append(list, p.Part)
	}
	return list, nil
}

func (s *fileStore) PutSetting(ctx context.Context, key string, value json.RawMessage) error {
	leave, err := s.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	settings := map[string]json.RawMessage{}
	if err := s.readJSON(settingsFile, &settings); err != nil {
		return err
	}
	settings[key] = value
	return s.writeBytes(settingsFile, marshal(settings))
}

func (s *fileStore) Setting(ctx context.Context, key string) (json.RawMessage, error) {
	leave, err := s.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	var settings map[string]json.RawMessage
	err = s.readJSON(settingsFile, &settings)
	return settings[key], err
}
