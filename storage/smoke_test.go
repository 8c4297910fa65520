package storage_test

import (
	"crypto/sha256"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

func TestSmoke(t *testing.T) {
	t.Parallel()
	for name, url := range backends() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := open(t, url(t))
			ctx := t.Context()
			now := time.Now()
			ten := tenant.Tenant{ID: tenant.ID{UUID: tenant.NewUUID(now)}, Slug: "acme", Name: "Acme", Status: tenant.Active, Roles: tenant.SimpleRoles(), Version: 1, CreatedAt: now.UTC().Truncate(time.Millisecond), ChangedAt: now.UTC().Truncate(time.Millisecond)}
			if err := db.CreateTenant(ctx, ten); err != nil {
				t.Fatal(err)
			}
			err := db.CreateTenant(ctx, tenant.Tenant{ID: tenant.ID{UUID: tenant.NewUUID(now)}, Slug: "acme"})
			if !errors.Is(err, roster.Conflict) {
				t.Fatal(err)
			}
			got, err := db.TenantBySlug(ctx, "acme")
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(ten, got); d != "" {
				t.Fatal(d)
			}
			all, err := db.Tenants(ctx)
			if err != nil || len(all) != 1 {
				t.Fatal(all, err)
			}
			r := roster.Roster{Store: db, Locator: db, Now: time.Now}
			staff := roster.Staff{Tenant: ten.ID, Actor: roster.Actor{Source: roster.SourceOperator}}
			dir, err := r.CreateDirectory(ctx, staff, "Okta", tenant.Okta, tenant.DirectorySettings{})
			if err != nil {
				t.Fatal(err)
			}
			hash := sha256.Sum256([]byte("token"))
			if _, err := r.AddCredential(ctx, staff, dir.ID, "one", hash, time.Time{}); err != nil {
				t.Fatal(err)
			}
			g, err := db.Credential(ctx, dir.ID, hash)
			if err != nil {
				t.Fatal(err)
			}
			if err := db.TouchCredential(ctx, g, time.Now()); err != nil {
				t.Fatal(err)
			}
			if _, err := r.TrustDomain(ctx, staff, "acme.example"); err != nil {
				if _, err := r.AddDomain(ctx, staff, "acme.example"); err != nil {
					t.Fatal(err)
				}
				if _, err := r.TrustDomain(ctx, staff, "acme.example"); err != nil {
					t.Fatal(err)
				}
			}
			by := roster.By{Tenant: ten.ID, Directory: dir}
			m, err := r.Provision(ctx, by, roster.Change{Login: "Ann@acme.example", ExternalID: "x1", Email: "ann@acme.example", Addresses: []string{"ann@acme.example", "a@b.example"}, Attributes: roster.Attributes(`{"displayName":"Ann"}`)})
			if err != nil {
				t.Fatal(err)
			}
			_, err = r.Provision(ctx, by, roster.Change{Login: "ann@acme.example", ExternalID: "x1"})
			if !errors.Is(err, roster.Conflict) {
				t.Fatal(err)
			}
			grp, err := r.CreateGroup(ctx, by, roster.GroupChange{Name: new("Staff"), Steps: []roster.MemberStep{{Op: roster.AddMembers, Members: []roster.MemberID{m.ID}}}})
			if err != nil {
				t.Fatal(err)
			}
			m2, err := db.Reader(ten.ID).Member(ctx, roster.Scope{Directory: dir.ID}, m.ID, true)
			if err != nil {
				t.Fatal(err)
			}
			m.Groups = []roster.GroupRef{{ID: grp.ID, Name: "Staff"}}
			if d := cmp.Diff(m, m2); d != "" {
				t.Fatal(d)
			}
			for _, p := range []roster.Predicate{
				nil,
				roster.Compare{Field: roster.Field{Column: roster.ColumnLogin}, Op: roster.Equal, Value: roster.TextValue("ann@ACME.example")},
				roster.Compare{Field: roster.Field{Attribute: "displayName"}, Op: roster.Equal, Value: roster.TextValue("ann")},
			} {
				page, err := db.Reader(ten.ID).Members(ctx, roster.Query{Scope: roster.Scope{Directory: dir.ID}, Where: p, Limit: 10, Count: true, WithGroups: true})
				if err != nil {
					t.Fatal(err)
				}
				if d := cmp.Diff(roster.Page[roster.Member]{Items: []roster.Member{m}, Total: 1}, page); d != "" {
					t.Fatal(d)
				}
			}
			m, err = r.Edit(ctx, by, m.ID, roster.Precondition{}, func(m roster.Member) (roster.Change, error) {
				return roster.Change{Login: m.Login, ExternalID: "x2", Email: string(m.Email), Attributes: m.Attributes, Active: new(false)}, nil
			})
			if err != nil {
				t.Fatal(err)
			}
			if m.Version != 2 {
				t.Fatal(m.Version)
			}
			if err := r.Remove(ctx, by, m.ID, roster.Precondition{}); err != nil {
				t.Fatal(err)
			}
			back, err := r.Provision(ctx, by, roster.Change{Login: "ann@acme.example", ExternalID: "x2", Email: "ann@acme.example"})
			if err != nil || back.ID != m.ID {
				t.Fatal(back, err)
			}
			events, err := db.Reader(ten.ID).Events(ctx, roster.Cursor{}, 100)
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range events {
				t.Log(e.Position, e.Kind, string(e.Data))
			}
		})
	}
}
