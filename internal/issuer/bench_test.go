package issuer_test

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"rollcall/internal/testenv/issuertest"
	"rollcall/internal/testenv/migrated"
)

// BenchmarkIssuer measures what apps ask for most, over HTTP, on each database.
func BenchmarkIssuer(b *testing.B) {
	for name, address := range map[string]func(tb testing.TB) string{"sqlite": issuertest.SQLite, "postgres": migrated.Postgres} {
		b.Run(name, func(b *testing.B) {
			h := issuertest.New(b, address(b), time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC))
			f := h.Flow("ann")
			tokens := f.Tokens()
			b.Run("code and exchange", func(b *testing.B) {
				for b.Loop() {
					f.Tokens()
				}
			})
			b.Run("introspect", func(b *testing.B) {
				for b.Loop() {
					if !f.Active(h.Replica, tokens.Text("access_token")) {
						b.Fatal("not active")
					}
				}
			})
			b.Run("userinfo", func(b *testing.B) {
				for b.Loop() {
					h.Get(h.Replica, "/oauth2/userinfo", nil, issuertest.Bearer(tokens.Text("access_token")))
				}
			})
			b.Run("revocations", func(b *testing.B) {
				for b.Loop() {
					if a := h.Get(h.Replica, "/oauth2/revocations", url.Values{}, issuertest.Basic(f.App, f.Secret)); a.Status != http.StatusOK {
						b.Fatal(a.Body)
					}
				}
			})
		})
	}
}
