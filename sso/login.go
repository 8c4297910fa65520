package sso

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"rollcall/console"
	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// login asks for the address first and finds the way in that belongs to it (home realm
// discovery). Who is unknown hears the same whatever the address is (SECURITY X10).
func (d *Door) login(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, 16<<10)
	if err := r.ParseForm(); err != nil {
		return &roster.Error{Kind: roster.Invalid, Detail: "The form can't be read."}
	}
	back := local(r.Form.Get("return"))
	options := url.Values{"return": {back}}
	if r.Form.Get("fresh") == "1" {
		options.Set("fresh", "1")
	}
	if r.Method == http.MethodPost {
		return d.typed(w, r, strings.TrimSpace(r.PostForm.Get("email")), back, options)
	}
	hint := r.Form.Get("login_hint")
	if hint != "" {
		options.Set("login_hint", hint)
	}
	if hint != "" || r.Form.Get("organization") != "" { // a link says as much about who is a customer as the form does
		if wait := d.Limits.Wait(r, "login"); wait > 0 {
			return tooMany(w, wait)
		}
	}
	ways, err := d.asked(r, hint, options)
	if err != nil || len(ways) > 0 {
		// Whoever was signed in, and not as the app asks, decides: sent on at once they might come back the same.
		return d.offer(w, ways, hint, back, r.Form.Get("another") == "1", err)
	}
	d.Pages.Show(w, http.StatusOK, console.Login{Email: hint, Return: back, Known: d.known(r, options)})
	return nil
}

// asked are the ways in that the link to the page names: a connection, a tenant, or an address.
func (d *Door) asked(r *http.Request, hint string, options url.Values) ([]console.Way, error) {
	if name := r.Form.Get("connection"); name != "" {
		id, err := tenant.ParseConnectionID(name)
		if err != nil {
			return nil, nil //nolint:nilerr // a link with a slip leads to the page
		}
		return []console.Way{{Tenant: "Sign in", URL: startURL(id, options)}}, nil
	}
	if name := r.Form.Get("organization"); name != "" {
		ways, err := d.waysOf(r.Context(), name, options)
		if err != nil || len(ways) > 0 {
			return ways, err
		}
	}
	if hint == "" {
		return nil, nil
	}
	return d.waysFor(r.Context(), hint, options)
}

// typed goes on with an address that somebody typed.
func (d *Door) typed(w http.ResponseWriter, r *http.Request, email, back string, options url.Values) error {
	if wait := d.Limits.Wait(r, "login"); wait > 0 {
		return tooMany(w, wait)
	}
	address, err := roster.ParseEmail(email)
	if e, ok := errors.AsType[*roster.Error](err); ok {
		d.Pages.Show(w, http.StatusUnprocessableEntity, console.Login{Email: email, Return: back, Problem: e.Detail})
		return nil
	}
	options.Set("login_hint", email)
	ways, err := d.waysFor(r.Context(), string(address), options)
	if err == nil && d.Local != nil && (len(ways) == 0 || r.PostForm.Get("other") == "1") {
		return d.Local(w, r, string(address), back, ways)
	}
	if err != nil || len(ways) > 0 {
		return d.offer(w, ways, email, back, false, err)
	}
	d.Pages.Show(w, http.StatusOK, console.Login{Email: email, Return: back, Unknown: true})
	return nil
}

// offer takes the one way that there is, or lets somebody choose. another says that the browser is signed in already,
// and not as the app asks.
func (d *Door) offer(w http.ResponseWriter, ways []console.Way, email, back string, another bool, err error) error {
	if err != nil {
		return err
	}
	if len(ways) == 1 && !another {
		goTo(w, ways[0].URL)
		return nil
	}
	d.Pages.Show(w, http.StatusOK, console.Choose{Email: email, Ways: ways, Another: another, Other: pathLogin + "?" + url.Values{"return": {back}}.Encode()})
	return nil
}

// waysFor are the ways in for an address: the active connections of the tenant to which its domain
// belongs. Which other tenants somebody is a member of is nobody's to learn by typing an address.
func (d *Door) waysFor(ctx context.Context, email string, options url.Values) ([]console.Way, error) {
	address, err := roster.ParseEmail(email)
	if err != nil {
		return nil, nil //nolint:nilerr // what is no address has no way
	}
	owner, err := d.Locator.TenantOfDomain(ctx, address.Domain())
	if errors.Is(err, roster.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	cfg, err := d.Store.Reader(owner).Config(ctx)
	if err != nil {
		return nil, err
	}
	if domain, ok := cfg.Domain(address.Domain()); !ok || !domain.Owned() {
		return nil, nil
	}
	return d.waysInto(ctx, owner, options)
}

// waysOf are the ways into a tenant that is named by its slug or id.
func (d *Door) waysOf(ctx context.Context, name string, options url.Values) ([]console.Way, error) {
	var id tenant.ID
	if !strings.HasPrefix(name, "ten_") || id.UnmarshalText([]byte(name)) != nil {
		t, err := d.Locator.TenantBySlug(ctx, name)
		if errors.Is(err, roster.NotFound) || errors.Is(err, roster.Invalid) { // what the database can't hold is nobody's name
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		id = t.ID
	}
	return d.waysInto(ctx, id, options)
}

func (d *Door) waysInto(ctx context.Context, id tenant.ID, options url.Values) ([]console.Way, error) {
	cfg, err := d.Store.Reader(id).Config(ctx)
	if errors.Is(err, roster.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var ways []console.Way
	for _, c := range cfg.Connections {
		if c.Usable() {
			ways = append(ways, console.Way{Tenant: cfg.Tenant.Name, Connection: c.Name, URL: startURL(c.ID, options)})
		}
	}
	return ways, nil
}

// way is a sign-in that went well from this browser.
type way struct {
	Tenant     tenant.ID           `json:"t"`
	Connection tenant.ConnectionID `json:"c"`
	Email      string              `json:"e,omitempty"`
}

const (
	lastCookie = "rollcall-last"
	maxKnown   = 5
	maxLast    = 2 << 10 // bytes of its JSON: it is kept with each sign-in that begins
	lastLife   = 180 * 24 * time.Hour
)

// remembered reads the ways of the browser's cookie. It is the browser's own word: it fills in and leads
// to a sign-in, and opens nothing.
func remembered(r *http.Request) []way {
	c, err := r.Cookie(lastCookie)
	if err != nil {
		return nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(c.Value)
	var ways []way
	if err != nil || len(raw) > maxLast || json.Unmarshal(raw, &ways) != nil {
		return nil
	}
	ways = ways[:min(len(ways), maxKnown)]
	for i := range ways {
		if _, err := roster.ParseEmail(ways[i].Email); err != nil {
			ways[i].Email = ""
		}
	}
	return ways
}

// remember puts the way that was just gone in front of those known before.
func (d *Door) remember(w http.ResponseWriter, last way, known []way) {
	ways := slices.DeleteFunc(slices.Clone(known), func(o way) bool { return o.Connection == last.Connection })
	ways = append([]way{last}, ways...)
	raw, err := json.Marshal(ways[:min(len(ways), maxKnown)])
	if err != nil {
		return
	}
	http.SetCookie(w, &http.Cookie{ //nolint:gosec // not secure on this machine alone, where there is no https
		Name: lastCookie, Value: base64.RawURLEncoding.EncodeToString(raw), Path: "/", HttpOnly: true, Secure: !d.insecure,
		SameSite: http.SameSiteLaxMode, MaxAge: int(lastLife / time.Second),
	})
}

// known are the ways that this browser went before and that are open still.
func (d *Door) known(r *http.Request, options url.Values) []console.Way {
	var out []console.Way
	for _, last := range remembered(r) {
		cfg, err := d.Store.Reader(last.Tenant).Config(r.Context())
		if err != nil {
			continue // it is a convenience
		}
		c, ok := cfg.Connection(last.Connection)
		if !ok || !c.Usable() {
			continue
		}
		o := url.Values{}
		maps.Copy(o, options)
		if last.Email != "" {
			o.Set("login_hint", last.Email)
		}
		out = append(out, console.Way{Tenant: cfg.Tenant.Name, Connection: c.Name, Email: last.Email, URL: startURL(c.ID, o)})
	}
	return out
}
