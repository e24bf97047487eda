//go:build js && wasm

package store

import (
	"context"
	"time"

	"github.com/hack-pad/go-indexeddb/idb"
)

// Where the browser has no Web Locks (plain http on a LAN), the single writer
// is the tab whose heartbeat is in the settings.

// HeartbeatExpiry is how long a tab is believed to live after its last beat;
// beat at least three times as often.
const HeartbeatExpiry = 6 * time.Second

const heartbeatKey = "writer.heartbeat"

type heartbeat struct {
	Owner string `json:"owner"`
	Beat  int64  `json:"beat"` // Unix ms
}

// Beat claims or renews the right to write for owner, an ID of the tab's own
// choice. It reports false while another tab holds it, also to a former owner
// that was silent for too long: that tab must stop writing. Reading and writing
// are one transaction, so two tabs never both succeed.
func (s *Store) Beat(ctx context.Context, owner string, now time.Time) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	held := false
	err := s.change(ctx, idb.DurabilityRelaxed, 0, func(tx *idb.Transaction) error {
		other, err := currentHeartbeat(ctx, tx)
		if err != nil {
			return err
		}
		age := now.Sub(time.UnixMilli(other.Beat)).Abs() // the clock may have been set back
		if other.Owner != "" && other.Owner != owner && age < HeartbeatExpiry {
			return nil
		}
		b, err := encodeJSON(heartbeat{owner, now.UnixMilli()})
		if err != nil {
			return err
		}
		held = true
		return s.put(tx, settings, heartbeatKey, encodeRow(b))
	}, settings)
	return held && err == nil, err
}

// Release gives the right up, so that another tab need not wait.
func (s *Store) Release(ctx context.Context, owner string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.change(ctx, idb.DurabilityRelaxed, 0, func(tx *idb.Transaction) error {
		other, err := currentHeartbeat(ctx, tx)
		if err != nil || other.Owner != owner {
			return err
		}
		b, err := encodeJSON(heartbeat{})
		if err != nil {
			return err
		}
		return s.put(tx, settings, heartbeatKey, encodeRow(b))
	}, settings)
}

func currentHeartbeat(ctx context.Context, tx *idb.Transaction) (heartbeat, error) {
	var h heartbeat
	request, err := get(tx, settings, heartbeatKey)
	if err != nil {
		return h, err
	}
	row, err := request.Await(ctx)
	if err == nil {
		err = ctx.Err()
	}
	if err != nil || !decodeJSON(row, &h) {
		return heartbeat{}, err
	}
	return h, nil
}
