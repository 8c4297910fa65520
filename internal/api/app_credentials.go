package api

import (
	"context"
	"net/http"
	"time"

	"rollcall/internal/secret"
	"rollcall/internal/tenant"
	"rollcall/internal/view"
)

func (d *Door) appCredentials() {
	const tag = "Apps"
	add(d, tag, operation{id: "listAppCredentials", verb: "GET /apps/{app}/credentials", scope: ReadApps, summary: "List an app's API credentials", about: "The credentials by which an application uses this API, revoked ones too."}, d.listAppCredentials)
	add(d, tag, operation{id: "addAppCredential", verb: "POST /apps/{app}/credentials", scope: WriteApps, summary: "Add an API credential", about: "Makes a credential by which an application uses this API, for all tenants or for some. It is good while the application is active. It is shown in this answer only; its hash is kept.", status: http.StatusCreated}, d.addAppCredential)
	add(d, tag, operation{id: "revokeAppCredential", verb: "DELETE /apps/{app}/credentials/{credential}", scope: WriteApps, summary: "Revoke an API credential", about: "Ends a credential at once."}, d.revokeAppCredential)
}

func (d *Door) listAppCredentials(ctx context.Context, in *InApp) (*answer[page[view.AppCredentialView]], error) {
	id, err := in.id(ctx)
	if err != nil {
		return nil, err
	}
	all, err := d.Roster.AppCredentials(ctx, id)
	if err != nil {
		return nil, err
	}
	return the(page[view.AppCredentialView]{Items: views(all, d.viewAppCredential)}), nil
}

func (d *Door) viewAppCredential(c tenant.AppCredential) view.AppCredentialView {
	return view.AppCredential(c, d.Now())
}

type addAppCredentialIn struct {
	InApp
	Body struct {
		Label     string    `json:"label" minLength:"1" maxLength:"200" doc:"What it is called in lists: where it is used."`
		Scopes    []string  `json:"scopes" minItems:"1" maxItems:"50" doc:"What it may do; writing includes reading."`
		Tenants   []string  `json:"tenants,omitempty" maxItems:"100" doc:"The tenants that it sees, by id or slug; absent: all."`
		ExpiresAt time.Time `json:"expires_at,omitzero" doc:"When it ends; absent: never."`
	}
}

// newAppCredentialView is a credential in the only answer that shows it.
type newAppCredentialView struct {
	view.AppCredentialView
	Token string `json:"token" doc:"The credential itself, shown this once: send it as Authorization: Bearer TOKEN."`
}

func (d *Door) addAppCredential(ctx context.Context, in *addAppCredentialIn) (*answer[newAppCredentialView], error) {
	id, err := in.id(ctx)
	if err != nil {
		return nil, err
	}
	c := tenant.AppCredential{App: id, Label: in.Body.Label, ExpiresAt: in.Body.ExpiresAt}
	if c.Scopes, err = ParseScopes(in.Body.Scopes); err != nil {
		return nil, err
	}
	for _, name := range in.Body.Tenants {
		cfg, err := d.config(ctx, InTenant{name})
		if err != nil {
			return nil, err
		}
		c.Tenants = append(c.Tenants, cfg.Tenant.ID)
	}
	var text string
	text, c.Hash = secret.NewBound(id.UUID, secret.AppKey)
	c.Hint = text[len(text)-4:]
	made, err := d.Roster.AddAppCredential(ctx, c)
	if err != nil {
		return nil, err
	}
	return the(newAppCredentialView{d.viewAppCredential(made), text}), nil
}

type revokeAppCredentialIn struct {
	InApp
	Credential string `path:"credential" doc:"The credential, by its id apc_…."`
}

func (d *Door) revokeAppCredential(ctx context.Context, in *revokeAppCredentialIn) (*struct{}, error) {
	id, err := in.id(ctx)
	if err != nil {
		return nil, err
	}
	which, err := tenant.ParseAppCredentialID(in.Credential)
	if err != nil {
		return nil, none("credential")
	}
	return nil, d.Roster.RevokeAppCredential(ctx, id, which)
}
