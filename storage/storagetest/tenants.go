package storagetest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

func testTenants(t *testing.T, open opener) {
	check(t, open, []claim{
		{"tenants are found by slug and listed by it", tenantLocate},
		{"the configuration is what was put", tenantConfig},
		{"a tenant that is not there has nothing", tenantUnknown},
		{"a transaction's configuration is that of its moment", tenantMoment},
		{"a credential opens its directory only", credentialOpens},
		{"what is revoked is seen at once", credentialRevoked},
		{"a credential in force is known whatever its directory", credentialKnown},
		{"a domain belongs to one tenant", domainOwned},
		{"a domain keeps its proof", domainKept},
		{"a released domain is free at once", domainReleased},
		{"claims are found by name and from above", domainClaims},
	})
}

func tenantLocate(t *testing.T, b Backend) {
	two, one := newHouse(t, b, "two"), newHouse(t, b, "one")
	got, err := b.Locator.TenantBySlug(t.Context(), "one")
	if err != nil {
		t.Fatalf("TenantBySlug: %v", err)
	}
	wantSame(t, "TenantBySlug", one.tenant, got)
	all, err := b.Locator.Tenants(t.Context())
	if err != nil {
		t.Fatalf("Tenants: %v", err)
	}
	wantSame(t, "Tenants", []tenant.Tenant{one.tenant, two.tenant}, all)
	for _, tt := range []struct {
		after string
		limit int
		want  roster.Page[tenant.Tenant]
	}{
		{"", 2, roster.Page[tenant.Tenant]{Items: []tenant.Tenant{one.tenant, two.tenant}}},
		{"", 1, roster.Page[tenant.Tenant]{Items: []tenant.Tenant{one.tenant}, More: true}},
		{"one", 1, roster.Page[tenant.Tenant]{Items: []tenant.Tenant{two.tenant}}},
		{"onf", 5, roster.Page[tenant.Tenant]{Items: []tenant.Tenant{two.tenant}}},
		{"two", 5, roster.Page[tenant.Tenant]{}},
	} {
		page, err := b.Locator.TenantsPage(t.Context(), tt.after, tt.limit)
		if err != nil {
			t.Fatalf("TenantsPage(%q, %d): %v", tt.after, tt.limit, err)
		}
		wantSame(t, fmt.Sprintf("TenantsPage(%q, %d)", tt.after, tt.limit), tt.want, page)
	}
	id, err := b.Locator.TenantOfDirectory(t.Context(), two.dir.ID)
	if err != nil {
		t.Fatalf("TenantOfDirectory: %v", err)
	}
	wantSame(t, "TenantOfDirectory", two.tenant.ID, id)
	_, err = b.Locator.TenantBySlug(t.Context(), "three")
	wantKind(t, "TenantBySlug", roster.NotFound, err)
	_, err = b.Locator.TenantOfDirectory(t.Context(), tenant.DirectoryID{UUID: tenant.NewUUID(epoch())})
	wantKind(t, "TenantOfDirectory", roster.NotFound, err)
}

func (h *house) config() tenant.Config {
	h.t.Helper()
	c, err := h.reader().Config(h.t.Context())
	if err != nil {
		h.t.Fatalf("Config: %v", err)
	}
	return c
}

func (h *house) newDomain(name string, status tenant.DomainStatus) tenant.Domain {
	return tenant.Domain{
		ID: tenant.DomainID{UUID: tenant.NewUUID(epoch())}, Name: name, Status: status, AutoJoin: tenant.AutoJoinApprove,
		DefaultRole: "user", Challenge: "c", CreatedAt: epoch(), ChangedAt: epoch().Add(time.Minute),
	}
}

func (h *house) putDomain(d tenant.Domain) error {
	return h.try(func(ctx context.Context, tx roster.Tx) error { return tx.PutDomain(ctx, d) })
}

func tenantConfig(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	want := tenant.Config{Tenant: h.tenant, Directories: []tenant.Directory{h.dir}}
	wantSame(t, "Config at first", want, h.config())

	want.Tenant.Name, want.Tenant.Status, want.Tenant.NoAdmin, want.Tenant.Version = "Renamed", tenant.Suspended, true, 2
	want.Tenant.Roles, want.Tenant.Policy = tenant.ContentRoles(), tenant.Policy{DefaultRole: "editor", ProtectLastAdmin: true}
	want.Domains = []tenant.Domain{h.newDomain("a.example", tenant.DomainPending), h.newDomain("b.example", tenant.DomainProven)}
	gone := h.dir
	gone.ID.UUID = tenant.NewUUID(epoch().Add(time.Hour))
	gone.Status, gone.RemovedAt, gone.Provider = tenant.DirectoryRemoved, epoch(), tenant.Entra
	gone.Settings = tenant.DirectorySettings{Strict: true, RolesAttribute: true}
	gone.Mappings = []tenant.RoleMapping{{Group: tenant.NewUUID(epoch()), Role: "viewer"}}
	want.Directories = append(want.Directories, gone)
	h.update(func(ctx context.Context, tx roster.Tx) error {
		for _, d := range []tenant.Domain{want.Domains[1], want.Domains[0]} {
			if err := tx.PutDomain(ctx, d); err != nil {
				return err
			}
		}
		if err := tx.PutDirectory(ctx, gone); err != nil {
			return err
		}
		return tx.PutTenant(ctx, want.Tenant)
	})
	wantSame(t, "Config", want, h.config())
	want.Directories[0].Name, want.Directories[0].Version = "new name", 2
	h.update(func(ctx context.Context, tx roster.Tx) error { return tx.PutDirectory(ctx, want.Directories[0]) })
	wantSame(t, "Config after a directory changed", want, h.config())
	bySlug, err := b.Locator.TenantBySlug(t.Context(), "acme")
	if err != nil {
		t.Fatalf("TenantBySlug: %v", err)
	}
	wantSame(t, "TenantBySlug", want.Tenant, bySlug)
}

func tenantUnknown(t *testing.T, b Backend) {
	ctx, nobody := t.Context(), b.Store.Reader(tenant.ID{UUID: tenant.NewUUID(epoch())})
	_, err := nobody.Config(ctx)
	wantKind(t, "Config", roster.NotFound, err)
	_, err = nobody.Member(ctx, roster.Scope{}, roster.NewMemberID(epoch()), false)
	wantKind(t, "Member", roster.NotFound, err)
	_, err = nobody.Group(ctx, roster.Scope{}, roster.NewGroupID(epoch()))
	wantKind(t, "Group", roster.NotFound, err)
	page, err := nobody.Members(ctx, roster.Query{Limit: 10, Count: true})
	if err != nil {
		t.Errorf("Members: %v", err)
	}
	wantSame(t, "Members", roster.Page[roster.Member]{}, page)
}

func tenantMoment(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	err := b.Store.View(t.Context(), h.tenant.ID, func(r roster.Reader) error {
		before, err := r.Config(t.Context())
		if err != nil {
			return err
		}
		changed := h.tenant
		changed.Version, changed.Name = 2, "Changed"
		h.update(func(ctx context.Context, tx roster.Tx) error { return tx.PutTenant(ctx, changed) })
		wantSame(t, "Config outside", changed, h.config().Tenant)
		again, err := r.Config(t.Context())
		wantSame(t, "Config inside", before, again)
		return err
	})
	if err != nil {
		t.Fatalf("View: %v", err)
	}
}

// addCredential puts a token for the directory whose hash begins with the byte.
func (h *house) addCredential(label string, first byte) tenant.Credential {
	h.t.Helper()
	c := tenant.Credential{
		ID: tenant.CredentialID{UUID: tenant.NewUUID(epoch())}, Directory: h.dir.ID, Kind: tenant.BearerToken, Label: label, Hash: [32]byte{first},
		ExpiresAt: epoch().AddDate(200, 0, 0), CreatedAt: epoch(), // in force whatever the clock says
	}
	h.putCredential(c)
	return c
}

func (h *house) putCredential(c tenant.Credential) {
	h.t.Helper()
	h.update(func(ctx context.Context, tx roster.Tx) error { return tx.PutCredential(ctx, c) })
}

func credentialOpens(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	one, two := h.addCredential("one", 1), h.addCredential("two", 2)
	other := h.addDirectory("other")
	list, err := h.reader().Credentials(t.Context(), h.dir.ID)
	if err != nil {
		t.Fatalf("Credentials: %v", err)
	}
	want := []tenant.Credential{one, two}
	if compareUUID(one.ID.UUID, two.ID.UUID) > 0 {
		want = []tenant.Credential{two, one}
	}
	wantSame(t, "Credentials", want, list)
	got, err := b.Locator.Credential(t.Context(), h.dir.ID, one.Hash)
	if err != nil {
		t.Fatalf("Credential: %v", err)
	}
	wantSame(t, "Credential", roster.Grant{Tenant: h.tenant, Directory: h.dir, Credential: one}, got)
	for _, look := range []struct {
		name string
		id   tenant.DirectoryID
		hash [32]byte
	}{
		{"of another directory", other.ID, one.Hash},
		{"with another hash", h.dir.ID, [32]byte{3}},
		{"of no directory", tenant.DirectoryID{UUID: tenant.NewUUID(epoch())}, one.Hash},
	} {
		_, err := b.Locator.Credential(t.Context(), look.id, look.hash)
		wantKind(t, "Credential "+look.name, roster.NotFound, err)
	}
	if err := b.Locator.TouchCredential(t.Context(), got, epoch().Add(time.Minute), "Browser"); err != nil {
		t.Errorf("TouchCredential: %v", err)
	}
}

func credentialKnown(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	c := h.addCredential("one", 1)
	want := func(name string, want bool, hash [32]byte) {
		t.Helper()
		got, err := b.Locator.KnowsCredential(t.Context(), hash)
		wantSame(t, name, []any{want, error(nil)}, []any{got, err})
	}
	want("in force", true, c.Hash)
	want("of nobody", false, [32]byte{9})
	removed := h.dir
	removed.Version, removed.Status, removed.RemovedAt = 2, tenant.DirectoryRemoved, epoch()
	h.update(func(ctx context.Context, tx roster.Tx) error { return tx.PutDirectory(ctx, removed) })
	want("its directory removed", false, c.Hash)
	removed.Version, removed.Status = 3, tenant.DirectoryActive
	h.update(func(ctx context.Context, tx roster.Tx) error { return tx.PutDirectory(ctx, removed) })
	want("its directory back", true, c.Hash)
	expired := c
	expired.ExpiresAt = epoch().AddDate(-1, 0, 0)
	h.putCredential(expired)
	want("expired", false, c.Hash)
	c.RevokedAt = epoch()
	h.putCredential(c)
	want("revoked", false, c.Hash)
}

func credentialRevoked(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	c := h.addCredential("one", 1)
	grant := func() roster.Grant {
		t.Helper()
		g, err := b.Locator.Credential(t.Context(), h.dir.ID, c.Hash)
		if err != nil {
			t.Fatalf("Credential: %v", err)
		}
		return g
	}
	wantSame(t, "at first", c, grant().Credential)
	c.RevokedAt = epoch().Add(time.Second)
	h.putCredential(c)
	wantSame(t, "revoked", c, grant().Credential)
	suspended := h.tenant
	suspended.Version, suspended.Status = 2, tenant.Suspended
	h.update(func(ctx context.Context, tx roster.Tx) error { return tx.PutTenant(ctx, suspended) })
	wantSame(t, "tenant suspended", suspended, grant().Tenant)
	removed := h.dir
	removed.Version, removed.Status, removed.RemovedAt = 2, tenant.DirectoryRemoved, epoch()
	h.update(func(ctx context.Context, tx roster.Tx) error { return tx.PutDirectory(ctx, removed) })
	wantSame(t, "directory removed", removed, grant().Directory)
}
