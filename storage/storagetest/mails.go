package storagetest

import (
	"context"
	"slices"
	"testing"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

func testMails(t *testing.T, open opener) {
	check(t, open, []claim{
		{"what is queued is claimed once, oldest first, and again after the lease", mailsClaimed},
		{"a mail that ended keeps no body and stays as it ended", mailsEnd},
		{"what was not sent of an invite is dropped", mailsDropped},
	})
}

// queueMails queues mails and returns their ids.
func (h *house) queueMails(drafts ...roster.MailDraft) []roster.MailID {
	h.t.Helper()
	var ids []roster.MailID
	h.update(func(ctx context.Context, tx roster.Tx) error {
		ids = nil
		for _, d := range drafts {
			id, err := tx.QueueMail(ctx, d)
			if err != nil {
				return err
			}
			ids = append(ids, id)
		}
		return nil
	})
	h.queued = append(h.queued, ids...)
	return ids
}

func newMail(to string) roster.MailDraft {
	return roster.MailDraft{Kind: roster.MailInvite, To: roster.Email(to), Body: []byte{1, 2, 3}}
}

func (h *house) mail(id roster.MailID) roster.Mail {
	h.t.Helper()
	m, err := h.reader().Mail(h.t.Context(), id)
	if err != nil {
		h.t.Fatalf("Mail: %v", err)
	}
	return m
}

func mailsClaimed(t *testing.T, b Backend) {
	h := newHouse(t, b, "mails")
	ctx := t.Context()
	none, err := b.Locator.ClaimMails(ctx, 10, time.Minute)
	wantNone(t, "ClaimMails", none, err)
	ids := append(h.queueMails(newMail("a@example.com")), h.queueMails(newMail("b@example.com"), newMail("c@example.com"))...)
	claim := func(limit int, lease time.Duration) []roster.MailTicket {
		t.Helper()
		list, err := b.Locator.ClaimMails(ctx, limit, lease)
		if err != nil {
			t.Fatalf("ClaimMails: %v", err)
		}
		return list
	}
	first := claim(1, -time.Second) // over at once
	all := claim(10, time.Hour)
	wantSame(t, "claimed", []int{1, 3}, []int{len(first), len(all)})
	wantNone(t, "claimed while the lease lasts", claim(10, time.Hour), nil)
	var got []roster.MailID
	for _, k := range all {
		wantSame(t, "tenant", h.tenant.ID, k.Tenant)
		got = append(got, k.Mail)
	}
	for _, id := range ids {
		if !slices.Contains(got, id) {
			t.Errorf("%v was not claimed", id)
		}
	}
	if err := b.Locator.RetryMail(ctx, first[0], epoch()); err != nil { // too late: it was claimed since
		t.Fatalf("RetryMail: %v", err)
	}
	wantNone(t, "after a retry that came too late", claim(10, time.Hour), nil)
	again := all[slices.IndexFunc(all, func(k roster.MailTicket) bool { return k.Mail == first[0].Mail })]
	wantSame(t, "attempts", 2, again.Attempts)
	if err := b.Locator.RetryMail(ctx, again, epoch()); err != nil {
		t.Fatalf("RetryMail: %v", err)
	}
	left := claim(10, time.Hour)
	wantSame(t, "due again", []roster.MailID{again.Mail}, []roster.MailID{left[0].Mail})
}

func mailsEnd(t *testing.T, b Backend) {
	h := newHouse(t, b, "mails")
	ids := h.queueMails(newMail("a@example.com"))
	end := func(state roster.MailState, detail string) {
		h.update(func(ctx context.Context, tx roster.Tx) error { return tx.EndMail(ctx, ids[0], state, detail) })
	}
	end(roster.MailQueued, "452 come back")
	m := h.mail(ids[0])
	wantSame(t, "while it waits", []any{roster.MailQueued, "452 come back", 3, true}, []any{m.State, m.Detail, len(m.Body), m.EndedAt.IsZero()})
	end(roster.MailBounced, "550 nobody")
	end(roster.MailSent, "")
	m = h.mail(ids[0])
	wantSame(t, "ended", []any{roster.MailBounced, "550 nobody", 0, false}, []any{m.State, m.Detail, len(m.Body), m.EndedAt.IsZero()})
	list, err := b.Locator.ClaimMails(t.Context(), 10, time.Minute)
	wantNone(t, "claimed after the end", list, err)
	_, err = h.reader().Mail(t.Context(), roster.MailID{UUID: tenant.UUID{1}})
	wantKind(t, "Mail", roster.NotFound, err)
}

func mailsDropped(t *testing.T, b Backend) {
	h := newHouse(t, b, "mails")
	invite := roster.InviteID{UUID: h.nextID()}
	about := newMail("a@example.com")
	about.Invite = invite
	ids := h.queueMails(about, newMail("b@example.com"))
	h.update(func(ctx context.Context, tx roster.Tx) error { return tx.DropMails(ctx, invite) })
	wantSame(t, "states", []roster.MailState{roster.MailDropped, roster.MailQueued}, []roster.MailState{h.mail(ids[0]).State, h.mail(ids[1]).State})
	wantSame(t, "body", 0, len(h.mail(ids[0]).Body))
	list, err := b.Locator.ClaimMails(t.Context(), 10, time.Minute)
	wantSame(t, "claimed", []any{1, error(nil)}, []any{len(list), err})
	wantSame(t, "what is claimed", ids[1], list[0].Mail)
}

// mailTheirs queues a mail of the owner's, about an invite.
func (x *stranger) mailTheirs() {
	d := newMail("theirs@example.com")
	d.Invite = roster.InviteID{UUID: x.owner.nextID()}
	x.mailed, x.invite = x.owner.queueMails(d)[0], d.Invite
}

func mailReaderProbes(all probes[roster.Reader]) {
	all["Mail"] = func(t *testing.T, x *stranger, r roster.Reader) {
		_, err := r.Mail(t.Context(), x.mailed)
		wantKind(t, "Mail", roster.NotFound, err)
	}
}

func mailProbes(all probes[roster.Tx]) {
	all["QueueMail"] = func(t *testing.T, x *stranger, tx roster.Tx) {
		if _, err := tx.QueueMail(t.Context(), newMail("mine@example.com")); err != nil {
			t.Logf("QueueMail: %v", err)
		}
	}
	all["DropMails"] = func(t *testing.T, x *stranger, tx roster.Tx) {
		if err := tx.DropMails(t.Context(), x.invite); err != nil {
			t.Logf("DropMails: %v", err)
		}
	}
	all["EndMail"] = func(t *testing.T, x *stranger, tx roster.Tx) {
		if err := tx.EndMail(t.Context(), x.mailed, roster.MailSent, ""); err != nil {
			t.Logf("EndMail: %v", err)
		}
	}
}

// mailLocatorProbes are for all tenants: whoever sends mails sends everybody's.
func mailLocatorProbes() probes[Backend] {
	claimed := func(t *testing.T, x *stranger, b Backend) []roster.MailTicket {
		t.Helper()
		list, err := b.Locator.ClaimMails(t.Context(), 1000, -time.Hour)
		if err != nil {
			t.Fatalf("ClaimMails: %v", err)
		}
		return slices.DeleteFunc(list, func(k roster.MailTicket) bool { return k.Mail != x.mailed })
	}
	return probes[Backend]{
		"ClaimMails": func(t *testing.T, x *stranger, b Backend) {
			list := claimed(t, x, b)
			wantSame(t, "claimed", []any{1, x.owner.tenant.ID}, []any{len(list), list[0].Tenant})
		},
		"RetryMail": func(t *testing.T, x *stranger, b Backend) {
			err := b.Locator.RetryMail(t.Context(), roster.MailTicket{Tenant: x.tenant.ID, Mail: x.mailed}, epoch().Add(100*time.Hour))
			wantSame(t, "RetryMail", error(nil), err)
			wantSame(t, "due still", 1, len(claimed(t, x, b)))
		},
	}
}
