package storagetest

import (
	"context"
	"testing"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

func testInvites(t *testing.T, open opener) {
	check(t, open, []claim{
		{"an address has one pending invite", invitesOnePending},
		{"tokens are found, and only one is the latest", invitesTokens},
		{"lists are narrowed by state, address, text and end, newest first", invitesListed},
		{"facts of addresses are found at once", invitesFacts},
		{"the pending invite of an address ends with its mail and an event", invitesEnd},
		{"what was good is moved on", invitesShift},
	})
}

// newInvite is pending for a week.
func (h *house) newInvite(email string) roster.Invite {
	return roster.Invite{
		ID: roster.InviteID{UUID: h.nextID()}, Email: roster.Email(email), Role: "user", Names: roster.Names{First: "Ada", Last: "Løvelace"},
		Groups: []roster.GroupID{{UUID: tenant.UUID{9}}}, Message: "Welcome\nto us", Language: "en", By: roster.Actor{Source: roster.SourceAdmin, ID: "mem_1"},
		State: roster.InvitePending, CreatedAt: epoch(), SentAt: epoch(), ExpiresAt: epoch().Add(7 * 24 * time.Hour), Sends: 1, Version: 1,
	}
}

func (h *house) tryInvite(i roster.Invite, hash byte) error {
	return h.try(func(ctx context.Context, tx roster.Tx) error {
		if err := tx.PutInvite(ctx, i); err != nil {
			return err
		}
		return tx.PutInviteToken(ctx, i.ID, [32]byte{hash})
	})
}

func (h *house) putInvite(i roster.Invite, hash byte) roster.Invite {
	h.t.Helper()
	if err := h.tryInvite(i, hash); err != nil {
		h.t.Fatalf("PutInvite: %v", err)
	}
	return i
}

func (h *house) invites(q roster.InviteQuery) roster.Page[roster.Invite] {
	h.t.Helper()
	if q.Limit == 0 {
		q.Limit = 100
	}
	page, err := h.reader().Invites(h.t.Context(), q)
	if err != nil {
		h.t.Fatalf("Invites: %v", err)
	}
	return page
}

func invitesOnePending(t *testing.T, b Backend) {
	h := newHouse(t, b, "invites")
	i := h.putInvite(h.newInvite("ada@example.com"), 1)
	got, err := h.reader().Invite(t.Context(), i.ID)
	wantSame(t, "Invite", []any{i, error(nil)}, []any{got, err})
	err = h.tryInvite(h.newInvite("ada@example.com"), 2)
	wantKind(t, "another one of the address", roster.Conflict, err)
	_, err = h.reader().PendingInvite(t.Context(), "bob@example.com")
	wantKind(t, "PendingInvite of who has none", roster.NotFound, err)
	i.State, i.EndedAt, i.Member, i.Version = roster.InviteAccepted, epoch(), roster.MemberID{UUID: h.nextID()}, 2
	h.putInvite(i, 3)
	got, err = h.reader().Invite(t.Context(), i.ID)
	wantSame(t, "Invite that was accepted", []any{i, error(nil)}, []any{got, err})
	h.putInvite(h.newInvite("ada@example.com"), 4)
	_, err = h.reader().Invite(t.Context(), roster.InviteID{UUID: tenant.UUID{1}})
	wantKind(t, "Invite that is none", roster.NotFound, err)
}

func invitesTokens(t *testing.T, b Backend) {
	h := newHouse(t, b, "invites")
	i := h.putInvite(h.newInvite("ada@example.com"), 1)
	h.putInvite(i, 2)
	for hash, latest := range map[byte]bool{1: false, 2: true} {
		got, is, err := h.reader().InviteByToken(t.Context(), [32]byte{hash})
		wantSame(t, "InviteByToken", []any{i, latest, error(nil)}, []any{got, is, err})
	}
	_, _, err := h.reader().InviteByToken(t.Context(), [32]byte{3})
	wantKind(t, "InviteByToken of what is none", roster.NotFound, err)
	h.update(func(ctx context.Context, tx roster.Tx) error {
		got, err := tx.LockInvite(ctx, i.ID)
		wantSame(t, "LockInvite", []any{i, error(nil)}, []any{got, err})
		return err
	})
}

func invitesListed(t *testing.T, b Backend) {
	h := newHouse(t, b, "invites")
	now := epoch().Add(24 * time.Hour)
	open := h.putInvite(h.newInvite("open_100%@example.com"), 1)
	over := h.newInvite("over@example.com")
	over.ExpiresAt = now
	over = h.putInvite(over, 2)
	gone := h.newInvite("gone@example.com")
	gone.State, gone.EndedAt = roster.InviteRevoked, epoch()
	gone = h.putInvite(gone, 3)
	ids := func(q roster.InviteQuery) []roster.InviteID {
		q.Now = now
		var out []roster.InviteID
		for _, i := range h.invites(q).Items {
			out = append(out, i.ID)
		}
		return out
	}
	for name, c := range map[string]struct {
		query roster.InviteQuery
		want  []roster.InviteID
	}{
		"all":                {roster.InviteQuery{}, []roster.InviteID{gone.ID, over.ID, open.ID}},
		"pending":            {roster.InviteQuery{States: []roster.InviteState{roster.InvitePending}}, []roster.InviteID{open.ID}},
		"expired or revoked": {roster.InviteQuery{States: []roster.InviteState{roster.InviteExpired, roster.InviteRevoked}}, []roster.InviteID{gone.ID, over.ID}},
		"bounced":            {roster.InviteQuery{States: []roster.InviteState{roster.InviteBounced}}, nil},
		"address":            {roster.InviteQuery{Email: over.Email}, []roster.InviteID{over.ID}},
		"text of a name":     {roster.InviteQuery{Text: "LØVE"}, []roster.InviteID{gone.ID, over.ID, open.ID}},
		"text with signs":    {roster.InviteQuery{Text: "n_100%"}, []roster.InviteID{open.ID}},
		"text that is none":  {roster.InviteQuery{Text: "n%0%"}, nil},
		"ended lately":       {roster.InviteQuery{EndedSince: epoch().Add(time.Hour)}, []roster.InviteID{over.ID, open.ID}},
		"behind one":         {roster.InviteQuery{Before: gone.ID, Limit: 1}, []roster.InviteID{over.ID}},
	} {
		wantSame(t, name, c.want, ids(c.query))
	}
	page := h.invites(roster.InviteQuery{Limit: 2, Count: true})
	wantSame(t, "page", []any{2, 3, true}, []any{len(page.Items), page.Total, page.More})
	count, err := h.reader().CountInvites(t.Context(), epoch(), open.By)
	wantSame(t, "CountInvites", []any{roster.InviteCount{Tenant: 3, Actor: 3}, error(nil)}, []any{count, err})
	count, err = h.reader().CountInvites(t.Context(), now, roster.Actor{})
	wantSame(t, "CountInvites since then", []any{roster.InviteCount{}, error(nil)}, []any{count, err})
}

func invitesFacts(t *testing.T, b Backend) {
	h, other := newHouse(t, b, "invites"), newHouse(t, b, "other")
	d := other.newDomain("corp.example", tenant.DomainProven)
	if err := other.putDomain(d); err != nil {
		t.Fatalf("PutDomain: %v", err)
	}
	if err := h.putDomain(h.newDomain("own.corp.example", tenant.DomainProven)); err != nil {
		t.Fatalf("PutDomain: %v", err)
	}
	m := fullMember(h)
	m = h.insertProven(m)
	i := h.newInvite("invited@example.com")
	i.Sends = 3
	i = h.putInvite(i, 1)
	old := h.newInvite("old@example.com")
	old.CreatedAt, old.Sends = epoch().Add(-time.Hour), 4
	old = h.putInvite(old, 2)
	addresses := []roster.Email{"nobody@example.com", m.Email, "", i.Email, "bob@deep.corp.example", m.Email, "eve@own.corp.example", old.Email}
	got, err := h.reader().InviteFacts(t.Context(), addresses, epoch(), true)
	if err != nil {
		t.Fatalf("InviteFacts: %v", err)
	}
	known := roster.InviteFacts{Email: m.Email, Member: m.ID, State: m.Standing.State, Reason: m.Standing.Reason, Directory: m.Directory}
	wantSame(t, "InviteFacts", []roster.InviteFacts{
		{Email: "nobody@example.com"},
		known,
		{},
		{Email: i.Email, Invite: i.ID, ExpiresAt: i.ExpiresAt, Lately: 3},
		{Email: "bob@deep.corp.example", Owner: other.tenant.ID},
		known,
		{Email: "eve@own.corp.example"},
		{Email: old.Email, Invite: old.ID, ExpiresAt: old.ExpiresAt, Lately: 1},
	}, got)
	got, err = other.reader().InviteFacts(t.Context(), []roster.Email{m.Email, "ann@corp.example"}, epoch(), true)
	wantSame(t, "InviteFacts of another tenant", []any{[]roster.InviteFacts{{Email: m.Email, Known: !m.Person.IsZero()}, {Email: "ann@corp.example"}}, error(nil)}, []any{got, err})
}

func invitesEnd(t *testing.T, b Backend) {
	h := newHouse(t, b, "invites")
	i := h.newInvite("ada@example.com")
	draft := newMail("ada@example.com")
	draft.Invite = i.ID
	i.Mailed = h.queueMails(draft)[0]
	h.putInvite(i, 1)
	end := roster.InviteEnd{State: roster.InviteSuperseded, Reason: roster.CodeInviteSuperseded, Actor: roster.DirectoryActor(h.dir.ID), RequestID: "r1", Member: roster.MemberID{UUID: h.nextID()}}
	for range 2 { // the second finds none
		h.update(func(ctx context.Context, tx roster.Tx) error { return tx.EndInvites(ctx, i.Email, end) })
	}
	got, err := h.reader().Invite(t.Context(), i.ID)
	if err != nil {
		t.Fatalf("Invite: %v", err)
	}
	wantSame(t, "ended", []any{end.State, end.Reason, end.Member, int64(2), false, roster.MailDropped},
		[]any{got.State, got.Reason, got.Member, got.Version, got.EndedAt.IsZero(), got.Mail})
	list, err := b.Locator.ClaimMails(t.Context(), 10, time.Minute)
	wantNone(t, "ClaimMails", list, err)
	n := 0
	events, err := h.reader().Events(t.Context(), roster.Cursor{}, 100)
	for _, e := range events {
		if e.Kind == roster.InviteWasSuperseded {
			n++
			wantSame(t, "event", []any{end.Member, end.Actor, end.RequestID}, []any{e.Member, e.Actor, e.RequestID})
		}
	}
	wantSame(t, "events", []any{1, error(nil)}, []any{n, err})
}

func invitesShift(t *testing.T, b Backend) {
	h := newHouse(t, b, "invites")
	open, over := h.newInvite("open@example.com"), h.newInvite("over@example.com")
	over.ExpiresAt = epoch().Add(time.Hour)
	h.putInvite(open, 1)
	h.putInvite(over, 2)
	h.update(func(ctx context.Context, tx roster.Tx) error {
		return tx.ShiftInvites(ctx, over.ExpiresAt, 90*time.Minute)
	})
	open.ExpiresAt = open.ExpiresAt.Add(90 * time.Minute)
	wantSame(t, "invites", []roster.Invite{over, open}, h.invites(roster.InviteQuery{}).Items)
}

func (x *stranger) inviteTheirs() {
	x.offered = x.owner.putInvite(x.owner.newInvite("invited@example.com"), 77)
}

func inviteReads(all probes[roster.Reader]) {
	all["Invite"] = func(t *testing.T, x *stranger, r roster.Reader) {
		_, err := r.Invite(t.Context(), x.offered.ID)
		wantKind(t, "Invite", roster.NotFound, err)
	}
	all["Invites"] = func(t *testing.T, _ *stranger, r roster.Reader) {
		page, err := r.Invites(t.Context(), roster.InviteQuery{Limit: 10, Count: true})
		wantSame(t, "Invites", []any{0, 0, error(nil)}, []any{len(page.Items), page.Total, err})
	}
	all["InviteByToken"] = func(t *testing.T, _ *stranger, r roster.Reader) {
		_, _, err := r.InviteByToken(t.Context(), [32]byte{77})
		wantKind(t, "InviteByToken", roster.NotFound, err)
	}
	all["InviteFacts"] = func(t *testing.T, x *stranger, r roster.Reader) {
		got, err := r.InviteFacts(t.Context(), []roster.Email{x.offered.Email}, epoch(), false)
		wantSame(t, "InviteFacts", []any{[]roster.InviteFacts{{Email: x.offered.Email}}, error(nil)}, []any{got, err})
	}
	all["CountInvites"] = func(t *testing.T, x *stranger, r roster.Reader) {
		got, err := r.CountInvites(t.Context(), time.Time{}, x.offered.By)
		wantSame(t, "CountInvites", []any{roster.InviteCount{}, error(nil)}, []any{got, err})
	}
	all["PendingInvite"] = func(t *testing.T, x *stranger, r roster.Reader) {
		_, err := r.PendingInvite(t.Context(), x.offered.Email)
		wantKind(t, "PendingInvite", roster.NotFound, err)
	}
}

func inviteProbes(all probes[roster.Tx]) {
	all["LockInvite"] = func(t *testing.T, x *stranger, tx roster.Tx) {
		_, err := tx.LockInvite(t.Context(), x.offered.ID)
		wantKind(t, "LockInvite", roster.NotFound, err)
	}
	all["PutInvite"] = func(t *testing.T, x *stranger, tx roster.Tx) {
		stolen := x.offered
		stolen.Role = "admin"
		if err := tx.PutInvite(t.Context(), stolen); err != nil {
			t.Logf("PutInvite: %v", err)
		}
	}
	all["PutInviteToken"] = func(t *testing.T, x *stranger, tx roster.Tx) {
		if err := tx.PutInviteToken(t.Context(), x.offered.ID, [32]byte{77}); err != nil {
			t.Logf("PutInviteToken: %v", err)
		}
	}
	all["EndInvites"] = func(t *testing.T, x *stranger, tx roster.Tx) {
		if err := tx.EndInvites(t.Context(), x.offered.Email, roster.InviteEnd{State: roster.InviteRevoked}); err != nil {
			t.Logf("EndInvites: %v", err)
		}
	}
	all["ShiftInvites"] = func(t *testing.T, _ *stranger, tx roster.Tx) {
		if err := tx.ShiftInvites(t.Context(), time.Time{}, time.Hour); err != nil {
			t.Logf("ShiftInvites: %v", err)
		}
	}
}
