package parallel

// Peer computes beside the leader: a goroutine with a backend of its own, or a
// Web Worker with a whole engine.
type Peer interface {
	// Start hands over a job and returns without waiting. weights are those of
	// Worker.Do, nil where the peer has the newest ones already. All that is
	// handed over stays unchanged until the job's last Next has returned.
	Start(weights []float32, j *Job) error
	// Next waits for the job's next result, valid until the following call. A
	// job gives one result per node, a service one. After an error the peer is
	// of no use any more, and looks no more at what it was given.
	Next() (Result, error)
	// Close ends the peer.
	Close()
}

// Job is work for one worker.
type Job struct {
	// Kind is Gradient or the name of a service.
	Kind  string
	Batch *Batch
	// Nodes of Gradient, in the order in which their results are wanted.
	Nodes []Node
	// Options of a service, JSON; nil where Batch says it all.
	Options []byte
}

// Gradient is the job of computing gradients of shards.
const Gradient = "gradient"

// Result of a job. For Gradient, Floats is the work slab: gradients in the
// layout of the weights, then the sums, one every tensor.Align elements.
type Result struct {
	Floats []float32
	Data   []byte // JSON
}

// Service computes what a stage needs beside gradients, with the worker's
// weights: rows in, rows out, each row by itself.
type Service func(b *Batch, options []byte) (Result, error)
