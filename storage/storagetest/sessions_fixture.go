package storagetest

import (
	"context"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// now is the time of the store, by which locks judge what is live.
func (h *house) now() time.Time {
	h.t.Helper()
	var now time.Time
	h.update(func(_ context.Context, tx roster.Tx) error {
		now = tx.Now()
		return nil
	})
	return now
}

func (h *house) newSession(m roster.Member, n byte) roster.Session {
	now := h.now()
	return roster.Session{
		ID: roster.NewSessionID(now), Member: m.ID, Method: roster.MethodSAML,
		Connection: tenant.ConnectionID{UUID: tenant.UUID{15: 7}}, Subject: "subject of " + m.Login, IDPSession: "index",
		Hash: [32]byte{n, 1}, Role: m.Standing.Role, AuthTime: now, CreatedAt: now, SeenAt: now, ExpiresAt: now.Add(time.Hour), Idle: 30 * time.Minute,
		Client: roster.Client{IP: "192.0.2.1", UserAgent: "Browser"},
	}
}

func (h *house) insertSession(s roster.Session) {
	h.t.Helper()
	h.update(func(ctx context.Context, tx roster.Tx) error { return tx.InsertSession(ctx, s) })
}

func (h *house) addSession(m roster.Member, n byte) roster.Session {
	h.t.Helper()
	s := h.newSession(m, n)
	h.insertSession(s)
	return s
}

// addGrant gives an app a grant with a code that was used, and a refresh token.
func (h *house) addGrant(s roster.Session, n byte) roster.AppGrant {
	h.t.Helper()
	now := h.now()
	g := roster.AppGrant{
		ID: roster.NewGrantID(now), Session: s.ID, Member: s.Member, App: tenant.AppID{UUID: tenant.UUID{15: n}},
		Scopes: []string{"openid", "email"}, Nonce: "nonce", RedirectURI: "https://app.example/cb", Challenge: "challenge",
		CodeHash: [32]byte{n, 2, s.Hash[0]}, CodeExpires: now.Add(time.Minute), CreatedAt: now,
	}
	h.update(func(ctx context.Context, tx roster.Tx) error {
		if _, err := tx.LockSession(ctx, s.ID); err != nil {
			return err
		}
		return tx.InsertAppGrant(ctx, g)
	})
	h.update(func(ctx context.Context, tx roster.Tx) error {
		if _, err := tx.LockGrant(ctx, roster.GrantKey{ID: g.ID}); err != nil {
			return err
		}
		if err := tx.UseCode(ctx, g.ID, now); err != nil {
			return err
		}
		return tx.InsertRefreshToken(ctx, roster.RefreshToken{Hash: [32]byte{n, 3, s.Hash[0]}, Grant: g.ID, IssuedAt: now, ExpiresAt: now.Add(time.Hour)})
	})
	g.CodeUsedAt = now
	return g
}

// sessions lists all sessions of the tenant.
func (h *house) sessions(f roster.SessionFilter) []roster.Session {
	h.t.Helper()
	page, err := h.reader().Sessions(h.t.Context(), roster.SessionQuery{Filter: f, WithEnded: true, Limit: 100})
	if err != nil {
		h.t.Fatalf("Sessions(%+v): %v", f, err)
	}
	return page.Items
}

// sessionState is all that a tenant has of sessions.
func (h *house) sessionState() []any {
	h.t.Helper()
	all := []any{h.sessions(roster.SessionFilter{})}
	for _, s := range h.sessions(roster.SessionFilter{}) {
		grants, err := h.reader().Grants(h.t.Context(), s.ID)
		if err != nil {
			h.t.Fatalf("Grants: %v", err)
		}
		all = append(all, grants)
	}
	return all
}

func (h *house) endSessions(f roster.SessionFilter) int {
	h.t.Helper()
	n := 0
	h.update(func(ctx context.Context, tx roster.Tx) error {
		n = 0
		return tx.EndSessions(ctx, f, roster.SessionEnd{
			Reason: roster.EndRevoked, Actor: roster.Actor{Source: roster.SourceAdmin, ID: "admin"}, RequestID: "req", Ended: &n,
		})
	})
	return n
}
