package protocol

// The arena: one prompt to several models, and what a person thinks of their
// answers.
type (
	// Vote keeps which of two or three answers to the same prompt a person liked
	// best. Result: Votes.
	Vote struct {
		Checkpoints []string `json:"checkpoints"` // ids, "demo" among them
		Best        string   `json:"best"`        // id of the winner; empty: none is better
		Blind       bool     `json:"blind"`       // the names were hidden
	}
	// ListVotes. Result: Votes.
	ListVotes struct{}
	// DropVotes forgets all votes, or only the last. Result: Votes.
	DropVotes struct {
		Last bool `json:"last"`
	}

	// Votes are added up, pair by pair, blind and open ones apart; the pair of the
	// newest vote comes first.
	Votes struct {
		Count int       `json:"count"` // votes given
		Pairs []Tallied `json:"pairs"`
	}
	// Tallied is how two models stand against each other. Of three, the best wins
	// against both others, and nothing is known of those two.
	Tallied struct {
		A       string   `json:"a"` // ids, in the order of the alphabet
		B       string   `json:"b"`
		NameA   string   `json:"name_a"`
		NameB   string   `json:"name_b"`
		Blind   bool     `json:"blind"`
		Wins    int      `json:"wins"` // of A
		Ties    int      `json:"ties"`
		Losses  int      `json:"losses"`
		WinRate Estimate `json:"win_rate"` // of A; ties count half
	}
)
