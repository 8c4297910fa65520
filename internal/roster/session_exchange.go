package roster

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"slices"
	"time"

	"rollcall/internal/tenant"
)

// GrantStart is what a signed-in person lets an app have.
type GrantStart struct {
	Session     SessionID
	App         tenant.AppID
	Scopes      []string
	Nonce       string
	RedirectURI string
	Challenge   string   // S256
	CodeHash    [32]byte // of the code that the app is given
}

// StartGrant gives an app a code, good for CodeLife and one use. NotFound when the
// session is not live any more.
func (r *Roster) StartGrant(ctx context.Context, id tenant.ID, g GrantStart) (AppGrant, error) {
	var out AppGrant
	err := r.Store.Update(ctx, id, func(tx Tx) error {
		live, err := tx.LockSession(ctx, g.Session)
		if err != nil {
			return err
		}
		now := tx.Now()
		out = AppGrant{
			ID: NewGrantID(now), Session: g.Session, Member: live.Member.ID, App: g.App, Scopes: g.Scopes, Nonce: g.Nonce,
			RedirectURI: g.RedirectURI, Challenge: g.Challenge, CodeHash: g.CodeHash, CodeExpires: now.Add(CodeLife), CreatedAt: now,
		}
		return tx.InsertAppGrant(ctx, out)
	})
	return out, err
}

// CodeExchange is an app's request for the tokens of a code. The app is known to be itself.
type CodeExchange struct {
	Code        [32]byte // the hash of the code
	App         tenant.AppID
	RedirectURI string
	Verifier    string   // RFC 7636 §4.5
	Refresh     [32]byte // the hash of the first refresh token; zero: the app gets none
	// RefreshScope is the scope that the code must have been given for if the app is to get that token;
	// empty: it gets it anyway. LiveGrant.Refresh says whether it did.
	RefreshScope string
}

// RedeemCode gives an app what a code stands for, once (RFC 6749 §4.1.3). What it gives
// is good after the commit: no member who lost access by then, and no session that ended, lets it
// through (SECURITY X3).
//
// Errors: NotFound for a code that was never given, is too old, or was another app's, and when the session is
// not live any more; Invalid for another redirect URI or verifier than the code was given for, which leave
// the code as it is; Refused (CodeCodeReused) for a code that was used before: what it gave has ended then
// (RFC 6749 §10.5).
func (r *Roster) RedeemCode(ctx context.Context, id tenant.ID, x CodeExchange) (LiveGrant, error) { //nolint:gocognit // one check after the other, from top to bottom
	var out LiveGrant
	var reused error
	err := r.Store.Update(ctx, id, func(tx Tx) error {
		reused = nil
		g, err := tx.LockGrant(ctx, GrantKey{Code: x.Code})
		if err != nil {
			return err
		}
		now := tx.Now()
		if g.Grant.App != x.App {
			return noCode()
		}
		if !g.Grant.CodeUsedAt.IsZero() {
			reused = &Error{Kind: Refused, Code: CodeCodeReused, Field: "code", Detail: "The code was used before. What it gave has ended; sign in again."}
			return endReused(ctx, tx, g, EndCodeReused)
		}
		if !g.Live(now) || !now.Before(g.Grant.CodeExpires) {
			return noCode()
		}
		if err := g.Grant.answers(x); err != nil {
			return err
		}
		g.Grant.CodeUsedAt = now
		if err := tx.UseCode(ctx, g.Grant.ID, now); err != nil {
			return err
		}
		if x.Refresh != [32]byte{} && (x.RefreshScope == "" || slices.Contains(g.Grant.Scopes, x.RefreshScope)) {
			g.Refresh = g.refreshToken(x.Refresh, now)
			if err := tx.InsertRefreshToken(ctx, g.Refresh); err != nil {
				return err
			}
		}
		out = g
		return tx.AppendEvent(ctx, grantEvent(GrantStarted, g.Grant, ""))
	})
	if err == nil && reused != nil {
		return LiveGrant{}, reused
	}
	return out, err
}

func noCode() error {
	return &Error{Kind: NotFound, Field: "code", Detail: "The code is not known, or is not good any more. Sign in again."}
}

// answers says whether an exchange fits what the code was given for, to the letter
// (RFC 6749 §4.1.3, RFC 7636 §4.6).
func (g AppGrant) answers(x CodeExchange) error {
	if g.RedirectURI != x.RedirectURI {
		return &Error{Kind: Invalid, Field: "redirect_uri", Detail: "The code was given for another redirect URI."}
	}
	sum := sha256.Sum256([]byte(x.Verifier))
	challenge := base64.RawURLEncoding.EncodeToString(sum[:])
	if g.Challenge == "" || subtle.ConstantTimeCompare([]byte(challenge), []byte(g.Challenge)) != 1 {
		return &Error{Kind: Invalid, Field: "code_verifier", Detail: "The code verifier does not fit the code challenge."}
	}
	return nil
}

// refreshToken makes a token that lives as long as the session may.
func (l LiveGrant) refreshToken(hash [32]byte, now time.Time) RefreshToken {
	return RefreshToken{Hash: hash, Grant: l.Grant.ID, IssuedAt: now, ExpiresAt: l.Session.ExpiresAt}
}

// TokenRefresh is an app's request for new tokens. The app is known to be itself.
type TokenRefresh struct {
	Token [32]byte // the hash of the refresh token
	App   tenant.AppID
	Next  [32]byte // the hash of the one that takes its place
}

// Refresh replaces a refresh token (RFC 9700 §4.14.2) and keeps the session from
// resting. The rule of RedeemCode on what is good after the commit holds here too (SECURITY X3).
//
// Errors: NotFound for a token that was never given, has expired or was another app's, and when its grant or
// session has ended; Refused (CodeTokenReused) for one that was replaced longer than RefreshGrace ago: somebody has
// stolen it or its successor, so that the whole grant has ended then (SECURITY X4).
func (r *Roster) Refresh(ctx context.Context, id tenant.ID, x TokenRefresh) (LiveGrant, error) {
	var out LiveGrant
	var reused error
	err := r.Store.Update(ctx, id, func(tx Tx) error {
		reused = nil
		g, err := tx.LockGrant(ctx, GrantKey{Refresh: x.Token})
		if err != nil {
			return err
		}
		now := tx.Now()
		old := g.Refresh
		if g.Grant.App != x.App || !g.Grant.EndedAt.IsZero() || !g.LiveSession.Live(now) || !now.Before(old.ExpiresAt) {
			return &Error{Kind: NotFound, Field: "refresh_token", Detail: "The refresh token is not known, or is not good any more. Sign in again."}
		}
		if !old.UsedAt.IsZero() && now.Sub(old.UsedAt) > RefreshGrace {
			reused = &Error{
				Kind: Refused, Code: CodeTokenReused, Field: "refresh_token",
				Detail: "The refresh token was replaced before. All tokens of this sign-in have ended; sign in again.",
			}
			return endReused(ctx, tx, g, EndTokenReused)
		}
		g.Refresh = g.refreshToken(x.Next, now)
		if err := tx.InsertRefreshToken(ctx, g.Refresh); err != nil {
			return err
		}
		out = g
		if old.UsedAt.IsZero() {
			if err := tx.UseRefreshToken(ctx, x.Token, x.Next, now); err != nil {
				return err
			}
		}
		if now.Sub(g.Session.SeenAt) < SeenEvery {
			return nil
		}
		return tx.TouchSession(ctx, g.Session.ID, now)
	})
	if err == nil && reused != nil {
		return LiveGrant{}, reused
	}
	return out, err
}

// endReused ends a grant of which something came that only a thief has.
func endReused(ctx context.Context, tx Tx, g LiveGrant, reason EndReason) error {
	return tx.EndGrants(ctx, GrantFilter{Grant: g.Grant.ID}, SessionEnd{Reason: reason, Actor: appActor(g.Grant.App)})
}

// EndGrants ends what apps got: all to which the filter applies. Sessions stay. It returns how
// many ended; Invalid for a filter that means none.
func (r *Roster) EndGrants(ctx context.Context, s Staff, f GrantFilter, reason EndReason) (int, error) {
	if f == (GrantFilter{}) {
		return 0, &Error{Kind: Invalid, Field: "filter", Detail: "Say which grants: one, those of a session, or those of an app."}
	}
	n := 0
	e := s.source().end(reason)
	e.Ended = &n
	err := r.Store.Update(ctx, s.Tenant, func(tx Tx) error {
		n = 0
		if err := stillAdmin(ctx, tx, s.Actor); err != nil {
			return err
		}
		return tx.EndGrants(ctx, f, e)
	})
	return n, err
}

func appActor(id tenant.AppID) Actor { return Actor{Source: SourceApp, ID: id.String()} }

func grantEvent(kind EventKind, g AppGrant, reason EndReason) Event {
	return Event{
		Kind: kind, Member: g.Member, Actor: appActor(g.App),
		Data: details{Session: g.Session.UUID.UUID(), Grant: g.ID.UUID.UUID(), App: g.App.UUID.UUID(), Reason: reason}.json(),
	}
}
