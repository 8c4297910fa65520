package sso

import (
	"context"
	"errors"
	"net/http"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
	"rollcall/internal/web"
	"rollcall/sso/oidc"
	"rollcall/sso/saml"
)

// metadata shows a SAML connection's own metadata, which is no secret. A draft shows it too: the provider
// is set up before anybody signs in.
func (d *Door) metadata(w http.ResponseWriter, r *http.Request) error {
	at, err := d.connection(r)
	if err != nil {
		return err
	}
	if at.Connection.Type != tenant.SAML {
		return &roster.Error{Kind: roster.NotFound, Code: CodeNoConnection, Detail: "This connection speaks OpenID Connect, which has no such metadata."}
	}
	cfg, err := d.Connections.SAML(at.Connection)
	if err != nil {
		return err
	}
	text, err := saml.SPMetadata(cfg)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/samlmetadata+xml")
	w.Header().Set("Content-Disposition", `attachment; filename="rollcall-metadata.xml"`)
	_, _ = w.Write(text)
	return nil
}

// hearLogout takes the word of a tenant's provider that somebody's session ended there
// (OpenID Connect Back-Channel Logout 1.0 §2.5).
func (d *Door) hearLogout(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	err := d.endByProvider(w, r)
	if err == nil {
		w.WriteHeader(http.StatusOK)
		return
	}
	status := http.StatusBadRequest
	switch {
	case isUnavailable(err):
		status = http.StatusServiceUnavailable
		w.Header().Set("Retry-After", retryAfter(waitOf(err)))
	case errors.Is(err, roster.NotFound):
		status = http.StatusNotFound
	case failureCode(err) == "" && web.Status(err) >= http.StatusInternalServerError: // ours, and no fault of the token
		status = http.StatusInternalServerError
	}
	web.From(r.Context()).Fail(err)
	web.WriteJSON(w, "application/json", status, map[string]string{"error": "invalid_request"})
}

func (d *Door) endByProvider(w http.ResponseWriter, r *http.Request) error {
	at, err := d.connection(r)
	if err != nil {
		return err
	}
	r.Body = http.MaxBytesReader(w, r.Body, oidc.MaxCallback)
	if err := r.ParseForm(); err != nil || at.Connection.Type != tenant.OIDC || len(r.PostForm["logout_token"]) != 1 {
		return &roster.Error{Kind: roster.Invalid, Code: oidc.CodeLogoutToken, Detail: "One logout_token is expected."}
	}
	cfg, err := d.Connections.OIDC(at.Connection)
	if err != nil {
		return err
	}
	l, err := d.OIDC.VerifyLogout(r.Context(), cfg, r.PostForm.Get("logout_token"))
	if err != nil {
		return err
	}
	seen := "logout " + at.Connection.ID.String() + " " + l.ID
	fresh, err := d.State.FirstTime(r.Context(), at.Tenant.ID, seen, max(l.Expires.Sub(d.Now())+time.Minute, time.Minute))
	if err != nil {
		return err
	}
	if !fresh {
		return &roster.Error{Kind: roster.Invalid, Code: oidc.CodeLogoutToken, Detail: "The logout token was used before."}
	}
	f := roster.SessionFilter{Connection: at.Connection.ID, IDPSession: l.SessionID}
	if l.SessionID == "" {
		f.Subject = l.Subject
	}
	by := roster.Staff{Tenant: at.Tenant.ID, Actor: roster.Actor{Source: roster.SourceSignIn, ID: at.Connection.ID.String()}, RequestID: d.RequestID(r.Context())}
	if _, err = d.Roster.EndSessions(r.Context(), by, f, roster.EndIDPLogout); err == nil {
		return nil
	}
	// The provider sends the same token again, and must not be told then that it was used. It may have hung up already.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), forgetTime)
	defer cancel()
	return errors.Join(err, d.State.Forget(ctx, at.Tenant.ID, seen))
}

// forgetTime bounds what is still to be done for a request that has failed.
const forgetTime = 2 * time.Second
