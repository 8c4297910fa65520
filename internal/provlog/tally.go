package provlog

import (
	"cmp"
	"slices"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// place is a directory whose tenant is known.
type place struct {
	tenant    tenant.ID
	directory tenant.DirectoryID
}

type hourKey struct {
	place
	hour int64 // Unix seconds
}

// tally counts what directories did since the last flush. It is bounded by how many directories
// were let in within seconds.
type tally struct {
	hours map[hourKey]*roster.DirectoryHour
	seen  map[place]*roster.Sighting
}

func newTally() *tally {
	return &tally{hours: map[hourKey]*roster.DirectoryHour{}, seen: map[place]*roster.Sighting{}}
}

func (t *tally) hour(p place, at time.Time) *roster.DirectoryHour {
	const second = int64(time.Hour / time.Second)
	k := hourKey{p, at.Unix() / second * second}
	h := t.hours[k]
	if h == nil {
		h = &roster.DirectoryHour{Directory: p.directory, Hour: time.Unix(k.hour, 0).UTC()}
		t.hours[k] = h
	}
	return h
}

func (t *tally) sighting(p place) *roster.Sighting {
	s := t.seen[p]
	if s == nil {
		s = &roster.Sighting{Directory: p.directory}
		t.seen[p] = s
	}
	return s
}

// count counts an exchange.
func (t *tally) count(c *Capture) {
	p := place{c.Tenant, c.Directory}
	h, s := t.hour(p, c.At), t.sighting(p)
	h.Requests++
	if (roster.Exchange{Status: c.Status, ExchangeDetails: roster.ExchangeDetails{Method: c.Method, Route: c.Route}}).Counts() {
		h.Failures++
	}
	if s.FirstAt.IsZero() || c.At.Before(s.FirstAt) {
		s.FirstAt = c.At
	}
	if c.At.After(s.LastAt) {
		s.LastAt, s.UserAgent = c.At, clip(c.UserAgent, 200)
	}
	if c.Vendor != "" && c.At.After(s.VendorAt) {
		s.Vendor, s.VendorAt = c.Vendor, c.At
	}
	for _, e := range c.Events {
		if e.Kind != roster.MemberRefused && c.At.After(s.LastChangeAt) {
			s.LastChangeAt = c.At
		}
		countEvent(h, e.Kind)
	}
}

func countEvent(h *roster.DirectoryHour, k roster.EventKind) {
	switch k {
	case roster.MemberCreated, roster.MemberAdopted, roster.MemberRestored, roster.GroupCreated:
		h.Created++
	case roster.MemberUpdated, roster.MemberRoleChanged, roster.MemberActivated, roster.GroupUpdated, roster.GroupMembers:
		h.Updated++
	case roster.MemberDeactivated:
		h.Deactivated++
	case roster.MemberRemoved, roster.GroupRemoved:
		h.Deleted++
	}
}

// deny counts requests that were not let in.
func (t *tally) deny(p place, kind roster.AuthFailure, at time.Time, n int) {
	h, s := t.hour(p, at), t.sighting(p)
	if h.Denied == nil {
		h.Denied = map[roster.AuthFailure]int{}
	}
	h.Denied[kind] += n
	if at.After(s.LastDeniedAt) {
		s.LastDeniedAt, s.LastDenied = at, kind
	}
}

// batches are the counts by tenant, ordered so that two gateways do not wait for each other.
func (t *tally) batches() []roster.ExchangeBatch {
	by := map[tenant.ID]*roster.ExchangeBatch{}
	of := func(id tenant.ID) *roster.ExchangeBatch {
		if by[id] == nil {
			by[id] = &roster.ExchangeBatch{Tenant: id}
		}
		return by[id]
	}
	for k, h := range t.hours {
		b := of(k.tenant)
		b.Hours = append(b.Hours, *h)
	}
	for k, s := range t.seen {
		b := of(k.tenant)
		b.Seen = append(b.Seen, *s)
	}
	return ordered(by)
}

func ordered(by map[tenant.ID]*roster.ExchangeBatch) []roster.ExchangeBatch {
	out := make([]roster.ExchangeBatch, 0, len(by))
	for _, b := range by {
		slices.SortFunc(b.Hours, func(a, b roster.DirectoryHour) int {
			return cmp.Or(compareIDs(a.Directory.UUID, b.Directory.UUID), a.Hour.Compare(b.Hour))
		})
		slices.SortFunc(b.Seen, func(a, b roster.Sighting) int { return compareIDs(a.Directory.UUID, b.Directory.UUID) })
		out = append(out, *b)
	}
	slices.SortFunc(out, func(a, b roster.ExchangeBatch) int { return compareIDs(a.Tenant.UUID, b.Tenant.UUID) })
	return out
}

func compareIDs(a, b tenant.UUID) int { return slices.Compare(a[:], b[:]) }
