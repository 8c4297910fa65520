package storagetest

import (
	"testing"
	"time"

	"rollcall/internal/roster"
)

// sessionReaderProbes ask for the owner's session and grant.
func sessionReaderProbes(all probes[roster.Reader]) {
	all["LiveSession"] = func(t *testing.T, x *stranger, r roster.Reader) {
		_, err := r.LiveSession(t.Context(), x.session.Hash, x.session.CreatedAt)
		wantKind(t, "LiveSession", roster.NotFound, err)
	}
	all["LiveSessionByID"] = func(t *testing.T, x *stranger, r roster.Reader) {
		_, err := r.LiveSessionByID(t.Context(), x.session.ID, x.session.CreatedAt)
		wantKind(t, "LiveSessionByID", roster.NotFound, err)
	}
	all["LiveGrant"] = func(t *testing.T, x *stranger, r roster.Reader) {
		for _, k := range x.grantKeys() {
			_, err := r.LiveGrant(t.Context(), k, x.session.CreatedAt)
			wantKind(t, "LiveGrant", roster.NotFound, err)
		}
	}
	all["Session"] = func(t *testing.T, x *stranger, r roster.Reader) {
		_, err := r.Session(t.Context(), x.session.ID)
		wantKind(t, "Session", roster.NotFound, err)
	}
	all["Sessions"] = func(t *testing.T, x *stranger, r roster.Reader) {
		for _, f := range x.sessionFilters() {
			page, err := r.Sessions(t.Context(), roster.SessionQuery{Filter: f, WithEnded: true, Limit: 10})
			wantNone(t, "Sessions", page.Items, err)
		}
	}
	all["Grants"] = func(t *testing.T, x *stranger, r roster.Reader) {
		list, err := r.Grants(t.Context(), x.session.ID)
		wantNone(t, "Grants", list, err)
	}
}

func (x *stranger) grantKeys() []roster.GrantKey {
	return []roster.GrantKey{{ID: x.grant.ID}, {Code: x.grant.CodeHash}, {Refresh: [32]byte{1, 3, 1}}}
}

func (x *stranger) sessionFilters() []roster.SessionFilter {
	return []roster.SessionFilter{
		{AllOfTenant: true},
		{Session: x.session.ID},
		{Token: x.session.Hash},
		{Member: x.member.ID},
		{Connection: x.session.Connection},
		{Method: x.session.Method},
		{Domain: x.member.Email.Domain()},
		{ExpiredBy: x.session.ExpiresAt.Add(time.Hour)},
	}
}

func sessionTxProbes(all probes[roster.Tx]) {
	logged := func(t *testing.T, err error) {
		t.Helper()
		if err != nil {
			t.Logf("refused: %v", err)
		}
	}
	all["InsertSession"] = func(t *testing.T, x *stranger, tx roster.Tx) {
		s := x.session
		s.Hash = [32]byte{66}
		wantKind(t, "InsertSession of the owner's member", roster.NotFound, tx.InsertSession(t.Context(), s))
	}
	all["EndSessions"] = func(t *testing.T, x *stranger, tx roster.Tx) {
		for _, f := range x.sessionFilters() {
			logged(t, tx.EndSessions(t.Context(), f, roster.SessionEnd{Reason: roster.EndRevoked}))
		}
	}
	all["TouchSession"] = func(t *testing.T, x *stranger, tx roster.Tx) {
		logged(t, tx.TouchSession(t.Context(), x.session.ID, x.session.CreatedAt.Add(time.Hour)))
	}
	all["RotateSession"] = func(t *testing.T, x *stranger, tx roster.Tx) {
		done, err := tx.RotateSession(t.Context(), x.session.ID, x.session.Hash, [32]byte{66}, "admin")
		wantSame(t, "RotateSession", []any{false, error(nil)}, []any{done, err})
	}
	all["InsertAppGrant"] = func(t *testing.T, x *stranger, tx roster.Tx) {
		g := x.grant
		g.CodeHash = [32]byte{66}
		logged(t, tx.InsertAppGrant(t.Context(), g))
	}
	all["LockSession"] = func(t *testing.T, x *stranger, tx roster.Tx) {
		_, err := tx.LockSession(t.Context(), x.session.ID)
		wantKind(t, "LockSession", roster.NotFound, err)
	}
	all["LockGrant"] = func(t *testing.T, x *stranger, tx roster.Tx) {
		for _, k := range x.grantKeys() {
			_, err := tx.LockGrant(t.Context(), k)
			wantKind(t, "LockGrant", roster.NotFound, err)
		}
	}
	all["UseCode"] = func(t *testing.T, x *stranger, tx roster.Tx) {
		logged(t, tx.UseCode(t.Context(), x.grant.ID, epoch()))
	}
	all["InsertRefreshToken"] = func(t *testing.T, x *stranger, tx roster.Tx) {
		logged(t, tx.InsertRefreshToken(t.Context(), roster.RefreshToken{Hash: [32]byte{1, 3, 1}, Grant: x.grant.ID, IssuedAt: epoch(), ExpiresAt: epoch()}))
	}
	all["UseRefreshToken"] = func(t *testing.T, x *stranger, tx roster.Tx) {
		logged(t, tx.UseRefreshToken(t.Context(), [32]byte{1, 3, 1}, [32]byte{66}, epoch()))
	}
	all["EndGrants"] = func(t *testing.T, x *stranger, tx roster.Tx) {
		for _, f := range []roster.GrantFilter{{Grant: x.grant.ID}, {Session: x.session.ID}, {App: x.grant.App}} {
			logged(t, tx.EndGrants(t.Context(), f, roster.SessionEnd{Reason: roster.EndRevoked}))
		}
	}
	all["DropSessions"] = func(t *testing.T, x *stranger, tx roster.Tx) {
		later := x.session.ExpiresAt.Add(time.Hour)
		n, err := tx.DropSessions(t.Context(), later, later, 10)
		wantSame(t, "DropSessions", []any{0, error(nil)}, []any{n, err})
	}
}

// sessionLocatorProbes: these are for the gateway itself, which works for all tenants.
func sessionLocatorProbes() probes[Backend] {
	unknown := func(x *stranger) roster.LogoutNotice {
		return roster.LogoutNotice{Tenant: x.tenant.ID, Session: x.session.ID, App: x.grant.App, Attempts: 0}
	}
	return probes[Backend]{
		"StaleSessions": func(t *testing.T, x *stranger, b Backend) {
			ids, err := b.Locator.StaleSessions(t.Context(), x.session.ExpiresAt.Add(time.Hour), epoch(), epoch())
			for _, id := range ids {
				if id == x.tenant.ID {
					t.Error("the owner's session counts as the stranger's")
				}
			}
			wantSame(t, "StaleSessions", []any{true, error(nil)}, []any{len(ids) > 0, err})
		},
		"ClaimLogoutNotices": func(t *testing.T, x *stranger, b Backend) {
			list, err := b.Locator.ClaimLogoutNotices(t.Context(), 10, time.Minute)
			wantNone(t, "ClaimLogoutNotices", list, err)
		},
		"DoneLogoutNotice": func(t *testing.T, x *stranger, b Backend) {
			if err := b.Locator.DoneLogoutNotice(t.Context(), unknown(x)); err != nil {
				t.Errorf("DoneLogoutNotice: %v", err)
			}
		},
		"RetryLogoutNotice": func(t *testing.T, x *stranger, b Backend) {
			if err := b.Locator.RetryLogoutNotice(t.Context(), unknown(x), epoch()); err != nil {
				t.Errorf("RetryLogoutNotice: %v", err)
			}
		},
	}
}

// signIn makes a session and a grant of the owner's member.
func (x *stranger) signIn() {
	x.session = x.owner.addSession(x.member, 1)
	x.grant = x.owner.addGrant(x.session, 1)
}
