package checkpoint

import (
	"math/rand/v2"
	"sync"
	"time"
)

// Crockford's base 32 in lower case: no i, l, o, u; byte order is digit order.
const digits = "0123456789abcdefghjkmnpqrstvwxyz"

// clock hands out one tick per ID. A tick is a millisecond and a counter below
// it, and never goes back, even when the machine's clock does.
var clock struct {
	sync.Mutex
	last uint64
}

const ticksPerMs = 1 << 10

// NewID returns an ID of 18 characters: 12 of time (60 bits of tick), then 6
// random ones, so that two tabs or machines do not meet. Within one process
// every ID sorts after all earlier ones.
func NewID() string {
	return newID(time.Now().UnixMilli())
}

func newID(ms int64) string {
	clock.Lock()
	tick := uint64(ms) * ticksPerMs
	if tick <= clock.last {
		tick = clock.last + 1
	}
	clock.last = tick
	clock.Unlock()

	salt := rand.Uint32() // seeded by the system; an ID is no secret, and crypto/rand is much to load

	var id [18]byte
	for i := 11; i >= 0; i-- {
		id[i] = digits[tick&31]
		tick >>= 5
	}
	for i := 17; i >= 12; i-- {
		id[i] = digits[salt&31]
		salt >>= 5
	}
	return string(id[:])
}

// ValidID reports whether s can be an ID: a short word that is safe as a file
// name and as a key. IDs read from files are held against it.
func ValidID(s string) bool {
	if len(s) == 0 || len(s) > 64 {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '_' {
			return false
		}
	}
	return true
}
