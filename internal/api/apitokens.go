package api

import (
	"context"
	"net/http"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/secret"
	"rollcall/internal/view"
)

func (d *Door) apiTokens() {
	const tag = "API tokens"
	add(d, tag, operation{id: "listAPITokens", verb: "GET /tenants/{tenant}/api-tokens", scope: ReadTokens, summary: "List API tokens", about: "The tokens by which programs speak for the tenant's admins, newest first, ended ones too; at most 1,000."}, d.listAPITokens)
	add(d, tag, operation{id: "createAPIToken", verb: "POST /tenants/{tenant}/api-tokens", scope: WriteTokens, summary: "Make an API token", about: "Makes a token for an active admin: for oneself, or as the operator for any. It sees this tenant only, and ends for good when its person is an admin no more. It is shown in this answer only; its hash is kept.", status: http.StatusCreated}, d.createAPIToken)
	add(d, tag, operation{id: "revokeAPIToken", verb: "DELETE /tenants/{tenant}/api-tokens/{token}", scope: WriteTokens, summary: "Revoke an API token", about: "Ends a token at once; ending it again changes nothing."}, d.revokeAPIToken)
}

func (d *Door) listAPITokens(ctx context.Context, in *InTenant) (*answer[page[view.APITokenView]], error) {
	s, err := d.staff(ctx, *in)
	if err != nil {
		return nil, err
	}
	all, err := d.Roster.APITokens(ctx, s.Tenant)
	if err != nil {
		return nil, err
	}
	return the(page[view.APITokenView]{Items: views(all, d.viewAPIToken)}), nil
}

func (d *Door) viewAPIToken(t roster.APIToken) view.APITokenView { return view.APIToken(t, d.Now()) }

type createAPITokenIn struct {
	InTenant
	Body struct {
		Label     string          `json:"label" minLength:"1" maxLength:"200" doc:"What it is called in lists: where it is used."`
		Scopes    []string        `json:"scopes" minItems:"1" maxItems:"50" doc:"What it may do; writing includes reading."`
		Member    roster.MemberID `json:"member,omitzero" doc:"The admin whose word it is; absent: oneself."`
		ExpiresAt time.Time       `json:"expires_at,omitzero" doc:"Within a year; absent: in 90 days."`
	}
}

// newAPITokenView is a token in the only answer that shows it.
type newAPITokenView struct {
	view.APITokenView
	Token string `json:"token" doc:"The token itself, shown this once: send it as Authorization: Bearer TOKEN."`
}

func (d *Door) createAPIToken(ctx context.Context, in *createAPITokenIn) (*answer[newAPITokenView], error) {
	s, err := d.staff(ctx, in.InTenant)
	if err != nil {
		return nil, err
	}
	scopes, err := ParseScopes(in.Body.Scopes)
	if err != nil {
		return nil, err
	}
	t := roster.APIToken{Member: in.Body.Member, Label: in.Body.Label, Scopes: scopes, ExpiresAt: in.Body.ExpiresAt}
	if t.Member.IsZero() {
		if t.Member = principal(ctx).Member; t.Member.IsZero() {
			return nil, &roster.Error{Kind: roster.Invalid, Field: "member", Detail: "Name the admin whose token it is, by the id mem_…."}
		}
	}
	var text string
	text, t.Hash = secret.NewBound(s.Tenant.UUID, secret.APIToken)
	t.Hint = text[len(text)-4:]
	made, err := d.Roster.CreateAPIToken(ctx, s, t)
	if err != nil {
		return nil, err
	}
	return the(newAPITokenView{d.viewAPIToken(made), text}), nil
}

type revokeAPITokenIn struct {
	InTenant
	Token string `path:"token" doc:"The token, by its id apt_…."`
}

func (d *Door) revokeAPIToken(ctx context.Context, in *revokeAPITokenIn) (*answer[view.APITokenView], error) {
	id, idErr := roster.ParseAPITokenID(in.Token)
	s, err := d.staff(ctx, in.InTenant)
	if err == nil && idErr != nil {
		err = none("token")
	}
	if err != nil {
		return nil, err
	}
	t, err := d.Roster.RevokeAPIToken(ctx, s, id)
	if err != nil {
		return nil, err
	}
	return the(d.viewAPIToken(t)), nil
}
