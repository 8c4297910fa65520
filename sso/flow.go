package sso

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
	"rollcall/sso/oidc"
)

// flow is a sign-in under way. It is kept under the RelayState or the state that comes back
// with the browser, for flowLife, and taken once.
type flow struct {
	Tenant     tenant.ID           `json:"tenant"`
	Connection tenant.ConnectionID `json:"connection"`
	// Browser is the hash of the cookie that the sign-in began with: nobody else's browser can end it
	// (login CSRF, SECURITY S29).
	Browser [32]byte  `json:"browser"`
	Return  string    `json:"return"`
	Email   string    `json:"email,omitempty"` // as it was typed, to be filled in the next time
	Started time.Time `json:"started"`
	// Request is the id of the SAML request.
	Request string `json:"request,omitempty"`
	// OIDC is what package oidc asks back.
	OIDC *oidc.Kept `json:"oidc,omitempty"`
	// Test says that it is a test sign-in, and of which version of the connection; Ticket is the link's.
	Test   int64  `json:"test,omitempty"`
	Ticket string `json:"ticket,omitempty"`
	// Bore is the session with which the sign-in began, which the new one replaces.
	Bore roster.BrowserToken `json:"bore"`
	// Known are the ways that the browser went before: its cookies for them and for Bore stay away when another site posts.
	Known []way `json:"known,omitempty"`
}

const flowLife = oidc.KeptFor

// begin keeps a flow under a name that only this browser and the provider get to know.
func (d *Door) begin(ctx context.Context, name string, f flow) error {
	value, err := json.Marshal(f)
	if err != nil {
		return fmt.Errorf("keep the sign-in: %w", err)
	}
	return d.State.Put(ctx, name, value, flowLife)
}

// errNoFlow is what a browser hears that comes back from a sign-in that is not under way.
func errNoFlow() error {
	return &roster.Error{Kind: roster.Invalid, Code: CodeNoFlow, Detail: "This sign-in was finished before, took too long, or began in another browser."}
}

// end takes a flow that this browser began at this connection.
func (d *Door) end(r *http.Request, name string, con tenant.ConnectionID) (flow, error) {
	var f flow
	value, err := d.State.Take(r.Context(), name)
	if errors.Is(err, roster.NotFound) {
		return f, errNoFlow()
	}
	if err == nil {
		err = json.Unmarshal(value, &f)
	}
	if err != nil {
		return f, fmt.Errorf("take the sign-in: %w", err)
	}
	mine := d.browser(r)
	if f.Connection != con || mine == "" || subtle.ConstantTimeCompare(f.Browser[:], hashOf(mine)) != 1 {
		return flow{}, errNoFlow()
	}
	return f, nil
}

func hashOf(text string) []byte {
	sum := sha256.Sum256([]byte(text))
	return sum[:]
}

const nameBytes = 32

// newName makes a RelayState: 256 random bits, within the 80 bytes that SAML allows.
func newName() string {
	var b [nameBytes]byte
	_, _ = rand.Read(b[:]) // it never fails
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// browserCookie is the name of the cookie that binds sign-ins to the browser. It must come along
// when a provider's page posts to us, so it is SameSite=None, which only https may have.
func (d *Door) browserCookie() string {
	if d.insecure {
		return "rollcall-signin"
	}
	return "__Host-rollcall-signin"
}

const cookieLength = 43 // of 32 bytes in base64

// browser is what the browser's cookie says; empty when there is none, or two.
func (d *Door) browser(r *http.Request) string {
	found := r.CookiesNamed(d.browserCookie())
	if len(found) != 1 || len(found[0].Value) != cookieLength {
		return ""
	}
	return found[0].Value
}

// bind gives the browser its cookie. One that it has stays, so that sign-ins in two tabs don't get in
// each other's way.
func (d *Door) bind(w http.ResponseWriter, r *http.Request) [32]byte {
	value := d.browser(r)
	if value == "" {
		value = newName()
	}
	c := &http.Cookie{ //nolint:gosec // see below: not secure on this machine alone
		Name: d.browserCookie(), Value: value, Path: "/", HttpOnly: true, Secure: true, SameSite: http.SameSiteNoneMode,
		MaxAge: int(2 * flowLife / time.Second),
	}
	if d.insecure {
		c.Secure, c.SameSite = false, http.SameSiteLaxMode
	}
	http.SetCookie(w, c)
	return [32]byte(hashOf(value))
}
