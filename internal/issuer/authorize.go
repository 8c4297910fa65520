package issuer

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/secret"
	"rollcall/internal/tenant"
	"rollcall/internal/web"
)

// request is what an app asks for at the authorization endpoint.
type request struct { //nolint:recvcheck // filled by pointer, then a value
	App          tenant.AppID `json:"app"`
	RedirectURI  string       `json:"redirect_uri"`
	Scopes       []string     `json:"scopes"`
	State        string       `json:"state,omitempty"`
	Nonce        string       `json:"nonce,omitempty"`
	Challenge    string       `json:"challenge"`
	Organization string       `json:"organization,omitempty"`
	Connection   string       `json:"connection,omitempty"`
	LoginHint    string       `json:"login_hint,omitempty"`
	None         bool         `json:"-"` // prompt=none: nobody may be asked anything
	// Asked is when the app asked. Whoever has signed in since did so because of it.
	Asked time.Time `json:"asked"`
	// After is when the person must have signed in at the earliest; zero: whenever.
	After time.Time `json:"after,omitzero"`
}

// wrong is a fault of a request that the app is told of by the redirect (RFC 6749 §4.1.2.1).
type wrong struct{ code, description string }

func (w wrong) Error() string { return w.code + ": " + w.description }

const (
	maxState     = 2048 // bytes of state, nonce and hints
	maxScopeText = 1000
)

// challengeForm is that of base64url(SHA-256(verifier)) (RFC 7636 §4.2).
var challengeForm = regexp.MustCompile(`^[A-Za-z0-9_-]{43}$`)

// parse reads a request. An error that is no wrong is for the person alone: nobody may
// be sent to where no app is known to be.
func (d *Door) parse(r *http.Request) (request, error) {
	var q request
	invalid := func(field, detail string) error {
		return &roster.Error{Kind: roster.Invalid, Code: roster.CodeAppRequest, Field: field, Detail: detail}
	}
	r.Body = http.MaxBytesReader(nil, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		return q, invalid("body", "The app's request can't be read.")
	}
	for name, values := range r.Form {
		if len(values) > 1 { // RFC 6749 §3.1
			return q, invalid(clip(name), "The app's request names "+clip(name)+" more than once.")
		}
	}
	a, err := d.app(r.Context(), r.Form.Get("client_id"))
	if err != nil {
		return q, err
	}
	q.App, q.RedirectURI = a.ID, r.Form.Get("redirect_uri")
	if !slices.Contains(a.RedirectURIs, q.RedirectURI) { // to the letter (RFC 9700 §2.1)
		return q, invalid("redirect_uri", "The app asks to send you to an address that is not registered for it. Its developers must add the redirect URI, letter by letter.")
	}
	if q.State = r.Form.Get("state"); len(q.State) > maxState {
		q.State = ""
		return q, wrong{"invalid_request", "The state is longer than 2048 bytes."}
	}
	return q, q.fill(r.Form, d.Now())
}

// fill reads all that the app may be told of by the redirect.
func (q *request) fill(form url.Values, now time.Time) error {
	q.Asked = now
	q.Nonce, q.Challenge = form.Get("nonce"), form.Get("code_challenge")
	q.Organization, q.Connection, q.LoginHint = form.Get("organization"), form.Get("connection"), form.Get("login_hint")
	switch {
	case form.Get("request") != "":
		return wrong{"request_not_supported", "Send the parameters themselves, not a request object."}
	case form.Get("request_uri") != "":
		return wrong{"request_uri_not_supported", "Send the parameters themselves, not the address of a request object."}
	case form.Get("response_type") != "code":
		return wrong{"unsupported_response_type", "response_type must be code."}
	case form.Get("response_mode") != "" && form.Get("response_mode") != "query":
		return wrong{"invalid_request", "response_mode must be query, or left out."}
	case form.Get("code_challenge_method") != "S256" || !challengeForm.MatchString(q.Challenge):
		return wrong{"invalid_request", "PKCE is required: code_challenge with code_challenge_method S256."}
	case max(len(q.Nonce), len(q.Organization), len(q.Connection), len(q.LoginHint)) > maxState || len(form.Get("scope")) > maxScopeText:
		return wrong{"invalid_request", "A parameter is too long."}
	}
	for s := range strings.FieldsSeq(form.Get("scope")) {
		if slices.Contains(scopes(), s) && !slices.Contains(q.Scopes, s) {
			q.Scopes = append(q.Scopes, s)
		}
	}
	if !slices.Contains(q.Scopes, "openid") {
		return wrong{"invalid_scope", "The scope must contain openid."}
	}
	return q.fillPrompt(form, now)
}

func (q *request) fillPrompt(form url.Values, now time.Time) error {
	prompts := strings.Fields(form.Get("prompt"))
	q.None = slices.Contains(prompts, "none")
	if q.None && len(prompts) > 1 {
		return wrong{"invalid_request", "prompt none stands alone."}
	}
	if slices.Contains(prompts, "login") || slices.Contains(prompts, "select_account") {
		q.After = now
	}
	if text := form.Get("max_age"); text != "" {
		seconds, err := strconv.ParseInt(text, 10, 32)
		if err != nil || seconds < 0 {
			return wrong{"invalid_request", "max_age is a number of seconds."}
		}
		if after := now.Add(-time.Duration(seconds) * time.Second); after.After(q.After) {
			q.After = after
		}
	}
	return nil
}

// fits says whether a session is one that the app may have.
func (q request) fits(l roster.LiveSession) bool {
	// The identity provider's clock tells seconds. One that was asked for a fresh sign-in and says that there was
	// none is not asked again: auth_time tells the app.
	if !q.After.IsZero() && l.Session.AuthTime.Before(q.After.Truncate(time.Second)) && l.Session.CreatedAt.Before(q.Asked) {
		return false
	}
	if o := q.Organization; o != "" && o != l.Tenant.Slug && o != l.Tenant.ID.String() {
		return false
	}
	return q.Connection == "" || !l.Session.Connection.IsZero() && q.Connection == l.Session.Connection.String()
}

// authorize answers an app that sends somebody to sign in (OpenID Connect Core §3.1.2).
func (d *Door) authorize(w http.ResponseWriter, r *http.Request) {
	q, err := d.parse(r)
	if err != nil {
		d.refuse(w, r, q, err)
		return
	}
	live, err := d.Sessions.Resume(w, r)
	switch {
	case err == nil && q.fits(live):
		d.giveCode(w, r, q, live)
	case err != nil && !errors.Is(err, roster.Unauthorized):
		d.refuse(w, r, q, err)
	case q.None:
		d.refuse(w, r, q, wrong{"login_required", "Nobody is signed in here as the app asks."})
	default:
		d.signIn(w, r, q, err == nil)
	}
}

// signIn keeps the request and sends the person to the login page. unfit says that somebody is signed in,
// in a session that the app may not have: to come back with it would lead round in circles.
func (d *Door) signIn(w http.ResponseWriter, r *http.Request, q request, unfit bool) {
	value, err := json.Marshal(q)
	if err != nil {
		d.refuse(w, r, q, fmt.Errorf("keep the app's request: %w", err))
		return
	}
	id := tenant.NewUUID(d.Now()).UUID()
	if err := d.Pending.Put(r.Context(), id, value, requestLife); err != nil {
		d.refuse(w, r, q, err)
		return
	}
	redirect(w, d.Login(Hints{
		Return: pathContinue + "?request=" + id, Organization: q.Organization, Connection: q.Connection, Login: q.LoginHint, Fresh: !q.After.IsZero(),
		Another: unfit,
	}))
}

// goOn answers the app's request after the person has signed in.
func (d *Door) goOn(w http.ResponseWriter, r *http.Request) {
	id := r.URL.Query().Get("request")
	value, err := d.Pending.Take(r.Context(), id)
	if errors.Is(err, roster.NotFound) {
		err = &roster.Error{Kind: roster.NotFound, Code: roster.CodeAppRequest, Detail: "This sign-in was finished before, or took too long. Go back to the app and start again."}
	}
	var q request
	if err == nil {
		err = json.Unmarshal(value, &q)
	}
	if err != nil {
		d.Pages.Refuse(w, r, note{r}.said(err))
		return
	}
	live, err := d.Sessions.Resume(w, r)
	switch {
	case err == nil && q.fits(live):
		d.giveCode(w, r, q, live)
	case err == nil || errors.Is(err, roster.Unauthorized):
		d.signIn(w, r, q, err == nil)
	default:
		d.refuse(w, r, q, err)
	}
}

// giveCode sends the person back to the app with a code.
func (d *Door) giveCode(w http.ResponseWriter, r *http.Request, q request, live roster.LiveSession) {
	code, hash := secret.NewBound(live.Tenant.ID.UUID, secret.Code)
	_, err := d.Roster.StartGrant(r.Context(), live.Tenant.ID, roster.GrantStart{
		Session: live.Session.ID, App: q.App, Scopes: q.Scopes, Nonce: q.Nonce, RedirectURI: q.RedirectURI, Challenge: q.Challenge, CodeHash: hash,
	})
	if errors.Is(err, roster.NotFound) && !q.None { // it ended in this very moment
		d.signIn(w, r, q, false)
		return
	}
	if err != nil {
		d.refuse(w, r, q, err)
		return
	}
	redirect(w, d.back(q, url.Values{"code": {code}}))
}

// refuse tells the app by the redirect what was wrong, or the person, where no app may
// be told.
func (d *Door) refuse(w http.ResponseWriter, r *http.Request, q request, err error) {
	note{r}.fail(err)
	fault, told := errors.AsType[wrong](err)
	if q.None && errors.Is(err, roster.Unavailable) {
		fault, told = wrong{"temporarily_unavailable", "Nobody can sign in at the moment."}, true
	}
	if !told {
		d.Pages.Refuse(w, r, err)
		return
	}
	redirect(w, d.back(q, url.Values{"error": {fault.code}, "error_description": {fault.description}}))
}

// back makes the address to send a browser to, with the answer to the app.
func (d *Door) back(q request, answer url.Values) string {
	if q.State != "" {
		answer.Set("state", q.State)
	}
	answer.Set("iss", d.Issuer) // RFC 9207
	return withQuery(q.RedirectURI, answer)
}

// withQuery adds parameters to a URI as it was registered, which may have a query.
func withQuery(uri string, add url.Values) string {
	separator := "?"
	if strings.Contains(uri, "?") {
		separator = "&"
	}
	return uri + separator + add.Encode()
}

// redirect sends the browser on, by GET, and leaves no trace of the answer in caches or
// in what the next page hears of the last.
func redirect(w http.ResponseWriter, to string) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Referrer-Policy", "no-referrer")
	w.Header().Set("Location", to)
	w.WriteHeader(http.StatusSeeOther)
}

// said notes an error and returns it.
func (n note) said(err error) error {
	web.From(n.request.Context()).Fail(err)
	return err
}
