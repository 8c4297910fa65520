package account

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/gorilla/mux"

	"rollcall/console"
	"rollcall/internal/mail"
	"rollcall/internal/passkey"
	"rollcall/internal/roster"
	"rollcall/internal/secret"
	"rollcall/internal/web"
)

// OwnSessions knows who a browser is.
type OwnSessions interface {
	// Resume finds the live session of a request; Unauthorized.
	Resume(w http.ResponseWriter, r *http.Request) (roster.LiveSession, error)
}

// OwnConfig is what an Own needs. Fields that are not said to be optional are required.
type OwnConfig struct {
	Roster   *roster.Roster
	Sessions OwnSessions
	Pages    *console.Pages
	// Refuse shows an error as a page.
	Refuse func(w http.ResponseWriter, r *http.Request, err error)
	// PhoneRegion is the country whose phone numbers may be written without its code. Optional.
	PhoneRegion string
	// Key seals the secrets of authenticator apps.
	Key secret.Key
	// Passkeys makes passkeys; nil: none on this site.
	Passkeys *passkey.Service
	// State keeps challenges and changes under way.
	State State
	// Limits bounds mails.
	Limits Limits
	Post   mail.Post
	// Public is the gateway's URL, without a slash at the end.
	Public    string
	RequestID func(context.Context) string // optional
	Sender    func(*http.Request) string   // whom a request comes from; optional
	Now       func() time.Time
}

// Own serves the pages that people have about themselves, in the tenant that they are signed in to. It is safe for
// concurrent use.
type Own struct{ OwnConfig }

// NewOwn makes the pages. The error says what the configuration lacks.
func NewOwn(c OwnConfig) (*Own, error) {
	if c.Roster == nil || c.Sessions == nil || c.Pages == nil || c.Refuse == nil || c.Now == nil || c.State == nil || c.Limits == nil || c.Key.IsZero() || c.Public == "" {
		return nil, errors.New("account: all of the configuration of one's own pages but PhoneRegion, Passkeys, RequestID and Sender is required")
	}
	if c.RequestID == nil {
		c.RequestID = func(context.Context) string { return "" }
	}
	if c.Sender == nil {
		c.Sender = func(*http.Request) string { return "" }
	}
	return &Own{c}, nil
}

// The paths of one's own pages.
const (
	pathOwn         = "/me"
	pathOwnSessions = "/me/sessions"
	pathSecurity    = "/me/security"
	pathSignIn      = "/login"
)

// ownForm bounds a form, in bytes.
const ownForm = 64 << 10

// person is somebody who asks for a page about themselves.
type person struct {
	roster.LiveSession
	client roster.Client
}

func (p person) staff() roster.Staff {
	return roster.Staff{Tenant: p.Tenant.ID, Actor: roster.Actor{Source: roster.SourceSignIn, ID: p.Member.ID.String()}, RequestID: p.client.RequestID}
}

func (p person) shown() string {
	return cmp.Or(p.Member.Attributes.Text("displayName"), string(p.Member.Email), p.Member.Login)
}

func (p person) own(here string) console.Own {
	return console.Own{Path: here, Shell: console.Shell{
		Tenant: p.Tenant.Name, Person: p.shown(), Role: p.Member.Standing.Role, Admin: roster.IsAdmin(p.Tenant, p.Member),
	}}
}

type ownFunc func(w http.ResponseWriter, r *http.Request, p person) error

// Routes mounts the pages on r. All that changes anything refuses what another site's page sent (SECURITY X5).
func (o *Own) Routes(r *mux.Router) {
	guard := http.NewCrossOriginProtection()
	guard.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		o.Refuse(w, r, &roster.Error{Kind: roster.Forbidden, Code: "foreign_page", Detail: "Another site's page sent this request."})
	}))
	page := func(path string, show, change ownFunc) {
		r.Path(path).Methods(http.MethodGet, http.MethodHead).Handler(o.handler(show))
		r.Path(path).Methods(http.MethodPost).Handler(guard.Handler(o.handler(change)))
	}
	page(pathOwn, o.profile, o.changeProfile)
	page(pathEmail, o.email, o.changeEmail)
	page(pathSecurity, o.security, o.changeSecurity)
	page(pathOwnSessions, o.sessions, o.endSessions)
}

// handler finds out who asks, reads the form, and shows the errors of f as pages. Who is not signed in is led to where
// they can, and back.
func (o *Own) handler(f ownFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := o.handle(w, r, f); err != nil {
			o.Refuse(w, r, err)
		}
	})
}

func (o *Own) handle(w http.ResponseWriter, r *http.Request, f ownFunc) error {
	l, err := o.Sessions.Resume(w, r)
	if errors.Is(err, roster.Unauthorized) {
		seeOther(w, pathSignIn+"?"+url.Values{"return": {r.URL.Path}}.Encode())
		return nil
	}
	if err != nil {
		return err
	}
	web.From(r.Context()).Tenant = l.Tenant.ID
	r.Body = http.MaxBytesReader(w, r.Body, ownForm)
	if err := r.ParseForm(); err != nil {
		return &roster.Error{Kind: roster.Invalid, Detail: "The form can't be read.", Err: err}
	}
	return f(w, r, person{l, roster.Client{IP: o.Sender(r), UserAgent: r.UserAgent(), RequestID: o.RequestID(r.Context())}})
}

func seeOther(w http.ResponseWriter, to string) {
	w.Header().Set("Location", to)
	w.WriteHeader(http.StatusSeeOther)
}

// wrong is what is wrong with what somebody typed, and where; false for errors that are not theirs.
func wrong(err error) (detail, field string, ok bool) {
	e, is := errors.AsType[*roster.Error](err)
	if !is || e.Kind != roster.Invalid && e.Kind != roster.Refused && e.Kind != roster.Conflict {
		return "", "", false
	}
	return e.Detail, e.Field, true
}
