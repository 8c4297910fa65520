package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/secret"
	"rollcall/internal/tenant"
	"rollcall/internal/web"
)

// Keys authenticates bearer credentials of all kinds: the operator's key, tokens of tenants' admins, and credentials of
// apps. All fields are required. Nothing is remembered: what has ended opens nothing from the next request on.
type Keys struct {
	Operator OperatorKey
	Roster   *roster.Roster
	Now      func() time.Time
}

// Authenticate implements Authenticator.
func (k Keys) Authenticate(ctx context.Context, token string) (Principal, error) {
	if id, hash, err := secret.ParseBound(token, secret.APIToken); err == nil {
		return k.admin(ctx, tenant.ID{UUID: id}, hash)
	}
	if id, hash, err := secret.ParseBound(token, secret.AppKey); err == nil {
		return k.app(ctx, tenant.AppID{UUID: id}, hash)
	}
	return k.Operator.Authenticate(ctx, token)
}

func (k Keys) admin(ctx context.Context, id tenant.ID, hash [32]byte) (Principal, error) {
	now := k.Now()
	l, err := k.Roster.Store.Reader(id).LiveAPIToken(ctx, hash, now)
	if errors.Is(err, roster.NotFound) {
		return Principal{}, unauthorized("The token is not known, or has ended: it expired, was revoked, or its owner is no active admin any more. An admin makes another one.")
	}
	if err != nil {
		return Principal{}, err
	}
	if now.Sub(l.Token.UsedAt) >= roster.SeenEvery {
		note(ctx, k.Roster.Store.Update(ctx, id, func(tx roster.Tx) error { return tx.TouchAPIToken(ctx, l.Token.ID, tx.Now()) }))
	}
	return Principal{
		Kind: TokenKind, ID: l.Member.ID.String(), Key: l.Token.ID.String(), Source: roster.SourceAdmin, Tenant: id, Member: l.Member.ID,
		Scopes: scopesOf(l.Token.Scopes),
	}, nil
}

func (k Keys) app(ctx context.Context, id tenant.AppID, hash [32]byte) (Principal, error) {
	now := k.Now()
	a, c, err := k.Roster.Locator.AppCredential(ctx, id, hash)
	if errors.Is(err, roster.NotFound) || err == nil && (a.Status != tenant.AppActive || !c.Usable(now)) {
		return Principal{}, unauthorized("The application's credential is not known, or has ended: it expired, was revoked, or the application was turned off. The operator makes another one: `rollcall app credential add`.")
	}
	if err != nil {
		return Principal{}, err
	}
	if now.Sub(c.UsedAt) >= roster.SeenEvery {
		note(ctx, k.Roster.Locator.TouchAppCredential(ctx, c.ID, now))
	}
	return Principal{
		Kind: AppKind, ID: a.ID.String(), Key: c.ID.String(), Source: roster.SourceAdmin, Tenants: c.Tenants, Some: len(c.Tenants) > 0,
		Scopes: scopesOf(c.Scopes),
	}, nil
}

// note reports that a use could not be noted; whoever used it is who they are all the same.
func note(ctx context.Context, err error) {
	if err != nil {
		web.From(ctx).Fail(fmt.Errorf("note the use of a credential: %w", err))
	}
}

// Browsers tells who a browser is. Unauthorized for a request without a live session.
type Browsers interface {
	FromRequest(r *http.Request) (roster.LiveSession, error)
}

// browser takes the session of a page of ours for a credential. Other sites can't use it: their requests are refused
// however they come about (SECURITY X5).
func (d *Door) browser(r *http.Request) (Principal, error) {
	foreign := new(http.CrossOriginProtection).Check(r) != nil
	switch r.Header.Get("Sec-Fetch-Site") {
	case "cross-site", "same-site":
		foreign = true
	}
	if foreign {
		return Principal{}, &roster.Error{Kind: roster.Forbidden, Detail: "A session counts for the gateway's own pages only. Programs and other sites send a token as `Authorization: Bearer TOKEN`."}
	}
	l, err := d.Browsers.FromRequest(r)
	if err != nil {
		return Principal{}, err
	}
	p := Principal{
		Kind: SessionKind, ID: l.Member.ID.String(), Key: l.Session.ID.String(), Source: roster.SourceSignIn, Tenant: l.Tenant.ID, Member: l.Member.ID,
		Session: l.Session.ID, Scopes: ownScopes(), Live: l,
	}
	if roster.IsAdmin(l.Tenant, l.Member) {
		p.Source, p.Scopes = roster.SourceAdmin, adminScopes()
	}
	return p, nil
}
