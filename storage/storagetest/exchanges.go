package storagetest

import (
	"context"
	"testing"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

func testExchanges(t *testing.T, open opener) {
	check(t, open, []claim{
		{"what was written comes back", exchangeRoundTrip},
		{"pages, newest first, and filters", exchangePages},
		{"counts of hours add up", exchangeHours},
		{"a sighting keeps the later of two", exchangeSightings},
		{"alarms are set once", exchangeAlarms},
		{"old entries and all but the newest go", exchangePrune},
	})
}

// newExchange makes the entry of a request n minutes after the epoch.
func newExchange(h *house, n int) roster.Exchange {
	at := epoch().Add(time.Duration(n) * time.Minute)
	return roster.Exchange{
		ID: roster.ExchangeID{UUID: tenant.NewUUID(at)}, Directory: h.dir.ID, At: at, Status: 200,
		ExchangeDetails: roster.ExchangeDetails{RequestID: "req", Method: "GET", Route: "/Users", Took: time.Millisecond},
	}
}

// logExchanges writes entries, with a count and a sighting for each.
func (h *house) logExchanges(list ...roster.Exchange) {
	h.t.Helper()
	b := roster.ExchangeBatch{Tenant: h.tenant.ID, Entries: list}
	for _, e := range list {
		b.Hours = append(b.Hours, roster.DirectoryHour{Directory: e.Directory, Hour: e.At.Truncate(time.Hour), Requests: 1})
		b.Seen = append(b.Seen, roster.Sighting{Directory: e.Directory, FirstAt: e.At, LastAt: e.At, UserAgent: "test"})
	}
	if err := h.Locator.AppendExchanges(h.t.Context(), []roster.ExchangeBatch{b}); err != nil {
		h.t.Fatalf("AppendExchanges: %v", err)
	}
}

func (h *house) exchanges(q roster.ExchangeQuery) roster.Page[roster.Exchange] {
	h.t.Helper()
	q.Directory = h.dir.ID
	page, err := h.reader().Exchanges(h.t.Context(), q)
	if err != nil {
		h.t.Fatalf("Exchanges(%+v): %v", q, err)
	}
	return page
}

func (h *house) sightings() []roster.Sighting {
	h.t.Helper()
	list, err := h.reader().Sightings(h.t.Context())
	if err != nil {
		h.t.Fatalf("Sightings: %v", err)
	}
	return list
}

func (h *house) hours(since time.Time) []roster.DirectoryHour {
	h.t.Helper()
	list, err := h.reader().DirectoryHours(h.t.Context(), since)
	if err != nil {
		h.t.Fatalf("DirectoryHours: %v", err)
	}
	return list
}

// exchangeState is all that the tenant's logs hold.
func (h *house) exchangeState() []any {
	h.t.Helper()
	return []any{h.exchanges(roster.ExchangeQuery{Limit: 100}), h.sightings(), h.hours(time.Time{})}
}

func exchangeRoundTrip(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	e := newExchange(h, 3)
	m := h.addMember("ada")
	e.Status, e.Subject = 400, m.ID.UUID
	e.ExchangeDetails = roster.ExchangeDetails{
		RequestID: "req_1", Method: "PATCH", Route: "/Users/{id}", Path: "/Users/x", Query: `filter=userName eq "‹text 3›"`,
		ScimType: "invalidValue", Code: roster.CodeDomainNotProven, Field: "email", Took: 1500 * time.Microsecond, Received: 10, Sent: 20,
		UserAgent: "Okta", Vendor: tenant.Okta, Request: `{"a":"‹text 1›"}`, Answer: "{}", Bodies: true,
		Changes: []roster.ExchangeChange{{Kind: roster.MemberUpdated, Member: m.ID, Data: []byte(`{"fields":["active"]}`)}, {Kind: roster.GroupMembers, Group: roster.NewGroupID(epoch())}},
	}
	h.logExchanges(e)
	h.logExchanges(e) // again changes nothing
	got, err := h.reader().Exchange(t.Context(), e.ID)
	if err != nil {
		t.Fatalf("Exchange: %v", err)
	}
	wantSame(t, "Exchange", e, got)
	wantSame(t, "Exchanges", []roster.Exchange{e}, h.exchanges(roster.ExchangeQuery{Limit: 10}).Items)
	_, err = h.reader().Exchange(t.Context(), roster.ExchangeID{UUID: tenant.NewUUID(epoch())})
	wantKind(t, "Exchange that is not there", roster.NotFound, err)
}

func exchangePages(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	subject := tenant.NewUUID(epoch())
	var all []roster.Exchange
	for i := range 7 {
		e := newExchange(h, i)
		if i%2 == 1 {
			e.Status = 404
		}
		if i < 3 {
			e.Subject = subject
		}
		all = append([]roster.Exchange{e}, all...)
	}
	other := newExchange(h, 1)
	other.Directory = h.addDirectory("other").ID
	h.logExchanges(append(all, other)...)
	first := h.exchanges(roster.ExchangeQuery{Limit: 4})
	wantSame(t, "first page", roster.Page[roster.Exchange]{Items: all[:4], More: true}, first)
	wantSame(t, "last page", roster.Page[roster.Exchange]{Items: all[4:]}, h.exchanges(roster.ExchangeQuery{Limit: 4, Before: all[3].ID}))
	wantSame(t, "failed", []roster.Exchange{all[1], all[3], all[5]}, h.exchanges(roster.ExchangeQuery{Limit: 9, Failed: true}).Items)
	wantSame(t, "about one", all[4:], h.exchanges(roster.ExchangeQuery{Limit: 9, Subject: subject}).Items)
	wantSame(t, "since", all[:2], h.exchanges(roster.ExchangeQuery{Limit: 9, Since: all[1].At}).Items)
	wantSame(t, "no limit", []roster.Exchange(nil), h.exchanges(roster.ExchangeQuery{}).Items)
}

func exchangeHours(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	hour := epoch().Truncate(time.Hour)
	one := roster.DirectoryHour{
		Directory: h.dir.ID, Hour: hour, Requests: 1, Failures: 2, Created: 3, Updated: 4, Deactivated: 5, Deleted: 6,
		Denied: map[roster.AuthFailure]int{roster.AuthNoToken: 1, roster.AuthEnded: 2},
	}
	next := roster.DirectoryHour{Directory: h.dir.ID, Hour: hour.Add(time.Hour), Requests: 1}
	batch := roster.ExchangeBatch{Tenant: h.tenant.ID, Hours: []roster.DirectoryHour{one, next}}
	if err := b.Locator.AppendExchanges(t.Context(), []roster.ExchangeBatch{batch, {Tenant: h.tenant.ID, Hours: []roster.DirectoryHour{one}}}); err != nil {
		t.Fatalf("AppendExchanges: %v", err)
	}
	twice := roster.DirectoryHour{
		Directory: h.dir.ID, Hour: hour, Requests: 2, Failures: 4, Created: 6, Updated: 8, Deactivated: 10, Deleted: 12,
		Denied: map[roster.AuthFailure]int{roster.AuthNoToken: 2, roster.AuthEnded: 4},
	}
	wantSame(t, "hours", []roster.DirectoryHour{twice, next}, h.hours(time.Time{}))
	wantSame(t, "hours since", []roster.DirectoryHour{next}, h.hours(hour.Add(time.Hour)))
	wantSame(t, "all denied", 6, twice.AllDenied())
}

func exchangeSightings(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	early, late := epoch(), epoch().Add(time.Hour)
	for _, s := range []roster.Sighting{
		{LastDeniedAt: early, LastDenied: roster.AuthExpired},
		{FirstAt: late, LastAt: late, LastChangeAt: early, Vendor: tenant.Okta, VendorAt: late, UserAgent: "Okta"},
		{FirstAt: early, LastAt: early, LastDeniedAt: late, LastDenied: roster.AuthRevoked},
	} {
		s.Directory = h.dir.ID
		if err := b.Locator.AppendExchanges(t.Context(), []roster.ExchangeBatch{{Tenant: h.tenant.ID, Seen: []roster.Sighting{s}}}); err != nil {
			t.Fatalf("AppendExchanges: %v", err)
		}
	}
	wantSame(t, "sightings", []roster.Sighting{{
		Directory: h.dir.ID, FirstAt: late, LastAt: late, LastChangeAt: early, LastDeniedAt: late, LastDenied: roster.AuthRevoked,
		Vendor: tenant.Okta, VendorAt: late, UserAgent: "Okta",
	}}, h.sightings())
}

func exchangeAlarms(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	h.logExchanges(newExchange(h, 0))
	s := h.sightings()[0]
	s.SilentSince = epoch()
	put := func() error {
		return h.try(func(ctx context.Context, tx roster.Tx) error { return tx.PutAlarms(ctx, s) })
	}
	if err := put(); err != nil {
		t.Fatalf("PutAlarms: %v", err)
	}
	wantKind(t, "PutAlarms again", roster.Stale, put())
	h.logExchanges(newExchange(h, 1)) // leaves alarms alone
	got := h.sightings()[0]
	wantSame(t, "alarms", []any{epoch(), time.Time{}, int64(1)}, []any{got.SilentSince, got.FailingSince, got.AlarmsVersion})
}

func exchangePrune(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	var all []roster.Exchange
	for i := range 10 {
		all = append([]roster.Exchange{newExchange(h, i*30)}, all...)
	}
	h.logExchanges(all...)
	prune := func(p roster.Prune) int {
		t.Helper()
		p.Tenant, p.Directory = h.tenant.ID, h.dir.ID
		n, err := b.Locator.PruneExchanges(t.Context(), p)
		if err != nil {
			t.Fatalf("PruneExchanges: %v", err)
		}
		return n
	}
	wantSame(t, "pruned by age", 2, prune(roster.Prune{Before: all[7].At, Keep: 100}))
	wantSame(t, "left", all[:8], h.exchanges(roster.ExchangeQuery{Limit: 20}).Items)
	wantSame(t, "pruned by number", 5, prune(roster.Prune{Before: all[7].At, Keep: 3, Hours: all[7].At.Truncate(time.Hour)}))
	wantSame(t, "left", all[:3], h.exchanges(roster.ExchangeQuery{Limit: 20}).Items)
	wantSame(t, "first hour left", all[7].At.Truncate(time.Hour), h.hours(time.Time{})[0].Hour)
	wantSame(t, "pruned again", 0, prune(roster.Prune{Before: all[7].At, Keep: 3}))
}

func exchangeProbes() probes[roster.Reader] {
	return probes[roster.Reader]{
		"Exchanges": func(t *testing.T, x *stranger, r roster.Reader) {
			page, err := r.Exchanges(t.Context(), roster.ExchangeQuery{Directory: x.owner.dir.ID, Limit: 10})
			wantNone(t, "Exchanges", page.Items, err)
		},
		"Exchange": func(t *testing.T, x *stranger, r roster.Reader) {
			_, err := r.Exchange(t.Context(), x.owner.exchanges(roster.ExchangeQuery{Limit: 1}).Items[0].ID)
			wantKind(t, "Exchange", roster.NotFound, err)
		},
		"Sightings": func(t *testing.T, _ *stranger, r roster.Reader) {
			list, err := r.Sightings(t.Context())
			wantNone(t, "Sightings", list, err)
		},
		"DirectoryHours": func(t *testing.T, _ *stranger, r roster.Reader) {
			list, err := r.DirectoryHours(t.Context(), time.Time{})
			wantNone(t, "DirectoryHours", list, err)
		},
	}
}

func exchangeLogProbes() probes[Backend] {
	return probes[Backend]{
		"AppendExchanges": func(t *testing.T, x *stranger, b Backend) {
			forged := newExchange(x.owner, 5)
			err := b.Locator.AppendExchanges(t.Context(), []roster.ExchangeBatch{{
				Tenant: x.tenant.ID, Entries: []roster.Exchange{forged},
				Hours: []roster.DirectoryHour{{Directory: x.owner.dir.ID, Hour: forged.At.Truncate(time.Hour), Requests: 7}},
				Seen:  []roster.Sighting{{Directory: x.owner.dir.ID, LastAt: forged.At}},
			}})
			if err != nil {
				t.Errorf("AppendExchanges: %v", err) // into a directory that is nowhere
			}
		},
		"PruneExchanges": func(t *testing.T, x *stranger, b Backend) {
			p := roster.Prune{Tenant: x.tenant.ID, Directory: x.owner.dir.ID, Before: epoch().AddDate(1, 0, 0), Hours: epoch().AddDate(1, 0, 0)}
			n, err := b.Locator.PruneExchanges(t.Context(), p)
			wantSame(t, "PruneExchanges", []any{0, error(nil)}, []any{n, err})
		},
	}
}
