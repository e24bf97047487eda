package protocol

// What is inside a model, for pictures.
type (
	// Inspect has a model read a text. Result: Inspection; beside it float32,
	// little-endian: the logits [T,V], and behind them, where it was wanted, the
	// attention [L,H,T,T] of query by key.
	Inspect struct {
		Checkpoint string `json:"checkpoint"` // as in Sample
		Text       string `json:"text"`
		Chat       bool   `json:"chat,omitempty"` // the text is said by the user, and the assistant is to answer
		Attention  bool   `json:"attention,omitempty"`
		Lens       bool   `json:"lens,omitempty"`
	}
	// GetEmbeddings lays a model's token embeddings out on a plane. Result:
	// EmbeddingMap; beside it float32, little-endian: x and y of each token, [V,2].
	GetEmbeddings struct {
		Checkpoint string `json:"checkpoint"`
	}
	// GetNeighbours finds the tokens whose embeddings are most like a token's.
	// Result: Neighbours.
	GetNeighbours struct {
		Checkpoint string `json:"checkpoint"`
		Token      int    `json:"token"`
	}
	// GetChanges compares the matrices of a checkpoint with those of the model that
	// it goes back to, or, of an adapter, with those of the model without it.
	// Result: Changes; beside it float32, little-endian: the cells of the picture
	// [Height,Width] and, of an adapter, A [Rank,in] and B [out,Rank].
	GetChanges struct {
		Checkpoint string `json:"checkpoint"`
		Matrix     string `json:"matrix,omitempty"` // to draw, by its full name; empty: that which has changed most
	}

	// Inspection is what a model made of a text.
	Inspection struct {
		Tokens  []ReadToken `json:"tokens"`
		Cut     int         `json:"cut"` // tokens that were left out at the end, since the text was too long
		Vocab   int         `json:"vocab"`
		Layers  int         `json:"layers"`
		Heads   int         `json:"heads"`
		KVHeads int         `json:"kv_heads"`
		// Names of the tokens that the pictures speak of: at each position the 40
		// most probable ones, and those of the lens.
		Names []Token `json:"names"`
		// Lens is what each depth would say after each token: the embedding first,
		// then every layer. The last one is what the model says.
		Lens [][]Glance `json:"lens,omitempty"`
	}
	// ReadToken is a token of the text.
	ReadToken struct {
		Token Token    `json:"token"`
		Loss  *float64 `json:"loss,omitempty"` // nats; none for the first, which nothing precedes
	}
	// Glance is what one depth makes of one position.
	Glance struct {
		Top     int      `json:"top"` // id of the most probable next token
		P       float64  `json:"p"`
		Next    *float64 `json:"next,omitempty"` // probability of the token that follows; none at the end
		Entropy float64  `json:"entropy"`        // nats
	}
	// EmbeddingMap names the tokens of the map.
	EmbeddingMap struct {
		Tokens    []Token   `json:"tokens"`    // all, by id
		Explained []float64 `json:"explained"` // shares of the variance along x and y
		Channels  int       `json:"channels"`  // dimensions that the plane stands for
	}
	// Neighbours of a token, the most alike first.
	Neighbours struct {
		Neighbours []Neighbour `json:"neighbours"`
	}
	// Neighbour is a token with the cosine between its embedding and another's.
	Neighbour struct {
		Token  Token   `json:"token"`
		Cosine float64 `json:"cosine"`
	}
	// Changes of all matrices.
	Changes struct {
		Against  string   `json:"against"`        // name of the model that was compared with
		Rank     int      `json:"rank,omitempty"` // of an adapter
		Scale    float64  `json:"scale,omitempty"`
		DoRA     bool     `json:"dora,omitempty"`
		Matrices []Change `json:"matrices"`
		Picture  Delta    `json:"picture"`
	}
	// Change of one matrix; sizes are Frobenius norms.
	Change struct {
		Name     string  `json:"name"` // in full
		Layer    int     `json:"layer"`
		Kind     string  `json:"kind"` // "q_proj" and so on, "embed"
		Rows     int     `json:"rows"`
		Cols     int     `json:"cols"`
		Size     float64 `json:"size"`
		Relative float64 `json:"relative"` // to the size of the matrix before
	}
	// Delta draws the change of one matrix. A cell stands for Block·Block elements
	// and shows the largest of them.
	Delta struct {
		Name     string    `json:"name"`
		Height   int       `json:"height"`
		Width    int       `json:"width"`
		Block    int       `json:"block"`
		Singular []float64 `json:"singular"` // values, largest first
	}
)
