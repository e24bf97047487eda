package judge

import (
	"sync"
	"time"
)

// bucket is a token bucket: so many requests a minute, and a burst of them at
// once.
type bucket struct {
	mu    sync.Mutex
	now   func() time.Time
	every time.Duration // between two requests in the long run
	burst int
	full  time.Time // when nothing will be owed any more
}

func newBucket(perMinute, burst int, now func() time.Time) *bucket {
	return &bucket{now: now, every: time.Minute / time.Duration(perMinute), burst: burst}
}

// take lets one request pass, or says how long it has to wait.
func (b *bucket) take() time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.now()
	if b.full.Before(now) {
		b.full = now
	}
	if owed := b.full.Add(b.every).Sub(now) - time.Duration(b.burst)*b.every; owed > 0 {
		return owed
	}
	b.full = b.full.Add(b.every)
	return 0
}
