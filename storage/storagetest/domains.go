package storagetest

import (
	"testing"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

func domainOwned(t *testing.T, b Backend) {
	one, two := newHouse(t, b, "one"), newHouse(t, b, "two")
	mine, theirs := one.newDomain("example.com", tenant.DomainProven), two.newDomain("example.com", tenant.DomainPending)
	if err := one.putDomain(mine); err != nil {
		t.Fatalf("PutDomain: %v", err)
	}
	if err := one.putDomain(mine); err != nil {
		t.Errorf("PutDomain of one's own again: %v", err)
	}
	theirs.Status = tenant.DomainTrusted
	wantKind(t, "PutDomain of another's", roster.Conflict, two.putDomain(theirs))
	wantSame(t, "domains of two", 0, len(two.config().Domains))
	wish := theirs
	wish.Status = tenant.DomainPending
	if err := two.putDomain(wish); err != nil {
		t.Errorf("PutDomain of a mere wish: %v", err)
	}
	mine.Status, mine.ChangedAt = tenant.DomainRemoved, time.Now()
	if err := one.putDomain(mine); err != nil {
		t.Fatalf("PutDomain removed: %v", err)
	}
	wantKind(t, "PutDomain while it is held", roster.Conflict, two.putDomain(theirs))
}

func domainKept(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	d := h.newDomain("example.com", tenant.DomainStale)
	d.SubDomains, d.ChallengedAt, d.CheckedAt, d.LostAt = true, epoch().Add(time.Second), epoch().Add(time.Hour), epoch().Add(2*time.Hour)
	d.Proof = tenant.Proof{
		Misses: 3, MissedAt: epoch(), StaleAt: epoch().Add(time.Minute), Apart: []string{"eu.example.com"}, Public: "free_mail", RivalAt: epoch(),
		Report: tenant.ProofReport{
			Finding: tenant.FoundOther, Host: "_rollcall-challenge.example.com", At: epoch(), FoundAt: "elsewhere.example",
			Looks: []tenant.Look{{Resolver: "192.0.2.1:53", Outcome: tenant.LookAnswered, Values: []string{"größe"}, Count: 7, Alias: "a.example", Authentic: true}},
		},
	}
	if err := h.putDomain(d); err != nil {
		t.Fatalf("PutDomain: %v", err)
	}
	wantSame(t, "the domain", []tenant.Domain{d}, h.config().Domains)
	d.SubDomains, d.ChallengedAt, d.CheckedAt, d.LostAt, d.Proof = false, time.Time{}, time.Time{}, time.Time{}, tenant.Proof{}
	if err := h.putDomain(d); err != nil {
		t.Fatalf("PutDomain again: %v", err)
	}
	wantSame(t, "the domain without a proof", []tenant.Domain{d}, h.config().Domains)
}

func domainReleased(t *testing.T, b Backend) {
	one, two := newHouse(t, b, "one"), newHouse(t, b, "two")
	mine, theirs := one.newDomain("example.com", tenant.DomainProven), two.newDomain("example.com", tenant.DomainProven)
	if err := one.putDomain(mine); err != nil {
		t.Fatalf("PutDomain: %v", err)
	}
	for _, s := range []tenant.DomainStatus{tenant.DomainRemoved, tenant.DomainReleased} { // also what is held already
		mine.Status = s
		if err := one.putDomain(mine); err != nil {
			t.Fatalf("PutDomain %s: %v", s, err)
		}
	}
	if err := two.putDomain(theirs); err != nil {
		t.Fatalf("PutDomain of a released domain: %v", err)
	}
	if err := one.putDomain(mine); err != nil {
		t.Errorf("PutDomain of one that was released: %v", err)
	}
	got, err := b.Locator.DomainClaims(t.Context(), []string{"example.com"})
	wantSame(t, "DomainClaims", []any{[]roster.DomainClaim{{Name: "example.com", Tenant: two.tenant.ID}}, error(nil)}, []any{got, err})
	mine.Status = tenant.DomainProven
	wantKind(t, "PutDomain of what went to another", roster.Conflict, one.putDomain(mine))
}

func domainClaims(t *testing.T, b Backend) {
	one, two := newHouse(t, b, "one"), newHouse(t, b, "two")
	for name, h := range map[string]*house{"example.com": one, "eu.example.com": two, "a_b.example.com": one, "notexample.com": two} {
		if err := h.putDomain(h.newDomain(name, tenant.DomainProven)); err != nil {
			t.Fatalf("PutDomain %s: %v", name, err)
		}
	}
	if err := one.putDomain(one.newDomain("wish.example.com", tenant.DomainPending)); err != nil {
		t.Fatalf("PutDomain: %v", err)
	}
	claim := func(name string, h *house) roster.DomainClaim {
		return roster.DomainClaim{Name: name, Tenant: h.tenant.ID}
	}
	got, err := b.Locator.DomainClaims(t.Context(), []string{"x.eu.example.com", "eu.example.com", "example.com"})
	wantSame(t, "DomainClaims", []any{[]roster.DomainClaim{claim("eu.example.com", two), claim("example.com", one)}, error(nil)}, []any{got, err})
	got, err = b.Locator.DomainsBelow(t.Context(), "example.com")
	wantSame(t, "DomainsBelow", []any{[]roster.DomainClaim{claim("a_b.example.com", one), claim("eu.example.com", two)}, error(nil)}, []any{got, err})
	got, err = b.Locator.DomainsBelow(t.Context(), "axb.example.com")
	wantNone(t, "DomainsBelow", got, err)
}

// domainClaimsProbe: that a domain is somebody's is what the locator is for; whose, only the roster learns.
func domainClaimsProbe(t *testing.T, x *stranger, b Backend) {
	got, err := b.Locator.DomainClaims(t.Context(), []string{x.domain.Name})
	wantSame(t, "DomainClaims", []any{[]roster.DomainClaim{{Name: x.domain.Name, Tenant: x.owner.tenant.ID}}, error(nil)}, []any{got, err})
	got, err = b.Locator.DomainsBelow(t.Context(), x.domain.Name)
	wantNone(t, "DomainsBelow", got, err)
}
