package storagetest

import (
	"context"
	"slices"
	"testing"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

func testSignIn(t *testing.T, open opener) {
	check(t, open, []claim{
		{"all that leads to a person is found at once", signInFound},
		{"a subject, and a member at a connection, has one live link", signInOneLink},
		{"links are listed, end and move", signInLinks},
		{"an address has one pending request", signInRequests},
		{"a domain of another tenant is told of", signInElsewhere},
	})
}

func (h *house) newLink(c tenant.ConnectionID, subject string, m roster.Member) roster.Link {
	return roster.Link{
		ID: roster.LinkID{UUID: h.nextID()}, Connection: c, Subject: subject, Member: m.ID, Email: m.Email,
		CreatedAt: epoch(), SeenAt: epoch(),
	}
}

func (h *house) newRequest(c tenant.ConnectionID, subject string, email roster.Email) roster.JoinRequest {
	return roster.JoinRequest{
		ID: roster.JoinRequestID{UUID: h.nextID()}, Connection: c, Subject: subject, Email: email,
		Names: roster.Names{First: "Ada", Display: "Ada L."}, Role: "user", State: roster.JoinPending, AskedAt: epoch(), SeenAt: epoch(),
	}
}

func sorted(s []string) []string {
	slices.Sort(s)
	return s
}

func (h *house) nextID() tenant.UUID {
	h.made++
	return tenant.NewUUID(epoch().Add(time.Duration(h.made) * time.Millisecond))
}

func (h *house) putLinks(links ...roster.Link) error {
	return h.try(func(ctx context.Context, tx roster.Tx) error {
		for _, l := range links {
			if err := tx.PutLink(ctx, l); err != nil {
				return err
			}
		}
		return nil
	})
}

func (h *house) putRequest(q roster.JoinRequest) error {
	return h.try(func(ctx context.Context, tx roster.Tx) error { return tx.PutJoinRequest(ctx, q) })
}

// signIn asks a reader and a transaction, which must agree.
func (h *house) signIn(k roster.SignInKey) roster.SignInRows {
	h.t.Helper()
	got, err := h.reader().SignIn(h.t.Context(), k)
	if err != nil {
		h.t.Fatalf("SignIn: %v", err)
	}
	h.update(func(ctx context.Context, tx roster.Tx) error {
		locked, err := tx.LockSignIn(ctx, k)
		wantSame(h.t, "LockSignIn", got, locked)
		return err
	})
	return got
}

func signInFound(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	con, other := tenant.ConnectionID{UUID: tenant.NewUUID(epoch())}, tenant.ConnectionID{UUID: tenant.NewUUID(epoch())}
	ada := h.newMember("ada")
	ada.Email, ada.Proven = "ada@acme.example", true
	bob := h.newMember("bob")
	bob.Email = "bob@acme.example" // not proven
	bob.Aliases = []roster.Alias{{Email: "ada@acme.example", Until: epoch()}}
	cid := h.newMember("cid")
	h.insert(ada, bob, cid)
	g := h.addGroup("Pushed", ada)
	byHand := h.newGroup("By hand")
	byHand.Directory = tenant.DirectoryID{}
	h.update(func(ctx context.Context, tx roster.Tx) error { return tx.InsertGroup(ctx, byHand) })
	one, two := h.newLink(con, "S1", cid), h.newLink(other, "S1", ada)
	two.Groups = []roster.GroupID{byHand.ID}
	ended := h.newLink(con, "S0", ada)
	ended.EndedAt = epoch()
	if err := h.putLinks(one, two, ended); err != nil {
		t.Fatal(err)
	}
	old, mine := h.newRequest(con, "S1", "elder@acme.example"), h.newRequest(other, "S2", "ada@acme.example")
	old.State = roster.JoinDeclined
	for _, q := range []roster.JoinRequest{old, mine, h.newRequest(con, "S9", "else@acme.example")} {
		if err := h.putRequest(q); err != nil {
			t.Fatal(err)
		}
	}
	got := h.signIn(roster.SignInKey{Connection: con, Subject: "S1", Email: "ada@acme.example", Groups: []roster.GroupID{g.ID, byHand.ID}})
	wantSame(t, "members", []string{"ada", "bob", "cid"}, sorted(logins(got.Members)))
	for _, m := range got.Members {
		if m.ID == ada.ID {
			wantSame(t, "groups", []roster.GroupRef{{ID: g.ID, Name: "Pushed"}}, m.Groups)
		}
	}
	wantSame(t, "links", []roster.Link{one, two}, got.Links)
	wantSame(t, "requests", []roster.JoinRequest{mine, old}, got.Requests)
	wantSame(t, "by hand", []roster.GroupRef{{ID: byHand.ID, Name: "By hand"}}, got.ByHand)
	wantSame(t, "another tenant's domain", false, got.Elsewhere)
	got = h.signIn(roster.SignInKey{Connection: con, Subject: "S0", Email: "bob@acme.example"})
	wantSame(t, "members of an ended link", []string{"bob"}, logins(got.Members))
	got = h.signIn(roster.SignInKey{Connection: con, Subject: "S1"})
	wantSame(t, "without an address", []string{"cid"}, logins(got.Members))
}

func signInOneLink(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	con := tenant.ConnectionID{UUID: tenant.NewUUID(epoch())}
	ada, bob := h.addMember("ada"), h.addMember("bob")
	first := h.newLink(con, "S1", ada)
	if err := h.putLinks(first); err != nil {
		t.Fatal(err)
	}
	for name, l := range map[string]roster.Link{"the subject": h.newLink(con, "S1", bob), "the member": h.newLink(con, "S2", ada)} {
		err := h.putLinks(l)
		wantKind(t, name, roster.Conflict, err)
	}
	if err := h.putLinks(h.newLink(con, "s1", bob)); err != nil { // byte for byte
		t.Errorf("another subject: %v", err)
	}
	first.EndedAt = epoch()
	if err := h.putLinks(first, h.newLink(con, "S2", ada)); err != nil {
		t.Errorf("after the first ended: %v", err)
	}
	err := h.putLinks(h.newLink(con, "a\x00b", bob))
	wantKind(t, "a NUL in a subject", roster.Invalid, err)
}

func signInLinks(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	con, other := tenant.ConnectionID{UUID: tenant.NewUUID(epoch())}, tenant.ConnectionID{UUID: tenant.NewUUID(epoch())}
	ada, bob := h.addMember("ada"), h.addMember("bob")
	one, two, three := h.newLink(con, "S1", ada), h.newLink(other, "S2", ada), h.newLink(con, "S3", bob)
	if err := h.putLinks(one, two, three); err != nil {
		t.Fatal(err)
	}
	list := func(q roster.LinkQuery) []roster.Link {
		got, err := h.reader().Links(t.Context(), q)
		if err != nil {
			t.Fatalf("Links: %v", err)
		}
		return got
	}
	wantSame(t, "Links of a member", []roster.Link{one, two}, list(roster.LinkQuery{Member: ada.ID}))
	wantSame(t, "Links of a connection", []roster.Link{one, three}, list(roster.LinkQuery{Connection: con}))
	wantSame(t, "a page of Links", []roster.Link{two}, list(roster.LinkQuery{After: one.ID.UUID, Limit: 1}))
	at := epoch().Add(time.Hour)
	h.update(func(ctx context.Context, tx roster.Tx) error { return tx.MoveLinks(ctx, ada.ID, bob.ID, at) })
	one.EndedAt, two.Member = at, bob.ID
	wantSame(t, "Links that moved", []roster.Link{two, three}, list(roster.LinkQuery{Member: bob.ID}))
	wantSame(t, "Links that ended", []roster.Link{one}, list(roster.LinkQuery{Member: ada.ID, Ended: true}))
	got, err := h.reader().Link(t.Context(), one.ID)
	wantSame(t, "Link", []any{one, error(nil)}, []any{got, err})
}

func signInRequests(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	con := tenant.ConnectionID{UUID: tenant.NewUUID(epoch())}
	q := h.newRequest(con, "S1", "ada@acme.example")
	if err := h.putRequest(q); err != nil {
		t.Fatal(err)
	}
	wantKind(t, "a second pending one", roster.Conflict, h.putRequest(h.newRequest(con, "S2", q.Email)))
	q.State, q.DecidedAt, q.DecidedBy, q.SeenAt = roster.JoinDeclined, epoch(), roster.Actor{Source: roster.SourceAdmin, ID: "mem_x"}, epoch().Add(time.Minute)
	next := h.newRequest(con, "S1", q.Email)
	if err := h.putRequest(q); err != nil {
		t.Fatal(err)
	}
	if err := h.putRequest(next); err != nil {
		t.Errorf("after the first was declined: %v", err)
	}
	got, err := h.reader().JoinRequest(t.Context(), q.ID)
	wantSame(t, "JoinRequest", []any{q, error(nil)}, []any{got, err})
	list, err := h.reader().JoinRequests(t.Context(), roster.JoinRequestQuery{State: roster.JoinPending})
	wantSame(t, "pending", []any{[]roster.JoinRequest{next}, error(nil)}, []any{list, err})
	list, err = h.reader().JoinRequests(t.Context(), roster.JoinRequestQuery{Limit: 1, After: q.ID.UUID})
	wantSame(t, "a page", []any{[]roster.JoinRequest{next}, error(nil)}, []any{list, err})
}

func signInElsewhere(t *testing.T, b Backend) {
	h, rival := newHouse(t, b, "acme"), newHouse(t, b, "rival")
	if err := rival.putDomain(rival.newDomain("rival.example", tenant.DomainProven)); err != nil {
		t.Fatal(err)
	}
	for email, want := range map[roster.Email]bool{
		"ada@rival.example": true, "ada@eu.rival.example": true, "ada@notrival.example": false, "ada@acme.example": false,
	} {
		got := h.signIn(roster.SignInKey{Subject: "S", Email: email})
		wantSame(t, "elsewhere "+string(email), want, got.Elsewhere)
	}
	if rival.signIn(roster.SignInKey{Subject: "S", Email: "ada@rival.example"}).Elsewhere {
		t.Error("the tenant's own domain is another one's")
	}
}

// linkSome makes a link and a join request.
func (h *house) linkSome(m roster.Member) {
	h.t.Helper()
	con := tenant.ConnectionID{UUID: tenant.UUID{1, 2, 3}}
	if err := h.putLinks(h.newLink(con, "theirs", m)); err != nil {
		h.t.Fatal(err)
	}
	if err := h.putRequest(h.newRequest(con, "theirs", "ada@example.com")); err != nil {
		h.t.Fatal(err)
	}
}

// signInState is all that a tenant has of links and requests.
func (h *house) signInState() []any {
	h.t.Helper()
	links, err := h.reader().Links(h.t.Context(), roster.LinkQuery{Ended: true})
	requests, err2 := h.reader().JoinRequests(h.t.Context(), roster.JoinRequestQuery{})
	if err != nil || err2 != nil {
		h.t.Fatalf("Links, JoinRequests: %v, %v", err, err2)
	}
	return []any{links, requests}
}

func signInReaderProbes(all probes[roster.Reader]) {
	key := roster.SignInKey{Connection: tenant.ConnectionID{UUID: tenant.UUID{1, 2, 3}}, Subject: "theirs", Email: "ada@example.com"}
	all["SignIn"] = func(t *testing.T, x *stranger, r roster.Reader) {
		k := key
		k.Groups = []roster.GroupID{x.group.ID}
		got, err := r.SignIn(t.Context(), k)
		wantSame(t, "SignIn", []any{roster.SignInRows{}, error(nil)}, []any{got, err})
	}
	all["Links"] = func(t *testing.T, x *stranger, r roster.Reader) {
		for _, q := range []roster.LinkQuery{{Ended: true}, {Member: x.member.ID}, {Connection: key.Connection}} {
			list, err := r.Links(t.Context(), q)
			wantNone(t, "Links", list, err)
		}
	}
	all["Link"] = func(t *testing.T, x *stranger, r roster.Reader) {
		theirs, err := x.owner.reader().Links(t.Context(), roster.LinkQuery{})
		if err != nil {
			t.Fatal(err)
		}
		_, err = r.Link(t.Context(), theirs[0].ID)
		wantKind(t, "Link", roster.NotFound, err)
	}
	all["JoinRequests"] = func(t *testing.T, x *stranger, r roster.Reader) {
		list, err := r.JoinRequests(t.Context(), roster.JoinRequestQuery{})
		wantNone(t, "JoinRequests", list, err)
	}
	all["JoinRequest"] = func(t *testing.T, x *stranger, r roster.Reader) {
		theirs, err := x.owner.reader().JoinRequests(t.Context(), roster.JoinRequestQuery{})
		if err != nil {
			t.Fatal(err)
		}
		_, err = r.JoinRequest(t.Context(), theirs[0].ID)
		wantKind(t, "JoinRequest", roster.NotFound, err)
	}
}

func signInProbes(all probes[roster.Tx]) {
	all["LockSignIn"] = func(t *testing.T, x *stranger, tx roster.Tx) { all["SignIn"](t, x, tx) }
	all["PutLink"] = func(t *testing.T, x *stranger, tx roster.Tx) {
		theirs, err := x.owner.reader().Links(t.Context(), roster.LinkQuery{})
		if err != nil {
			t.Fatal(err)
		}
		theirs[0].Member = x.mine.ID
		if err := tx.PutLink(t.Context(), theirs[0]); err != nil {
			t.Logf("PutLink: %v", err)
		}
	}
	all["MoveLinks"] = func(t *testing.T, x *stranger, tx roster.Tx) {
		if err := tx.MoveLinks(t.Context(), x.member.ID, x.mine.ID, epoch()); err != nil {
			t.Logf("MoveLinks: %v", err)
		}
	}
	all["PutJoinRequest"] = func(t *testing.T, x *stranger, tx roster.Tx) {
		theirs, err := x.owner.reader().JoinRequests(t.Context(), roster.JoinRequestQuery{})
		if err != nil {
			t.Fatal(err)
		}
		theirs[0].State = roster.JoinApproved
		if err := tx.PutJoinRequest(t.Context(), theirs[0]); err != nil {
			t.Logf("PutJoinRequest: %v", err)
		}
	}
}
