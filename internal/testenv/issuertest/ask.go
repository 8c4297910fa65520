package issuertest

import (
	"encoding/base64"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// Answer is what a gateway answered.
type Answer struct {
	Status int
	Header http.Header
	Body   string
	JSON   map[string]any // nil when it is none
}

// Text is a value of the JSON object.
func (a Answer) Text(name string) string {
	s, _ := a.JSON[name].(string)
	return s
}

// Back is a parameter of the address that the browser is sent to.
func (a Answer) Back(name string) string {
	u, err := url.Parse(a.Header.Get("Location"))
	if err != nil {
		return ""
	}
	return u.Query().Get(name)
}

// As is how a request shows who it comes from.
type As func(r *http.Request)

// Cookie is a browser with a session.
func Cookie(token string) As {
	return func(r *http.Request) { r.AddCookie(&http.Cookie{Name: "rollcall", Value: token}) }
}

// Basic is an app with its secret.
func Basic(a tenant.App, secret string) As {
	return func(r *http.Request) { r.SetBasicAuth(url.QueryEscape(a.ID.String()), url.QueryEscape(secret)) }
}

// Bearer is whoever has an access token.
func Bearer(token string) As { return Header("Authorization", "Bearer "+token) }

// Header adds a header.
func Header(name, value string) As {
	return func(r *http.Request) { r.Header.Set(name, value) }
}

// Get asks a replica by GET. No redirect is followed.
func (h *House) Get(at *Replica, path string, q url.Values, as ...As) Answer {
	h.T.Helper()
	if len(q) > 0 {
		path += "?" + q.Encode()
	}
	return h.ask(at, http.MethodGet, path, "", as)
}

// Post posts a form.
func (h *House) Post(at *Replica, path string, form url.Values, as ...As) Answer {
	h.T.Helper()
	return h.ask(at, http.MethodPost, path, form.Encode(), as)
}

func (h *House) ask(at *Replica, method, path, body string, as []As) Answer {
	h.T.Helper()
	r, err := http.NewRequestWithContext(h.T.Context(), method, at.Server.URL+path, strings.NewReader(body))
	if err != nil {
		h.T.Fatal(err)
	}
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for _, f := range as {
		f(r)
	}
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		h.T.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		h.T.Fatal(err)
	}
	a := Answer{Status: resp.StatusCode, Header: resp.Header, Body: string(text)}
	_ = json.Unmarshal(text, &a.JSON)
	return a
}

// Flow is a sign-in of somebody to an app.
type Flow struct {
	H        *House
	App      tenant.App
	Secret   string
	Member   roster.Member
	Session  roster.Session
	Cookie   string
	Verifier string
	Params   url.Values // of the authorization request
}

// Flow signs a new member in and prepares a request of a new app.
func (h *House) Flow(name string) *Flow {
	h.T.Helper()
	a, secret := h.App(tenant.App{})
	return h.FlowOf(a, secret, h.Member(name, "viewer"))
}

// FlowOf signs a member in and prepares a request of an app.
func (h *House) FlowOf(a tenant.App, secret string, m roster.Member) *Flow {
	h.T.Helper()
	f := &Flow{H: h, App: a, Secret: secret, Member: m}
	var err error
	if f.Session, f.Cookie, err = h.Begin(h.T.Context(), m.ID, roster.SessionStart{Method: roster.MethodSAML}); err != nil {
		h.T.Fatalf("start a session: %v", err)
	}
	verifier, challenge := Verifier()
	f.Verifier, f.Params = verifier, url.Values{
		"client_id": {a.ID.String()}, "redirect_uri": {a.RedirectURIs[0]}, "response_type": {"code"}, "scope": {"openid profile email groups offline_access"},
		"state": {"a state"}, "nonce": {"a nonce"}, "code_challenge": {challenge}, "code_challenge_method": {"S256"},
	}
	return f
}

// With is the request with other parameters; an empty one is left out.
func (f *Flow) With(more map[string]string) url.Values {
	q := maps.Clone(f.Params)
	for name, v := range more {
		if q.Del(name); v != "" {
			q.Set(name, v)
		}
	}
	return q
}

// Code is a code for the app.
func (f *Flow) Code(more map[string]string) string {
	f.H.T.Helper()
	a := f.H.Get(f.H.Replica, "/oauth2/authorize", f.With(more), Cookie(f.Cookie))
	if a.Status != http.StatusSeeOther || a.Back("code") == "" {
		f.H.T.Fatalf("authorize = %d, Location %q, %s; want a code", a.Status, a.Header.Get("Location"), a.Body)
	}
	return a.Back("code")
}

// Exchange is the form that redeems a code.
func (f *Flow) Exchange(code string) url.Values {
	return url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {f.App.RedirectURIs[0]}, "code_verifier": {f.Verifier}}
}

// Redeem redeems a code.
func (f *Flow) Redeem(code string) Answer {
	f.H.T.Helper()
	return f.H.Post(f.H.Replica, "/oauth2/token", f.Exchange(code), Basic(f.App, f.Secret))
}

// Tokens signs in and returns what the app gets.
func (f *Flow) Tokens() Answer {
	f.H.T.Helper()
	a := f.Redeem(f.Code(nil))
	if a.Status != http.StatusOK || a.Text("access_token") == "" {
		f.H.T.Fatalf("token = %d %s", a.Status, a.Body)
	}
	return a
}

// Refresh redeems a refresh token.
func (f *Flow) Refresh(token string) Answer {
	f.H.T.Helper()
	return f.H.Post(f.H.Replica, "/oauth2/token", url.Values{"grant_type": {"refresh_token"}, "refresh_token": {token}}, Basic(f.App, f.Secret))
}

// Active says whether introspection calls a token active.
func (f *Flow) Active(at *Replica, token string) bool {
	f.H.T.Helper()
	a := f.H.Post(at, "/oauth2/introspect", url.Values{"token": {token}}, Basic(f.App, f.Secret))
	if a.Status != http.StatusOK {
		f.H.T.Fatalf("introspect = %d %s", a.Status, a.Body)
	}
	active, _ := a.JSON["active"].(bool)
	return active
}

// Claims are those of a signed token, unverified.
func Claims(token string) map[string]any {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return nil
	}
	text, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return nil
	}
	var c map[string]any
	_ = json.Unmarshal(text, &c)
	return c
}
