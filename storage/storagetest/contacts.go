package storagetest

import (
	"bytes"
	"context"
	"slices"
	"testing"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

func testContacts(t *testing.T, open opener) {
	check(t, open, []claim{
		{"what was written comes back", contactRoundTrip},
		{"of two writers one is stale", contactStale},
		{"consents are kept in their order", contactConsents},
	})
}

func newContact(m roster.Member) roster.Contact {
	return roster.Contact{
		Member: m.ID, Phone: "+4930901820", SMS: true, SMSAt: epoch(), Language: "de", Version: 1, ChangedAt: epoch(),
		Schedule: tenant.Schedule{TimeZone: "Europe/Berlin", Windows: []tenant.Window{{Day: 1, From: 540, To: tenant.EndOfDay}}, Quiet: tenant.Quiet{From: 1320, To: 420}},
	}
}

func newConsent(m roster.Member, n int, given bool) roster.Consent {
	return roster.Consent{
		Member: m.ID, At: epoch().Add(time.Duration(n) * time.Second), Given: given, Phone: "+4930901820",
		ConsentGiven: roster.ConsentGiven{
			Wording: "v1: I agree ẞ", Source: roster.ConsentProfile, Client: roster.Client{IP: "192.0.2.1", UserAgent: "Browser", RequestID: "req"},
		},
	}
}

func (h *house) putContact(c roster.Contact, consents ...roster.Consent) {
	h.t.Helper()
	h.update(func(ctx context.Context, tx roster.Tx) error {
		for _, c := range consents {
			if err := tx.AppendConsent(ctx, c); err != nil {
				return err
			}
		}
		return tx.PutContact(ctx, c)
	})
}

func (h *house) contact(m roster.Member) roster.Contact {
	h.t.Helper()
	c, err := h.reader().Contact(h.t.Context(), m.ID)
	if err != nil {
		h.t.Fatalf("Contact: %v", err)
	}
	return c
}

func (h *house) consents(m roster.Member) []roster.Consent {
	h.t.Helper()
	list, err := h.reader().Consents(h.t.Context(), m.ID, 0)
	if err != nil {
		h.t.Fatalf("Consents: %v", err)
	}
	return list
}

// reached is how people are reached, and what they said of text messages.
func (h *house) reached(people []roster.Member) []any {
	var all []any
	for _, m := range people {
		all = append(all, h.contact(m), h.consents(m))
	}
	return all
}

func contactRoundTrip(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	ada, bob, cid := h.addMember("ada"), h.addMember("bob"), h.addMember("cid")
	wantSame(t, "of whom nothing is noted", roster.Contact{Member: ada.ID}, h.contact(ada))
	want := newContact(ada)
	h.putContact(want)
	wantSame(t, "contact", want, h.contact(ada))
	want.Version, want.Phone, want.SMS, want.SMSAt, want.Schedule = 2, "", false, time.Time{}, tenant.Schedule{}
	h.putContact(want)
	wantSame(t, "changed contact", want, h.contact(ada))
	other := newContact(bob)
	h.putContact(other)
	list, err := h.reader().Contacts(t.Context(), []roster.MemberID{cid.ID, bob.ID, ada.ID})
	both := []roster.Contact{want, other}
	slices.SortFunc(both, func(a, b roster.Contact) int { return bytes.Compare(a.Member.UUID[:], b.Member.UUID[:]) })
	wantSame(t, "contacts", both, list)
	none, err2 := h.reader().Contacts(t.Context(), nil)
	wantSame(t, "no contacts", []any{0, error(nil), error(nil)}, []any{len(none), err, err2})
	h.update(func(ctx context.Context, tx roster.Tx) error {
		got, err := tx.Contact(ctx, ada.ID)
		wantSame(t, "contact in a transaction", want, got)
		return err
	})
}

func contactStale(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	ada := h.addMember("ada")
	c := newContact(ada)
	put := func(c roster.Contact) error {
		return h.try(func(ctx context.Context, tx roster.Tx) error { return tx.PutContact(ctx, c) })
	}
	h.putContact(c)
	wantKind(t, "a second first version", roster.Stale, put(c))
	c.Version, c.Language = 3, "fr"
	wantKind(t, "a version that skips one", roster.Stale, put(c))
	wantSame(t, "contact", newContact(ada), h.contact(ada))
}

func contactConsents(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	ada, bob := h.addMember("ada"), h.addMember("bob")
	one, two, three := newConsent(ada, 1, true), newConsent(ada, 2, false), newConsent(ada, 3, true)
	h.putContact(newContact(ada), one)
	h.putContact(newContact(bob), newConsent(bob, 1, true), two, three)
	wantSame(t, "consents", []roster.Consent{three, two, one}, h.consents(ada))
	list, err := h.reader().Consents(t.Context(), ada.ID, 2)
	wantSame(t, "the latest", []roster.Consent{three, two}, list)
	wantSame(t, "Consents", error(nil), err)
}

// contactReads: nothing shows of how another tenant's people are reached.
func contactReads(all probes[roster.Reader]) {
	all["Contact"] = func(t *testing.T, x *stranger, r roster.Reader) {
		c, err := r.Contact(t.Context(), x.member.ID)
		wantSame(t, "Contact", []any{roster.Contact{Member: x.member.ID}, error(nil)}, []any{c, err})
	}
	all["Contacts"] = func(t *testing.T, x *stranger, r roster.Reader) {
		list, err := r.Contacts(t.Context(), []roster.MemberID{x.member.ID, x.mine.ID})
		wantNone(t, "Contacts", list, err)
	}
	all["Consents"] = func(t *testing.T, x *stranger, r roster.Reader) {
		list, err := r.Consents(t.Context(), x.member.ID, 10)
		wantNone(t, "Consents", list, err)
	}
}

func contactProbes(all probes[roster.Tx]) {
	all["PutContact"] = func(t *testing.T, x *stranger, tx roster.Tx) {
		c := newContact(x.member)
		c.Version, c.Phone = 2, "+16502530000"
		wantKind(t, "PutContact", roster.Stale, tx.PutContact(t.Context(), c))
	}
	all["AppendConsent"] = func(t *testing.T, x *stranger, tx roster.Tx) {
		if err := tx.AppendConsent(t.Context(), newConsent(x.member, 9, false)); err != nil {
			t.Logf("refused: %v", err)
		}
	}
}
