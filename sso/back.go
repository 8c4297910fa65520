package sso

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"time"

	"rollcall/console"
	"rollcall/internal/roster"
	"rollcall/internal/tenant"
	"rollcall/internal/web"
	"rollcall/sso/oidc"
	"rollcall/sso/saml"
)

// maxACS bounds what a provider's page may post, in bytes: a response and a RelayState, encoded.
const maxACS = saml.MaxBody + 16<<10

// acs takes a SAML response (SAML bindings §3.5).
func (d *Door) acs(w http.ResponseWriter, r *http.Request) error {
	at, err := d.connection(r)
	if err != nil {
		return err
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxACS)
	err = r.ParseForm()
	if _, big := errors.AsType[*http.MaxBytesError](err); big {
		return at.said(&roster.Error{Kind: roster.TooLarge, Code: saml.CodeTooLarge, Detail: "The response is too large."})
	}
	body, relay := r.PostForm.Get("SAMLResponse"), r.PostForm.Get("RelayState")
	if err != nil || at.Connection.Type != tenant.SAML || len(r.PostForm["SAMLResponse"]) != 1 || len(r.PostForm["RelayState"]) > 1 {
		return at.said(&roster.Error{Kind: roster.Forbidden, Code: saml.CodeMalformed, Detail: "This is no SAML response for this connection."})
	}
	if d.browser(r) == "" && r.PostForm.Get("here") == "" {
		// Some browsers leave the cookie out when another site's page posts. Posted again from a page of ours, by
		// a person, it comes along; to a browser that never began a sign-in nothing does.
		d.Pages.Show(w, http.StatusOK, console.Forward{
			Action: r.URL.Path, Fields: console.FieldsOf(url.Values{"SAMLResponse": {body}, "RelayState": {relay}, "here": {"1"}}),
			Text: "You are back from your company's sign-in page.", Button: "Continue", ByHand: true,
		})
		return nil
	}
	f, err := d.end(r, relay, at.Connection.ID)
	if err != nil {
		return at.unsolicited(err, relay)
	}
	if err := d.mayStart(at, f.Test != 0); err != nil {
		return d.refused(r, at, f, err)
	}
	id, facts, err := d.readSAML(r.Context(), at, f, body)
	if err != nil {
		return d.failed(w, r, at, f, err)
	}
	return d.arrived(w, r, at, f, id, facts)
}

// unsolicited lets somebody begin anew, from here, whose response belongs to no sign-in under way: what came is not
// even read (SECURITY S27). With a RelayState as we make them it is an old one of ours, else the provider
// sent the person by itself.
func (f found) unsolicited(err error, relay string) error {
	e, ok := errors.AsType[*roster.Error](err)
	if !ok || e.Code != CodeNoFlow {
		return err
	}
	code := saml.CodeUnsolicited
	if raw, err := base64.RawURLEncoding.DecodeString(relay); err == nil && len(raw) == nameBytes {
		code = CodeNoFlow
	}
	return &refusal{
		err: &roster.Error{Kind: roster.Forbidden, Code: code, Detail: e.Detail}, tenant: f.Tenant, again: startURL(f.Connection.ID, nil), label: "Sign in",
	}
}

// readSAML verifies a response and makes an identity of it.
func (d *Door) readSAML(ctx context.Context, at found, f flow, body string) (Identity, []console.Fact, error) {
	cfg, err := d.Connections.SAML(at.Connection)
	if err != nil {
		return Identity{}, nil, err
	}
	a, err := saml.Verify(cfg, saml.Expectation{RequestID: f.Request, RequestedAt: f.Started, Now: d.Now()}, body)
	if err != nil {
		return Identity{}, nil, err
	}
	fresh, err := d.State.FirstTime(ctx, at.Tenant.ID, "saml "+at.Connection.ID.String()+" "+a.ID, max(a.ReplayUntil.Sub(d.Now()), time.Second))
	if err != nil {
		return Identity{}, nil, err
	}
	if !fresh {
		return Identity{}, nil, &roster.Error{Kind: roster.Forbidden, Code: CodeReplayed, Detail: "This response was used before."}
	}
	id := identityOfSAML(at, a)
	return id, factsOf(a.Facts), nil
}

func factsOf(list []saml.Fact) []console.Fact {
	var out []console.Fact
	for _, f := range list {
		out = append(out, console.Fact(f))
	}
	return out
}

// identityOfSAML turns an assertion into an identity. A transient NameID is another one each time, so
// it is no key for a person.
func identityOfSAML(at found, a saml.Assertion) Identity {
	id := Identity{
		Tenant: at.Tenant.ID, Connection: at.Connection, Method: roster.MethodSAML, Subject: a.NameID, Issuer: a.Issuer, EmailVouched: true,
		Attributes: map[string][]string{}, AuthTime: a.AuthnInstant, IdPSession: a.SessionIndex, NotAfter: a.SessionNotOnOrAfter,
	}
	if a.Transient() {
		id.Subject = ""
	}
	for _, x := range a.Attributes {
		id.Attributes[x.Name] = append(id.Attributes[x.Name], x.Values...)
		if x.FriendlyName != "" && x.FriendlyName != x.Name && len(a.Values(x.FriendlyName)) == len(x.Values) {
			id.Attributes[x.FriendlyName] = x.Values
		}
	}
	id.Read(at.Connection.Mapping)
	// With no attribute at all: of several that differ nobody can say which is meant (SECURITY S38).
	if a.NameIDFormat == emailFormat && len(id.values(at.Connection.Mapping.Email, emailNames)) == 0 {
		id.Email = a.NameID
	}
	return id
}

const emailFormat = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"

// callback takes an authorization code (RFC 6749 §4.1.2).
func (d *Door) callback(w http.ResponseWriter, r *http.Request) error {
	at, err := d.connection(r)
	if err != nil {
		return err
	}
	cb, err := oidc.CallbackOf(w, r)
	if err != nil {
		return err
	}
	state := cb.Params.Get("state")
	if at.Connection.Type != tenant.OIDC || state == "" {
		return errNoFlow()
	}
	if cb.Post && d.browser(r) == "" && cb.Params.Get("here") == "" {
		fields := url.Values{"here": {"1"}}
		maps.Copy(fields, cb.Params)
		d.Pages.Show(w, http.StatusOK, console.Forward{
			Action: r.URL.Path, Fields: console.FieldsOf(fields), Text: "You are back from your company's sign-in page.", Button: "Continue", ByHand: true,
		})
		return nil
	}
	f, err := d.end(r, state, at.Connection.ID)
	if err != nil {
		return err
	}
	if err := d.mayStart(at, f.Test != 0); err != nil {
		return d.refused(r, at, f, err)
	}
	if f.OIDC == nil {
		return errNoFlow()
	}
	cb.Params.Del("here")
	cfg, err := d.Connections.OIDC(at.Connection)
	if err != nil {
		return err
	}
	claims, err := d.OIDC.Finish(r.Context(), cfg, *f.OIDC, cb)
	if err != nil {
		return d.failed(w, r, at, f, err)
	}
	return d.arrived(w, r, at, f, identityOfOIDC(at, claims), nil)
}

// identityOfOIDC turns claims into an identity.
func identityOfOIDC(at found, c *oidc.Claims) Identity {
	id := Identity{
		Tenant: at.Tenant.ID, Connection: at.Connection, Method: roster.MethodOIDC, Subject: c.Subject, Issuer: c.Issuer,
		Attributes: textsOf(c.All), AuthTime: c.AuthTime, IdPSession: c.SessionID,
	}
	id.Read(at.Connection.Mapping)
	if m := at.Connection.Mapping.Email; m == "" || m == "email" {
		id.Email = c.Email
	}
	id.EmailVouched = c.EmailVerified && id.Email == c.Email // which is what the provider says to have verified
	// Entra leaves the claim out for who is in no group, and names a place to ask for who is in too many.
	id.Groups, id.GroupsUnknown = nil, c.GroupsCut
	if c.GroupsKnown {
		id.Groups = append([]string{}, c.Groups...)
	}
	return id
}

// textsOf are claims as texts: what is neither a text, a number, a boolean nor a list of these is
// shown as JSON.
func textsOf(all map[string]any) map[string][]string {
	out := map[string][]string{}
	for name, v := range all {
		if list, ok := v.([]any); ok {
			for _, x := range list {
				out[name] = append(out[name], textOf(x))
			}
			continue
		}
		out[name] = []string{textOf(v)}
	}
	return out
}

func textOf(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	case bool, nil:
		return fmt.Sprint(v)
	}
	b, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	return string(b)
}

// arrived lets an identity in, or shows what would become of it.
func (d *Door) arrived(w http.ResponseWriter, r *http.Request, at found, f flow, id Identity, facts []console.Fact) error {
	if f.Test != 0 {
		return d.showTest(w, r, at, f, id, facts)
	}
	in, err := d.Join(r.Context(), id, d.client(r))
	if err != nil {
		return d.led(w, r, Failed{Return: f.Return, Asked: f.Email, Came: id.Email}, at.said(err))
	}
	if err := d.Sessions.SignedIn(w, r, in.Token, in.Session, f.Bore); err != nil {
		// The person is in; that an older session lives on until its time is not theirs to mend.
		d.Log.WarnContext(r.Context(), "the former session did not end", "tenant", at.Tenant.ID.String(), "error", err.Error())
	}
	d.remember(w, way{at.Tenant.ID, at.Connection.ID, f.Email}, f.Known)
	web.From(r.Context()).Tenant = at.Tenant.ID
	goTo(w, f.Return)
	return nil
}
