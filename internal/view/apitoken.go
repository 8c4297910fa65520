package view

import (
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// APITokenView is a token of a tenant's admin as JSON: what tells it from others, never itself.
type APITokenView struct {
	ID        roster.APITokenID `json:"id"`
	Member    roster.MemberID   `json:"member" doc:"The admin whose word it is."`
	Label     string            `json:"label"`
	Scopes    []string          `json:"scopes"`
	Hint      string            `json:"hint" doc:"Its last four characters."`
	Live      bool              `json:"live" doc:"Whether it is neither ended nor expired."`
	CreatedAt time.Time         `json:"created_at"`
	ExpiresAt time.Time         `json:"expires_at"`
	UsedAt    time.Time         `json:"used_at,omitzero" doc:"To the minute; absent: never."`
	EndedAt   time.Time         `json:"ended_at,omitzero"`
	EndReason roster.EndReason  `json:"end_reason,omitempty" doc:"revoked, or not_an_admin when its person was one no more."`
}

// APIToken shows a token.
func APIToken(t roster.APIToken, now time.Time) APITokenView {
	return APITokenView{
		ID: t.ID, Member: t.Member, Label: t.Label, Scopes: texts(t.Scopes), Hint: t.Hint, Live: t.EndedAt.IsZero() && now.Before(t.ExpiresAt),
		CreatedAt: t.CreatedAt, ExpiresAt: t.ExpiresAt, UsedAt: t.UsedAt, EndedAt: t.EndedAt, EndReason: t.EndReason,
	}
}

// AppCredentialView is a credential of an application for the API, as JSON, without itself.
type AppCredentialView struct {
	ID        tenant.AppCredentialID `json:"id"`
	App       tenant.AppID           `json:"client_id"`
	Label     string                 `json:"label"`
	Scopes    []string               `json:"scopes"`
	Tenants   []tenant.ID            `json:"tenants" doc:"Those that it sees; none: all."`
	Hint      string                 `json:"hint" doc:"Its last four characters."`
	Live      bool                   `json:"live" doc:"Whether it is neither revoked nor expired."`
	CreatedAt time.Time              `json:"created_at"`
	ExpiresAt time.Time              `json:"expires_at,omitzero" doc:"Absent: never."`
	UsedAt    time.Time              `json:"used_at,omitzero" doc:"To the minute; absent: never."`
	RevokedAt time.Time              `json:"revoked_at,omitzero"`
}

// AppCredential shows a credential.
func AppCredential(c tenant.AppCredential, now time.Time) AppCredentialView {
	v := AppCredentialView{
		ID: c.ID, App: c.App, Label: c.Label, Scopes: texts(c.Scopes), Tenants: c.Tenants, Hint: c.Hint, Live: c.Usable(now),
		CreatedAt: c.CreatedAt, ExpiresAt: c.ExpiresAt, UsedAt: c.UsedAt, RevokedAt: c.RevokedAt,
	}
	if v.Tenants == nil {
		v.Tenants = []tenant.ID{}
	}
	return v
}
