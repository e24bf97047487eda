package protocol

// Who computes, and how fast.
type (
	// Workers says who computes a run's steps.
	Workers struct {
		Count     int  `json:"count"`     // at work, the engine itself included
		Requested int  `json:"requested"` // 0: automatic
		Max       int  `json:"max"`       // what the run can use; 1 where the browser cannot start workers
		Cores     int  `json:"cores"`     // as in Ready
		Measuring bool `json:"measuring"` // automatic, and still trying
		// Memory is the main memory that they have taken together, in bytes.
		Memory int64 `json:"memory,omitempty"`
		// Speeds that the first steps of an automatic run have found, by count.
		Speeds []WorkerSpeed `json:"speeds,omitempty"`
	}
	// Compute says what computes a run's steps, and why that.
	Compute struct {
		Backend   string   `json:"backend"`            // "simd": workers; "webgpu": the GPU
		Requested string   `json:"requested"`          // as in StartRun
		Adapter   string   `json:"adapter,omitempty"`  // name of the GPU, where one was looked at
		Software  bool     `json:"software,omitempty"` // it is imitated on the processor
		Mixed     bool     `json:"mixed,omitempty"`    // earlier steps were made by something else
		Why       *Problem `json:"why,omitempty"`      // in words
	}
	// WorkerSpeed is the speed of a count of workers.
	WorkerSpeed struct {
		Count       int     `json:"count"`
		StepsPerSec float64 `json:"steps_per_s"`
	}
)
