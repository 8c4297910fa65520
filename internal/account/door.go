package account

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/gorilla/mux"

	"rollcall/console"
	"rollcall/internal/mail"
	"rollcall/internal/passkey"
	"rollcall/internal/password"
	"rollcall/internal/reason"
	"rollcall/internal/roster"
	"rollcall/internal/secret"
	"rollcall/internal/session"
	"rollcall/internal/tenant"
	"rollcall/internal/web"
)

// State keeps steps of sign-ins under way; see package shortlived. Its errors are Unavailable where it can't be asked.
type State interface {
	Put(ctx context.Context, id string, value []byte, ttl time.Duration) error
	Take(ctx context.Context, id string) ([]byte, error) // NotFound
}

// Limits bounds tries. Wait takes one try of a use by a name, and returns how long to wait for the next; 0: go on. After an
// error, which is Unavailable where nobody can count, nothing may be tried.
type Limits interface {
	Wait(ctx context.Context, use, name string) (time.Duration, error)
}

// Joined is what became of somebody who proved an address by mail.
type Joined struct {
	Session roster.Session
	Token   string
}

// Config is what a Door needs. Fields that are not said to be optional are required.
type Config struct {
	Roster   *roster.Roster
	Locator  roster.Locator
	Sessions *session.Service
	State    State
	Limits   Limits
	Post     mail.Post
	Pages    *console.Pages
	// JoinByMail lets somebody in who proved an address by mail; its error is a refusal or the store's. See package jit.
	JoinByMail func(ctx context.Context, id tenant.ID, email string, n roster.Names, c roster.Client) (Joined, error)
	// Refuse shows an error as a page.
	Refuse func(w http.ResponseWriter, r *http.Request, err error)
	// DeviceKey signs the cookies of browsers that signed in before.
	DeviceKey []byte
	// FactorKey seals the secrets of authenticator apps; zero: second factors can't be looked at.
	FactorKey secret.Key
	// Passkeys checks passkeys; nil: none on this site.
	Passkeys *passkey.Service
	// Public is the gateway's URL, without a slash at the end.
	Public    string
	RequestID func(context.Context) string // optional
	Sender    func(*http.Request) string   // whom a request comes from; optional
	// Later runs what nobody waits for; optional: beside the request.
	Later func(func())
	Log   *slog.Logger
	Now   func() time.Time
}

// Door serves people's own sign-ins and pages. It is safe for concurrent use.
type Door struct {
	Config
	insecure bool // people reach us by http, on this machine
}

// New makes a door. The error says what the configuration lacks.
func New(c Config) (*Door, error) {
	if c.Roster == nil || c.Locator == nil || c.Sessions == nil || c.State == nil || c.Limits == nil || c.Pages == nil || c.JoinByMail == nil ||
		c.Refuse == nil || len(c.DeviceKey) == 0 || c.Public == "" || c.Log == nil || c.Now == nil {
		return nil, errors.New("account: all of the configuration but RequestID, Sender and Later is required")
	}
	if c.RequestID == nil {
		c.RequestID = func(context.Context) string { return "" }
	}
	if c.Sender == nil {
		c.Sender = func(*http.Request) string { return "" }
	}
	if c.Later == nil {
		c.Later = func(f func()) { go f() }
	}
	return &Door{Config: c, insecure: strings.HasPrefix(c.Public, "http://")}, nil
}

// The paths of the door.
const (
	pathLogin    = "/login"
	pathPassword = "/login/password"
	pathCode     = "/login/code"
	pathChoose   = "/login/choose"
	pathForgot   = "/password/forgot"
	pathReset    = password.ResetPath
)

// Routes mounts the door on r. All that changes anything refuses what another site's page sent (SECURITY X5).
func (d *Door) Routes(r *mux.Router) {
	own := http.NewCrossOriginProtection()
	own.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		d.Refuse(w, r, &roster.Error{Kind: roster.Forbidden, Code: reason.CodeForeignPage, Detail: "Another site's page sent this request."})
	}))
	page := func(path string, f web.HandlerFunc, methods ...string) {
		r.Path(path).Methods(methods...).Handler(own.Handler(d.handler(f)))
	}
	get, head, post := http.MethodGet, http.MethodHead, http.MethodPost
	page(pathPassword, d.password, post)
	page(pathCode, d.code, post)
	page(pathChoose, d.choose, post)
	page(pathFactor, d.factor, get, head, post)
	page(pathPasskey, d.passkey, get, head, post)
	page(pathForgot, d.forgot, get, head, post)
	page(pathReset, d.reset, get, head, post)
}

// maxForm bounds a form, in bytes.
const maxForm = 64 << 10

// handler reads the form of a request and shows the errors of f as pages.
func (d *Door) handler(f web.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, maxForm)
		err := r.ParseForm()
		if err != nil {
			err = &roster.Error{Kind: roster.Invalid, Detail: "The form can't be read."}
		} else {
			err = f(w, r)
		}
		if err != nil {
			d.Refuse(w, r, err)
		}
	})
}

// client is the browser that a request came from.
func (d *Door) client(r *http.Request) roster.Client {
	return roster.Client{IP: d.Sender(r), UserAgent: r.UserAgent(), RequestID: d.RequestID(r.Context())}
}

// local is where somebody goes on: a path of ours.
func local(path string) string { return web.Local(path) }

func goTo(w http.ResponseWriter, to string) {
	w.Header().Set("Location", to)
	w.WriteHeader(http.StatusSeeOther)
}
