package storage_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
	"rollcall/internal/testenv"
	"rollcall/storage"
)

// TestDraftsOfHotChanges keeps what directories ask all day on the short way: one read, and one write
// that is shared with others.
func TestDraftsOfHotChanges(t *testing.T) {
	t.Parallel()
	w := newDraftWorld(t)
	w.provision("warm-up@one.example") // learns the configuration
	m := w.provision("a@one.example")
	yes, no := true, false
	changes := []struct {
		name string
		do   func() error
	}{
		{"create", func() error { w.provision("b@one.example"); return nil }},
		{"attribute", func() error {
			return w.edit(m.ID, func(c *roster.Change) { c.Attributes = roster.Attributes(`{"title":"x"}`) })
		}},
		{"address", func() error { return w.edit(m.ID, func(c *roster.Change) { c.Email = "c@one.example" }) }},
		{"login", func() error { return w.edit(m.ID, func(c *roster.Change) { c.Login = "other" }) }},
		{"reactivate", func() error { return w.edit(m.ID, func(c *roster.Change) { c.Active = &yes }) }},
	}
	// Turning off is a transaction of its own where the guard against mass changes counts, which in a
	// small directory is each time.
	if err := w.edit(m.ID, func(c *roster.Change) { c.Active = &no }); err != nil {
		t.Fatal(err)
	}
	for _, c := range changes {
		before := w.db.Stats()
		if err := c.do(); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		if after := w.db.Stats(); after.Whole != before.Whole || after.Shared != before.Shared+1 {
			t.Errorf("%s took %d transactions of its own", c.name, after.Whole-before.Whole)
		}
	}
}

// TestDraftsThatWriteNothing: that there is nothing to do is not decided by a configuration of before.
func TestDraftsThatWriteNothing(t *testing.T) {
	t.Parallel()
	w := newDraftWorld(t)
	w.provision("warm-up@one.example") // learns the configuration
	other := openOnly(t, storage.Config{URL: w.url})
	elsewhere := &roster.Roster{Store: other, Locator: other, Now: time.Now}
	s := roster.Staff{Tenant: w.by.Tenant, Actor: roster.Actor{Source: roster.SourceOperator}}
	if _, err := elsewhere.AddDomain(t.Context(), s, "two.example"); err != nil {
		t.Fatal(err)
	}
	var seen int
	err := w.db.Update(t.Context(), w.by.Tenant, func(tx roster.Tx) error {
		c, err := tx.Config(t.Context())
		seen = len(c.Domains)
		return err
	})
	if err != nil || seen != 2 {
		t.Errorf("an Update that writes nothing went by %d domains (%v), want 2", seen, err)
	}
}

// TestDraftsMeet has several change the same member at once: no change is lost.
func TestDraftsMeet(t *testing.T) {
	t.Parallel()
	w := newDraftWorld(t)
	m := w.provision("a@one.example")
	var all sync.WaitGroup
	const writers, each = 8, 5
	for i := range writers {
		all.Go(func() {
			for j := range each {
				err := w.edit(m.ID, func(c *roster.Change) {
					c.Attributes = roster.Attributes(fmt.Sprintf(`{"title":"%d.%d"}`, i, j))
				})
				if err != nil {
					t.Errorf("edit: %v", err)
				}
			}
		})
	}
	all.Wait()
	got, err := w.db.Reader(w.by.Tenant).Member(t.Context(), roster.Scope{}, m.ID, false)
	if want := m.Version + writers*each; err != nil || got.Version != want {
		t.Errorf("version %d (%v), want %d: each edit is one", got.Version, err, want)
	}
}

// TestDraftsOfOneName has several create the same person at once, among others who are not in the way.
func TestDraftsOfOneName(t *testing.T) {
	t.Parallel()
	w := newDraftWorld(t)
	var all sync.WaitGroup
	var mu sync.Mutex
	made := 0
	const writers = 12
	for i := range writers {
		all.Go(func() {
			_, err := w.r.Provision(t.Context(), w.by, change("same@one.example"))
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				made++
			}
		})
		all.Go(func() { w.provision(fmt.Sprintf("other-%d@one.example", i)) })
	}
	all.Wait()
	if made != 1 {
		t.Errorf("%d of %d creates of one name went well", made, writers)
	}
	page, err := w.db.Reader(w.by.Tenant).Members(t.Context(), roster.Query{Count: true})
	if err != nil || page.Total != 1+writers {
		t.Errorf("%d members (%v), want %d", page.Total, err, 1+writers)
	}
}

// TestDraftsThatMeetAtTheirCommit has a draft become a transaction whose only trip is the commit: what it
// rests on has changed, so that it is done again.
func TestDraftsThatMeetAtTheirCommit(t *testing.T) {
	t.Parallel()
	w := newDraftWorld(t)
	m := w.provision("a@one.example")
	tries := 0
	err := w.db.Update(t.Context(), w.by.Tenant, func(tx roster.Tx) error {
		tries++
		if _, err := tx.LockMember(t.Context(), roster.Scope{}, m.ID); err != nil {
			return err
		}
		if tries == 1 {
			if err := w.edit(m.ID, func(c *roster.Change) { c.Login = "other" }); err != nil {
				return err
			}
		}
		return tx.PutCredential(t.Context(), tenant.Credential{
			ID: tenant.CredentialID{UUID: tenant.NewUUID(tx.Now())}, Directory: w.by.Directory.ID, Kind: tenant.BearerToken, CreatedAt: tx.Now(),
		})
	})
	if err != nil || tries != 2 {
		t.Errorf("Update() after %d tries: %v; want the second to do it", tries, err)
	}
}

// TestDraftsChangeTwoMembers has one Update write two members, one of whom was changed meanwhile: neither
// change is lost.
func TestDraftsChangeTwoMembers(t *testing.T) {
	t.Parallel()
	w := newDraftWorld(t)
	m, tries := w.provision("a@one.example"), 0
	_, _, match := w.provision("b@one.example"), w.provision("c@one.example"), roster.Match{
		Directory: w.by.Directory.ID, Login: "a@one.example", Email: "b@one.example",
	}
	err := w.db.Update(t.Context(), w.by.Tenant, func(tx roster.Tx) error {
		tries++
		found, err := tx.LockMatches(t.Context(), match)
		if err != nil {
			return err
		}
		if tries == 1 {
			if err := w.edit(m.ID, func(c *roster.Change) { c.ExternalID = "meanwhile" }); err != nil {
				return err
			}
		}
		for _, before := range found {
			after := before
			after.Version, after.Standing.Role = before.Version+1, "editor"
			if err := tx.UpdateMember(t.Context(), before, after); err != nil {
				return err
			}
		}
		return nil
	})
	got, found := w.db.Reader(w.by.Tenant).Member(t.Context(), roster.Scope{}, m.ID, false)
	if err != nil || found != nil || got.ExternalID != "meanwhile" || got.Standing.Role != "editor" {
		t.Errorf("after %d tries: external id %q, role %q (%v, %v); want both changes", tries, got.ExternalID, got.Standing.Role, err, found)
	}
}

// TestDraftsWithFewConnections has shared trips and transactions of their own use one pool of two.
func TestDraftsWithFewConnections(t *testing.T) {
	t.Parallel()
	url := testenv.Postgres(t)
	open(t, url)
	w := &draftWorld{t: t, db: openOnly(t, storage.Config{URL: url, MaxConns: 2})}
	w.begin()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			w.provision(fmt.Sprintf("%d@one.example", i))
			err := w.db.View(ctx, w.by.Tenant, func(rd roster.Reader) error {
				_, err := rd.Members(ctx, roster.Query{Limit: 10})
				return err
			})
			if err != nil {
				t.Errorf("View(): %v", err)
			}
		})
	}
	all.Wait()
}

// draftWorld is a tenant with a directory on PostgreSQL.
type draftWorld struct {
	t   *testing.T
	url string
	db  *storage.DB
	r   *roster.Roster
	by  roster.By
}

func newDraftWorld(t *testing.T) *draftWorld {
	t.Helper()
	url := testenv.Postgres(t)
	w := &draftWorld{t: t, url: url, db: open(t, url)}
	w.begin()
	return w
}

func (w *draftWorld) begin() {
	t := w.t
	t.Helper()
	w.r = &roster.Roster{Store: w.db, Locator: w.db, Now: time.Now}
	tn, err := w.r.CreateTenant(t.Context(), "one", "One", tenant.SimpleRoles())
	if err != nil {
		t.Fatal(err)
	}
	s := roster.Staff{Tenant: tn.ID, Actor: roster.Actor{Source: roster.SourceOperator}}
	if _, err := w.r.AddDomain(t.Context(), s, "one.example"); err != nil {
		t.Fatal(err)
	}
	if _, err := w.r.TrustDomain(t.Context(), s, "one.example"); err != nil {
		t.Fatal(err)
	}
	d, err := w.r.CreateDirectory(t.Context(), s, "Entra", tenant.Entra, tenant.DirectorySettings{})
	if err != nil {
		t.Fatal(err)
	}
	w.by = roster.By{Tenant: tn.ID, Directory: d}
}

func change(email string) roster.Change {
	return roster.Change{Login: email, Email: email, Addresses: []string{email}, Attributes: roster.Attributes(`{}`)}
}

func (w *draftWorld) provision(email string) roster.Member {
	w.t.Helper()
	m, err := w.r.Provision(w.t.Context(), w.by, change(email))
	if err != nil {
		w.t.Errorf("provision %s: %v", email, err)
	}
	return m
}

func (w *draftWorld) edit(id roster.MemberID, f func(*roster.Change)) error {
	_, err := w.r.Edit(w.t.Context(), w.by, id, roster.Precondition{}, func(m roster.Member) (roster.Change, error) {
		c := roster.Change{Login: m.Login, ExternalID: m.ExternalID, Addresses: m.Addresses, Attributes: m.Attributes}
		f(&c)
		return c, nil
	})
	return err //nolint:wrapcheck // a test's
}
