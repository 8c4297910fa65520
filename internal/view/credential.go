package view

import (
	"time"

	"rollcall/internal/tenant"
)

// CredentialView is a bearer token, client secret or trusted issuer as JSON, without what it keeps secret.
type CredentialView struct {
	ID           tenant.CredentialID   `json:"id"`
	Directory    tenant.DirectoryID    `json:"directory"`
	Kind         tenant.CredentialKind `json:"kind" enum:"token,secret,trust"`
	Label        string                `json:"label"`
	Status       string                `json:"status" enum:"active,expired,revoked"`
	CreatedAt    time.Time             `json:"created_at"`
	ExpiresAt    time.Time             `json:"expires_at,omitzero" doc:"Absent: never."`
	LastUsedAt   time.Time             `json:"last_used_at,omitzero" doc:"To the minute; absent: never."`
	LastUsedBy   string                `json:"last_used_by,omitempty" doc:"The product, as its User-Agent says."`
	RevokedAt    time.Time             `json:"revoked_at,omitzero"`
	TokenMinutes int                   `json:"token_minutes,omitempty" doc:"How long its access tokens live."`
	Trust        *tenant.Trust         `json:"trust,omitempty" doc:"What a trusted issuer must show."`
}

// Credential shows a credential; now decides whether it has expired.
func Credential(c tenant.Credential, now time.Time) CredentialView {
	v := CredentialView{
		ID: c.ID, Directory: c.Directory, Kind: c.Kind, Label: c.Label, Status: "active",
		CreatedAt: c.CreatedAt, ExpiresAt: c.ExpiresAt, LastUsedAt: c.LastUsedAt, LastUsedBy: c.LastUsedBy, RevokedAt: c.RevokedAt,
		TokenMinutes: c.TokenMinutes,
	}
	if c.Kind == tenant.TrustedIssuer {
		v.Trust = &c.Trust
	}
	switch {
	case !c.RevokedAt.IsZero():
		v.Status = "revoked"
	case !c.Usable(now):
		v.Status = "expired"
	}
	return v
}
