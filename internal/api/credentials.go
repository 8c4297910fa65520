package api

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/secret"
	"rollcall/internal/tenant"
	"rollcall/internal/view"
)

func (d *Door) credentials() {
	const tag = "Credentials"
	add(d, tag, operation{id: "listCredentials", verb: "GET /tenants/{tenant}/directories/{directory}/credentials", scope: ReadDirectories, summary: "List credentials", about: "What opens the directory: labels, expiry and last use of its bearer tokens, client secrets and trusted issuers, never a secret."}, d.listCredentials)
	add(d, tag, operation{id: "addToken", verb: "POST /tenants/{tenant}/directories/{directory}/tokens", scope: WriteDirectories, summary: "Add a bearer token", about: "Makes a token that is sent with each SCIM request. It is shown in this answer only; its hash is kept.", status: http.StatusCreated}, d.addToken)
	add(d, tag, operation{id: "addSecret", verb: "POST /tenants/{tenant}/directories/{directory}/secrets", scope: WriteDirectories, summary: "Add a client secret", about: "Makes a client secret that gets access tokens at the token endpoint; several are good at once. It is shown in this answer only; its hash is kept.", status: http.StatusCreated}, d.addSecret)
	add(d, tag, operation{id: "addTrust", verb: "POST /tenants/{tenant}/directories/{directory}/trusts", scope: WriteDirectories, summary: "Trust an issuer", about: "Trusts what an issuer signs (RFC 7523), such as Entra's workload identities: no secret is kept anywhere.", status: http.StatusCreated}, d.addTrust)
	add(d, tag, operation{id: "rotateCredential", verb: "POST /tenants/{tenant}/directories/{directory}/credentials/{credential}/rotate", scope: WriteDirectories, summary: "Rotate a credential", about: "Makes another token or secret in the place of one, which ends a week later unless keep_hours says otherwise. The new one is shown in this answer only.", status: http.StatusCreated}, d.rotateCredential)
	add(d, tag, operation{id: "revokeCredential", verb: "DELETE /tenants/{tenant}/directories/{directory}/credentials/{credential}", scope: WriteDirectories, summary: "Revoke a credential", about: "Ends a credential at once, with the access tokens that it got; revoking it again changes nothing. One that was used within the last hour is refused unless force is set."}, d.revokeCredential)
}

type listCredentialsIn struct {
	InDirectory
	Kind tenant.CredentialKind `query:"kind" enum:"token,secret,trust" doc:"Only those of this kind."`
}

func (d *Door) listCredentials(ctx context.Context, in *listCredentialsIn) (*answer[page[view.CredentialView]], error) {
	found, s, err := d.directory(ctx, in.InDirectory)
	if err != nil {
		return nil, err
	}
	all, err := d.Store.Reader(s.Tenant).Credentials(ctx, found.ID)
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(slices.Clone(all), func(c tenant.Credential) bool { return in.Kind != "" && c.Kind != in.Kind })
	return the(page[view.CredentialView]{Items: views(all, func(c tenant.Credential) view.CredentialView { return view.Credential(c, d.Now()) })}), nil
}

type addTokenIn struct {
	InDirectory
	Body *struct {
		Label     string    `json:"label,omitempty" maxLength:"200" doc:"What it is called in lists; token when absent."`
		ExpiresAt time.Time `json:"expires_at,omitzero" doc:"When it ends; absent: never."`
	}
}

// newTokenView is a token in the only answer that shows it.
type newTokenView struct {
	view.CredentialView
	Token   string `json:"token" doc:"The secret itself, shown this once."`
	BaseURL string `json:"base_url"`
}

func (d *Door) addToken(ctx context.Context, in *addTokenIn) (*answer[newTokenView], error) {
	found, s, err := d.directory(ctx, in.InDirectory)
	if err != nil {
		return nil, err
	}
	label, expires := "token", time.Time{}
	if in.Body != nil {
		label, expires = cmp.Or(in.Body.Label, label), in.Body.ExpiresAt
	}
	token := secret.NewToken(secret.SCIM)
	c, err := d.Roster.AddCredential(ctx, s, found.ID, label, token.Hash(), expires)
	if err != nil {
		return nil, err
	}
	return the(newTokenView{view.Credential(c, d.Now()), token.Reveal(), d.Endpoints(found.ID).BaseURL}), nil
}

type addSecretIn struct {
	InDirectory
	Body *struct {
		Label        string    `json:"label,omitempty" maxLength:"200" doc:"What it is called in lists; secret when absent."`
		ExpiresAt    time.Time `json:"expires_at,omitzero" doc:"When it ends, in one to three years; absent: in one."`
		TokenMinutes int       `json:"token_minutes,omitempty" doc:"How long its access tokens live, 60 to 360; absent: 60."`
	}
}

// newSecretView is a client secret in the only answer that shows it.
type newSecretView struct {
	view.CredentialView
	Endpoints
	Secret string `json:"client_secret" doc:"The secret itself, shown this once."`
}

func (d *Door) addSecret(ctx context.Context, in *addSecretIn) (*answer[newSecretView], error) {
	found, s, err := d.directory(ctx, in.InDirectory)
	if err != nil {
		return nil, err
	}
	label, expires, minutes := "secret", time.Time{}, 0
	if b := in.Body; b != nil {
		label, expires, minutes = cmp.Or(b.Label, label), b.ExpiresAt, b.TokenMinutes
	}
	token := secret.NewToken(secret.Client)
	c, err := d.Roster.AddSecret(ctx, s, found.ID, label, token.Hash(), expires, minutes)
	if err != nil {
		return nil, err
	}
	return the(newSecretView{view.Credential(c, d.Now()), d.Endpoints(found.ID), token.Reveal()}), nil
}

type rotateCredentialIn struct {
	InCredential
	Body *struct {
		KeepHours *int      `json:"keep_hours,omitempty" minimum:"0" maximum:"8760" doc:"How long the old one is good for; absent: 168, a week."`
		ExpiresAt time.Time `json:"expires_at,omitzero" doc:"When the new one ends; absent: as one that is added."`
	}
}

// rotatedView is a rotated credential in the only answer that shows the new one.
type rotatedView struct {
	view.CredentialView
	Token    string              `json:"token,omitempty" doc:"The new bearer token, shown this once."`
	ClientID string              `json:"client_id,omitempty"`
	Secret   string              `json:"client_secret,omitempty" doc:"The new client secret, shown this once."`
	Old      view.CredentialView `json:"old" doc:"The old one, with when it ends and when it was last used."`
}

// weekOfHours is how long the old one of two credentials is good for by default.
const weekOfHours = 7 * 24

func (d *Door) rotateCredential(ctx context.Context, in *rotateCredentialIn) (*answer[rotatedView], error) {
	s, old, err := d.credential(ctx, in.InCredential)
	if err != nil {
		return nil, err
	}
	keep, expires := weekOfHours, time.Time{}
	if b := in.Body; b != nil {
		expires = b.ExpiresAt
		if b.KeepHours != nil {
			keep = *b.KeepHours
		}
	}
	prefix := secret.SCIM
	if old.Kind == tenant.ClientSecret {
		prefix = secret.Client
	}
	token := secret.NewToken(prefix)
	done, err := d.Roster.RotateCredential(ctx, s, old.Directory, old.ID, token.Hash(), expires, time.Duration(keep)*time.Hour)
	if err != nil {
		return nil, err
	}
	v := rotatedView{CredentialView: view.Credential(done.New, d.Now()), Old: view.Credential(done.Old, d.Now())}
	if old.Kind == tenant.ClientSecret {
		v.ClientID, v.Secret = d.Endpoints(old.Directory).ClientID, token.Reveal()
	} else {
		v.Token = token.Reveal()
	}
	return the(v), nil
}

// InCredential names a credential of a directory.
type InCredential struct {
	InDirectory
	Credential string `path:"credential" doc:"By its id (tok_…), never by the token itself."`
}

// credential finds the credential that a path names.
func (d *Door) credential(ctx context.Context, in InCredential) (roster.Staff, tenant.Credential, error) {
	found, s, err := d.directory(ctx, in.InDirectory)
	if err != nil {
		return s, tenant.Credential{}, err
	}
	id, err := tenant.ParseCredentialID(in.Credential)
	if err != nil {
		return s, tenant.Credential{}, none("credential")
	}
	all, err := d.Store.Reader(s.Tenant).Credentials(ctx, found.ID)
	i := slices.IndexFunc(all, func(c tenant.Credential) bool { return c.ID == id })
	if err == nil && i < 0 {
		err = none("credential")
	}
	if err != nil {
		return s, tenant.Credential{}, err
	}
	return s, all[i], nil
}

type revokeCredentialIn struct {
	InCredential
	Force bool `query:"force" doc:"Also when it was used within the last hour."`
}

func (d *Door) revokeCredential(ctx context.Context, in *revokeCredentialIn) (*answer[view.CredentialView], error) {
	s, found, err := d.credential(ctx, in.InCredential)
	if err != nil {
		return nil, err
	}
	revoke := d.Roster.RevokeIdleCredential
	if in.Force {
		revoke = d.Roster.RevokeCredential
	}
	c, err := revoke(ctx, s, found.Directory, found.ID)
	if err != nil {
		return nil, err
	}
	return the(view.Credential(c, d.Now())), nil
}
