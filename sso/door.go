package sso

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/gorilla/mux"

	"rollcall/console"
	"rollcall/internal/roster"
	"rollcall/internal/tenant"
	"rollcall/internal/web"
	"rollcall/sso/oidc"
	"rollcall/sso/saml"
)

// State keeps sign-ins under way and remembers what was used; see package shortlived. Its
// errors are Unavailable where it can't be asked, and then nobody signs in.
type State interface {
	Put(ctx context.Context, id string, value []byte, ttl time.Duration) error
	Take(ctx context.Context, id string) ([]byte, error) // NotFound
	// FirstTime says whether something of a tenant was not seen before.
	FirstTime(ctx context.Context, id tenant.ID, what string, ttl time.Duration) (bool, error)
	// Forget makes something of a tenant as if it had not been seen: what it was for did not come about.
	Forget(ctx context.Context, id tenant.ID, what string) error
}

// Limits bounds how often one sender begins to sign in. Wait takes one try and returns how
// long to wait for the next; 0: go on.
type Limits interface {
	Wait(r *http.Request, what string) time.Duration
}

// Sessions tells who a browser is and gives it the cookie of a new session.
type Sessions interface {
	Resume(w http.ResponseWriter, r *http.Request) (roster.LiveSession, error)
	// Bears returns what the request's cookie bears.
	Bears(r *http.Request) roster.BrowserToken
	// SignedIn gives the browser its new session's token, and ends those that it bears and bore when the sign-in began.
	SignedIn(w http.ResponseWriter, r *http.Request, token string, s roster.Session, began roster.BrowserToken) error
	SignOut(w http.ResponseWriter, r *http.Request) error
}

// Connections turns stored connections into what the protocols work with.
type Connections interface {
	SAML(c tenant.Connection) (saml.Config, error)
	OIDC(c tenant.Connection) (oidc.Config, error)
}

// Welcome is what became of somebody who was let in.
type Welcome struct {
	Member  roster.Member
	Session roster.Session
	Token   string // for the cookie
}

// Tried is what a test sign-in shows.
type Tried struct {
	Page console.TestResult
	// Passed says that the connection does what it should: the person would get in, or would
	// but for a rule that has nothing to do with the connection.
	Passed bool
}

// Config is what a Door needs. Fields that are not said to be optional are required.
type Config struct {
	Roster      *roster.Roster
	Store       roster.Store
	Locator     roster.Locator
	Connections Connections
	OIDC        *oidc.RelyingParty
	State       State
	Sessions    Sessions
	// Join decides on an identity and lets it in; its error is a refusal or the store's. See package jit.
	Join func(context.Context, Identity, roster.Client) (Welcome, error)
	// Try says what Join would do.
	Try func(context.Context, Identity) (Tried, error)
	// Lead says where somebody goes on whose sign-in led to nothing, when the page where it began wants to say what that
	// means; empty: the door says it. Optional.
	Lead  func(context.Context, Failed) (string, error)
	Pages *console.Pages
	// Local shows the page of who has typed an address for which no connection is the way, or who need not go it: ways are
	// those that are open. Optional: without it there is no other way.
	Local func(w http.ResponseWriter, r *http.Request, email, back string, ways []console.Way) error
	// TestKey signs the tickets of test sign-ins.
	TestKey []byte
	// Public is the gateway's URL, without a slash at the end.
	Public    string
	RequestID func(context.Context) string // optional
	Sender    func(*http.Request) string   // whom a request comes from, for sessions; optional
	Limits    Limits                       // optional
	Log       *slog.Logger
	Now       func() time.Time
}

// Door serves sign-in. It is safe for concurrent use.
type Door struct {
	Config
	insecure bool // people reach us by http, on this machine
}

// New makes a door. The error says what the configuration lacks.
func New(c Config) (*Door, error) {
	if c.Roster == nil || c.Store == nil || c.Locator == nil || c.Connections == nil || c.OIDC == nil || c.State == nil || c.Sessions == nil ||
		c.Join == nil || c.Try == nil || c.Pages == nil || len(c.TestKey) == 0 || c.Public == "" || c.Log == nil || c.Now == nil {
		return nil, errors.New("sso: all of the configuration but RequestID, Sender, Limits and Lead is required")
	}
	if c.RequestID == nil {
		c.RequestID = func(context.Context) string { return "" }
	}
	if c.Sender == nil {
		c.Sender = func(*http.Request) string { return "" }
	}
	if c.Limits == nil {
		c.Limits = unbounded{}
	}
	if c.Lead == nil {
		c.Lead = func(context.Context, Failed) (string, error) { return "", nil }
	}
	return &Door{Config: c, insecure: strings.HasPrefix(c.Public, "http://")}, nil
}

type unbounded struct{}

func (unbounded) Wait(*http.Request, string) time.Duration { return 0 }

// The paths of people. Those of connections begin with tenant.SSOPrefix.
const (
	pathLogin  = "/login"
	pathLogout = "/logout"
	pathHome   = "/"
)

// Routes mounts the door on r. All that changes anything refuses requests that another site's page
// sent (SECURITY X5), but for the two that identity providers' pages send on purpose.
func (d *Door) Routes(r *mux.Router) {
	own := http.NewCrossOriginProtection()
	own.SetDenyHandler(http.HandlerFunc(d.foreign))
	page := func(path string, methods []string, f web.HandlerFunc) {
		r.Path(path).Methods(methods...).Handler(own.Handler(d.handler(f)))
	}
	reading := []string{http.MethodGet, http.MethodHead}
	both := []string{http.MethodGet, http.MethodHead, http.MethodPost}
	page(pathLogin, both, d.login)
	page(pathLogout, both, d.logout)
	page(pathHome, reading, d.home)
	page("/sso/{connection}/login", reading, d.start)
	page("/sso/{connection}/metadata", reading, d.metadata)
	r.Path("/sso/{connection}/acs").Methods(http.MethodPost).Handler(d.handler(d.acs))
	r.Path("/sso/{connection}/callback").Methods(http.MethodGet, http.MethodPost).Handler(d.handler(d.callback))
	r.Path("/sso/{connection}/logout").Methods(http.MethodPost).HandlerFunc(d.hearLogout)
}

// handler shows the errors of f as pages.
func (d *Door) handler(f web.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := f(w, r); err != nil {
			d.Refuse(w, r, err)
		}
	})
}

func (d *Door) foreign(w http.ResponseWriter, r *http.Request) {
	d.Refuse(w, r, &roster.Error{Kind: roster.Forbidden, Code: CodeForeignPage, Detail: "Another site's page sent this request."})
}

// found is a connection that a path names, with its tenant's configuration.
type found struct {
	tenant.Config
	Connection tenant.Connection
}

// connection finds the connection of a request: NotFound for one that is not there.
func (d *Door) connection(r *http.Request) (found, error) {
	none := &roster.Error{Kind: roster.NotFound, Code: CodeNoConnection, Detail: "There is no such sign-in connection."}
	id, err := tenant.ParseUUID(mux.Vars(r)["connection"])
	if err != nil {
		return found{}, none
	}
	owner, err := d.Locator.TenantOfConnection(r.Context(), tenant.ConnectionID{UUID: id})
	if errors.Is(err, roster.NotFound) {
		return found{}, none
	}
	if err != nil {
		return found{}, err
	}
	cfg, err := d.Store.Reader(owner).Config(r.Context())
	if err != nil {
		return found{}, err
	}
	con, ok := cfg.Connection(tenant.ConnectionID{UUID: id})
	if !ok {
		return found{}, none
	}
	web.From(r.Context()).Tenant = owner
	return found{cfg, con}, nil
}

// client is the browser that a request came from.
func (d *Door) client(r *http.Request) roster.Client {
	return roster.Client{IP: d.Sender(r), UserAgent: r.UserAgent(), RequestID: d.RequestID(r.Context())}
}
