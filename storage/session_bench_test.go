package storage_test

import (
	"context"
	"encoding/binary"
	"math/rand/v2"
	"sync/atomic"
	"testing"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

const benchSessions = 5000

func benchHash(kind byte, n int) [32]byte {
	hash := [32]byte{kind}
	binary.BigEndian.PutUint64(hash[1:], uint64(n))
	return hash
}

// signIn gives members sessions, each with a grant and a refresh token.
func (t *town) signIn(b *testing.B) {
	b.Helper()
	ctx, app := b.Context(), tenant.AppID{UUID: tenant.UUID{15: 1}}
	for n := range benchSessions {
		var s roster.Session
		err := t.db.Update(ctx, t.by.Tenant, func(tx roster.Tx) error {
			m, err := tx.LockMember(ctx, roster.Scope{}, t.members[n])
			if err != nil {
				return err
			}
			cfg, err := tx.Config(ctx)
			if err != nil {
				return err
			}
			s, err = roster.StartSession(ctx, tx, cfg, m, roster.SessionStart{Method: roster.MethodSAML, Hash: benchHash(1, n)})
			if err != nil {
				return err
			}
			g := roster.AppGrant{ID: roster.NewGrantID(tx.Now()), Session: s.ID, Member: m.ID, App: app, CodeHash: benchHash(2, n), CodeExpires: tx.Now(), CodeUsedAt: tx.Now(), CreatedAt: tx.Now()}
			if err := tx.InsertAppGrant(ctx, g); err != nil {
				return err
			}
			return tx.InsertRefreshToken(ctx, roster.RefreshToken{Hash: benchHash(3, n), Grant: g.ID, IssuedAt: tx.Now(), ExpiresAt: s.ExpiresAt})
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSessions(b *testing.B) {
	for name, url := range backends() {
		b.Run(name, func(b *testing.B) {
			t := newTown(b, url(b))
			t.signIn(b)
			reader := t.db.Reader(t.by.Tenant)
			b.Run("live", func(b *testing.B) {
				side(b, func(ctx context.Context) error {
					_, err := reader.LiveSession(ctx, benchHash(1, rand.IntN(benchSessions)), t.r.Now())
					return err
				})
			})
			b.Run("introspect", func(b *testing.B) {
				side(b, func(ctx context.Context) error {
					_, err := reader.LiveGrant(ctx, roster.GrantKey{Code: benchHash(2, rand.IntN(benchSessions))}, t.r.Now())
					return err
				})
			})
			var next atomic.Int64
			current := make([]atomic.Int64, benchSessions) // the number of each one's token
			for i := range current {
				current[i].Store(int64(i))
			}
			b.Run("refresh", func(b *testing.B) {
				side(b, func(ctx context.Context) error {
					n := int(next.Add(1))
					mine := &current[n%benchSessions]
					_, err := t.r.Refresh(ctx, t.by.Tenant, roster.TokenRefresh{
						Token: benchHash(3, int(mine.Load())), App: tenant.AppID{UUID: tenant.UUID{15: 1}}, Next: benchHash(3, benchSessions+n),
					})
					mine.Store(int64(benchSessions + n))
					return err
				})
			})
		})
	}
}
