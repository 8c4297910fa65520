package api

import (
	"cmp"
	"context"
	"encoding/json"

	"rollcall/internal/assertion"
	"rollcall/internal/roster"
	"rollcall/internal/tenant"
	"rollcall/internal/view"
)

type addTrustIn struct {
	InDirectory
	Body struct {
		Label        string          `json:"label,omitempty" maxLength:"200" doc:"What it is called in lists; trust when absent."`
		EntraTenant  string          `json:"entra_tenant,omitempty" maxLength:"64" doc:"Trusts Entra's workload identities of this tenant: fills in issuer and key set."`
		Application  string          `json:"application,omitempty" maxLength:"600" doc:"The client id of the workload identity (azp or appid), which is also its audience with entra_tenant."`
		Issuer       string          `json:"issuer,omitempty" maxLength:"600" doc:"Who signs (iss); absent: the client id, for a client that signs for itself."`
		Subject      string          `json:"subject,omitempty" maxLength:"600" doc:"Whom it is signed for (sub); absent: the client id, for a client that signs for itself."`
		Audiences    []string        `json:"audiences,omitempty" maxItems:"10" doc:"Whom it is meant for (aud); absent: the token URL."`
		Keys         json.RawMessage `json:"keys,omitempty" doc:"The issuer's public keys, a JSON Web Key Set."`
		KeysURL      string          `json:"keys_url,omitempty" maxLength:"600" doc:"Where the issuer publishes them, by https."`
		MaxMinutes   int             `json:"max_minutes,omitempty" minimum:"0" maximum:"1440" doc:"How long an assertion may be good for; absent: 10, or 120 with entra_tenant."`
		Reusable     bool            `json:"reusable,omitempty" doc:"Takes an assertion more than once while it is good; else it needs an id (jti) that is used once."`
		Direct       bool            `json:"direct,omitempty" doc:"Takes assertions as bearer tokens of SCIM requests too, as Entra sends them when its secret field is left empty."`
		TokenMinutes int             `json:"token_minutes,omitempty" doc:"How long its access tokens live, 60 to 360; absent: 60."`
	}
}

// trust puts the fields together; clientID stands for a client that signs for itself.
func (in *addTrustIn) trust(clientID string) (tenant.Trust, error) {
	b := in.Body
	t := tenant.Trust{
		Issuer: b.Issuer, Subject: b.Subject, Application: b.Application, Audiences: b.Audiences, Keys: b.Keys, KeysURL: b.KeysURL,
		MaxMinutes: b.MaxMinutes, Reusable: b.Reusable, Direct: b.Direct,
	}
	if len(b.Keys) > 0 {
		if _, err := assertion.ParseKeys(b.Keys); err != nil {
			return t, &roster.Error{Kind: roster.Invalid, Field: "keys", Detail: "The keys can't be used as a key set: " + err.Error() + "."}
		}
	}
	var err error
	switch {
	case b.EntraTenant != "" && b.Direct:
		t, err = tenant.EntraDirect(t, b.EntraTenant)
	case b.EntraTenant != "":
		t, err = tenant.EntraTrust(t, b.EntraTenant, b.Application)
	default:
		t.Issuer = cmp.Or(t.Issuer, clientID)
		if t.Application == "" {
			t.Subject = cmp.Or(t.Subject, clientID)
		}
	}
	if err != nil {
		return t, &roster.Error{Kind: roster.Invalid, Field: "entra_tenant", Detail: "The issuer can't be trusted so: " + err.Error() + "."}
	}
	return t, nil
}

// newTrustView is a trusted issuer, and what to tell it.
type newTrustView struct {
	view.CredentialView
	Endpoints
}

func (d *Door) addTrust(ctx context.Context, in *addTrustIn) (*answer[newTrustView], error) {
	found, s, err := d.directory(ctx, in.InDirectory)
	if err != nil {
		return nil, err
	}
	at := d.Endpoints(found.ID)
	t, err := in.trust(at.ClientID)
	if err != nil {
		return nil, err
	}
	c, err := d.Roster.AddTrust(ctx, s, found.ID, cmp.Or(in.Body.Label, "trust"), t, in.Body.TokenMinutes)
	if err != nil {
		return nil, err
	}
	return the(newTrustView{view.Credential(c, d.Now()), at}), nil
}
