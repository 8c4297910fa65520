package storagetest

import (
	"context"
	"maps"
	"testing"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// storeProbes show that a transaction is its tenant's; what is done in one is for the probes above.
func storeProbes() probes[Backend] {
	see := func(t *testing.T, x *stranger, r roster.Reader) {
		t.Helper()
		page, err := r.Members(t.Context(), roster.Query{Limit: 10, Count: true})
		wantSame(t, "Members", []any{[]string{"mine"}, 1, error(nil)}, []any{logins(page.Items), page.Total, err})
	}
	return probes[Backend]{
		"Reader": func(t *testing.T, x *stranger, b Backend) { see(t, x, b.Store.Reader(x.tenant.ID)) },
		"View": func(t *testing.T, x *stranger, b Backend) {
			err := b.Store.View(t.Context(), x.tenant.ID, func(r roster.Reader) error {
				see(t, x, r)
				// Another tenant's reader beside it changes nothing for this one.
				if _, err := b.Store.Reader(x.owner.tenant.ID).Config(t.Context()); err != nil {
					return err
				}
				see(t, x, r)
				return nil
			})
			if err != nil {
				t.Errorf("View: %v", err)
			}
		},
		"Update": func(t *testing.T, x *stranger, b Backend) {
			err := b.Store.Update(t.Context(), x.tenant.ID, func(tx roster.Tx) error {
				see(t, x, tx)
				return tx.AppendEvent(t.Context(), roster.Event{Kind: roster.MemberUpdated, Member: x.mine.ID})
			})
			if err != nil {
				t.Errorf("Update: %v", err)
			}
		},
	}
}

func locatorProbes() probes[Backend] {
	all := exchangeLogProbes()
	maps.Copy(all, appProbes())
	maps.Copy(all, appCredentialProbes())
	maps.Copy(all, sessionLocatorProbes())
	maps.Copy(all, mailLocatorProbes())
	maps.Copy(all, membershipProbes())
	maps.Copy(all, probes[Backend]{
		"TenantsToIndex": func(t *testing.T, x *stranger, b Backend) {
			ids, err := b.Locator.TenantsToIndex(t.Context()) // for the gateway itself, which works for all tenants
			wantNone(t, "TenantsToIndex", ids, err)
		},
		"CreateTenant": func(t *testing.T, x *stranger, b Backend) {
			again := x.owner.tenant
			again.Slug, again.Name = "again", "stolen"
			wantKind(t, "CreateTenant of an id that is taken", roster.Conflict, b.Locator.CreateTenant(t.Context(), again))
			again = x.owner.tenant
			again.ID.UUID = tenant.NewUUID(epoch())
			wantKind(t, "CreateTenant of a slug that is taken", roster.Conflict, b.Locator.CreateTenant(t.Context(), again))
		},
		"TenantBySlug": func(t *testing.T, x *stranger, b Backend) {
			got, err := b.Locator.TenantBySlug(t.Context(), x.tenant.Slug)
			wantSame(t, "TenantBySlug", []any{x.tenant, error(nil)}, []any{got, err})
		},
		"Tenants": func(t *testing.T, _ *stranger, b Backend) {
			// The operator's list; a tenant's admins have no way to it.
			if got, err := b.Locator.Tenants(t.Context()); err != nil || len(got) < 2 {
				t.Errorf("Tenants = %d of them, %v", len(got), err)
			}
		},
		"TenantsPage": func(t *testing.T, _ *stranger, b Backend) {
			if got, err := b.Locator.TenantsPage(t.Context(), "", 1); err != nil || len(got.Items) != 1 || !got.More {
				t.Errorf("TenantsPage = %v, %v", got, err)
			}
		},
		"Credential": func(t *testing.T, x *stranger, b Backend) {
			_, err := b.Locator.Credential(t.Context(), x.dir.ID, x.token.Hash)
			wantKind(t, "Credential of another tenant's directory", roster.NotFound, err)
		},
		"KnowsCredential": func(t *testing.T, x *stranger, b Backend) {
			// A yes or no is what it is for.
			got, err := b.Locator.KnowsCredential(t.Context(), x.token.Hash)
			wantSame(t, "KnowsCredential", []any{true, error(nil)}, []any{got, err})
		},
		"DomainClaims": domainClaimsProbe,
		"DomainsBelow": domainClaimsProbe,
		"AccessToken":  accessTokenProbe,
		"Trusts":       trustsProbe,
		"Expiring":     func(*testing.T, *stranger, Backend) {}, // ids alone, for the gateway's own job
		"DuePulls":     func(*testing.T, *stranger, Backend) {}, // likewise
		"TenantOfDirectory": func(t *testing.T, x *stranger, b Backend) {
			got, err := b.Locator.TenantOfDirectory(t.Context(), x.dir.ID)
			wantSame(t, "TenantOfDirectory", []any{x.tenant.ID, error(nil)}, []any{got, err})
		},
		"TenantOfDomain": func(t *testing.T, x *stranger, b Backend) {
			_, err := b.Locator.TenantOfDomain(t.Context(), "nobodys.example")
			wantKind(t, "TenantOfDomain of nobody's", roster.NotFound, err)
		},
		"TouchCredential": func(t *testing.T, x *stranger, b Backend) {
			forged := roster.Grant{Tenant: x.tenant, Directory: x.owner.dir, Credential: x.token}
			if err := b.Locator.TouchCredential(t.Context(), forged, epoch().Add(time.Hour), "Browser"); err != nil {
				t.Logf("TouchCredential: %v", err)
			}
			// It may be written late; another write of the stranger's is surely behind it.
			x.update(func(ctx context.Context, tx roster.Tx) error { return tx.PutDirectory(ctx, x.dir) })
		},
	})
	connectionLocatorProbes(all)
	return all
}
