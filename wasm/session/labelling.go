package session

import (
	"sprout/core/problem"
	"sprout/stages"
	"sprout/wasm/protocol"
)

const (
	writtenAtOnce = 48 // answers that a worker writes between two looks at whether to stop
	worthAWorker  = 8  // rows, for which another worker is started
	worthAGPU     = 96 // rows, for which a GPU is opened beside the one that trains
)

// answersAtOnce are enough for every worker, and little to wait for.
func (s *Session) answersAtOnce() int { return writtenAtOnce * s.cores() }

// writer has a checkpoint write about so many answers, with all workers that these
// are worth, beside a run in progress and by what computes that. write may be
// called again, to go on, where a GPU fails at it.
func (s *Session) writer(id string, answers int, write func(*stages.Reader) error) error {
	of, err := s.examinee(id)
	if err != nil {
		return err
	}
	if m := of.Checkpoint.Meta; !stages.Writes(m.Stage) {
		return problem.New("writes_nothing", problem.Args{"name": m.Name}, "%q scores answers and writes none.", m.Name)
	}
	return s.reader(of, answers, write)
}

// reader opens a checkpoint for about so many rows.
func (s *Session) reader(of stages.Examinee, rows int, use func(*stages.Reader) error) error {
	read := func(m stages.Machine) error {
		m.MaxWorkers = min(m.MaxWorkers, max(1, rows/worthAWorker))
		r, err := stages.OpenReader(of, m)
		if err != nil {
			return err
		}
		defer r.Close()
		return use(r)
	}
	if rows < worthAGPU {
		return read(s.machine())
	}
	_, err := s.reading(read)
	return err
}

// stopping tells whether somebody has stopped the work on labels since.
func (s *Session) stopping() func() bool {
	began := s.stops
	return func() bool { return s.stops != began }
}

func (s *Session) stopLabels(protocol.StopLabels, []byte) (any, []byte, error) {
	s.stops++
	return nil, nil, nil
}
