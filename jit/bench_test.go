package jit_test

import (
	"context"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
	"rollcall/internal/testenv"
	"rollcall/jit"
	"rollcall/sso"
	"rollcall/storage"
)

// BenchmarkJoin is what a verified identity costs until its session is stored: for somebody who is known, and for a
// first sign-in that makes a member.
func BenchmarkJoin(b *testing.B) {
	for name, url := range map[string]string{
		"sqlite": "sqlite://" + filepath.Join(b.TempDir(), "rollcall.db"), "postgres": testenv.Postgres(b),
	} {
		j, id := joiner(b, url)
		join := func(b *testing.B, subject string) {
			b.Helper()
			who := id
			who.Subject, who.Email = subject, subject+"@acme.example"
			if _, err := j.Join(b.Context(), who, roster.Client{}, [32]byte{}); err != nil {
				b.Fatal(err)
			}
		}
		b.Run(name+"/known", func(b *testing.B) {
			join(b, "ada")
			for b.Loop() {
				join(b, "ada")
			}
		})
		n := 0
		b.Run(name+"/first", func(b *testing.B) {
			for b.Loop() {
				n++
				join(b, "p"+strconv.Itoa(n))
			}
		})
	}
}

// joiner makes a tenant that joins the people of acme.example, and an identity of its connection.
func joiner(b *testing.B, url string) (jit.Joiner, sso.Identity) {
	b.Helper()
	ctx := context.Background()
	db, err := storage.Open(ctx, storage.Config{URL: url, Now: time.Now})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = db.Close() })
	if _, err := db.Migrate(ctx); err != nil {
		b.Fatal(err)
	}
	r := &roster.Roster{Store: db, Locator: db, Now: time.Now}
	t, err := r.CreateTenant(ctx, "acme", "Acme", tenant.ContentRoles())
	if err != nil {
		b.Fatal(err)
	}
	s := roster.Staff{Tenant: t.ID, Actor: roster.Actor{Source: roster.SourceOperator}}
	if _, err := r.TrustDomain(ctx, s, "acme.example"); err != nil {
		b.Fatal(err)
	}
	if _, err := r.SetDomain(ctx, s, "acme.example", tenant.AutoJoinOn, ""); err != nil {
		b.Fatal(err)
	}
	con := tenant.Connection{ID: conID, Name: "IdP", Type: tenant.OIDC, Status: tenant.ConnectionActive, OIDC: &tenant.OIDCSettings{}, Version: 1, CreatedAt: t0, ChangedAt: t0}
	if err := db.Update(ctx, t.ID, func(tx roster.Tx) error { return tx.PutConnection(ctx, con) }); err != nil {
		b.Fatal(err)
	}
	return jit.Joiner{Roster: r}, sso.Identity{Tenant: t.ID, Connection: con, Method: roster.MethodOIDC, EmailVouched: true}
}
