package mail

import (
	"context"
	"slices"
	"sync"
	"time"

	"rollcall/internal/roster"
)

// Box keeps letters instead of sending them, for the demonstration. It is safe for concurrent use.
type Box struct {
	Now func() time.Time
	// Told is called with each letter that came. Optional.
	Told func(Kept)

	mu   sync.Mutex
	list []Kept
}

// Kept is a letter in a Box.
type Kept struct {
	ID roster.MailID
	Letter
	At time.Time
}

// maxKept is how many letters a Box keeps.
const maxKept = 500

// Carry implements Carrier.
func (b *Box) Carry(_ context.Context, id roster.MailID, l Letter) error {
	k := Kept{id, l, b.Now()}
	b.mu.Lock()
	b.list = append(b.list, k)
	b.list = b.list[max(0, len(b.list)-maxKept):]
	b.mu.Unlock()
	if b.Told != nil {
		b.Told(k)
	}
	return nil
}

// Rest implements Carrier.
func (b *Box) Rest() {}

// Letters returns the letters, the newest first.
func (b *Box) Letters() []Kept {
	b.mu.Lock()
	defer b.mu.Unlock()
	out := slices.Clone(b.list)
	slices.Reverse(out)
	return out
}
