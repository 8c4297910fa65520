package invites

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/gorilla/mux"

	"rollcall/console"
	"rollcall/internal/passkey"
	"rollcall/internal/roster"
	"rollcall/internal/tenant"
	"rollcall/internal/web"
)

// Roster is what the door asks of the roster.
type Roster interface {
	OpenInvite(ctx context.Context, id tenant.ID, hash [32]byte) (roster.InviteOffer, error)
	AcceptInvite(ctx context.Context, id tenant.ID, a roster.Acceptance) (roster.Accepted, error)
	AskForInvite(ctx context.Context, id tenant.ID, hash [32]byte, requestID string) error
}

// Sessions tells who a browser is and gives it the cookie of a new session.
type Sessions interface {
	Resume(w http.ResponseWriter, r *http.Request) (roster.LiveSession, error)
	// SignedIn gives the browser its new session's token, and ends those that it bears.
	SignedIn(w http.ResponseWriter, r *http.Request, token string, s roster.Session, began roster.BrowserToken) error
	SignOut(w http.ResponseWriter, r *http.Request) error
}

// State keeps for a moment why a sign-in that began from an invite failed.
type State interface {
	Put(ctx context.Context, id string, value []byte, ttl time.Duration) error
	Take(ctx context.Context, id string) ([]byte, error) // NotFound
}

// Limits bounds what one network does here. Wait takes one try and returns how long to wait for the next; 0: go on.
// Guessed says how long a network has to wait that tried links which are none, and counts another one when it did.
type Limits interface {
	Wait(r *http.Request, what string) time.Duration
	Guessed(r *http.Request, again bool) time.Duration
}

// Config is what a Door needs. Fields that are not said to be optional are required.
type Config struct {
	Roster   Roster
	Sessions Sessions
	State    State
	Pages    *console.Pages
	// Passkeys makes passkeys; nil: none on this site.
	Passkeys *passkey.Service
	// Public is the gateway's URL, without a slash at the end.
	Public string
	// Billing is where a suspended account is put right; optional.
	Billing string
	// PhoneRegion is the country whose national phone numbers are understood; optional.
	PhoneRegion string
	RequestID   func(context.Context) string // optional
	Sender      func(*http.Request) string   // whom a request comes from, for sessions; optional
	Limits      Limits                       // optional
	Now         func() time.Time
}

// Door serves the pages on which people accept invites. It is safe for concurrent use.
type Door struct {
	Config
	insecure bool // people reach us by http, on this machine
}

// New makes a door. The error says what the configuration lacks.
func New(c Config) (*Door, error) {
	if c.Roster == nil || c.Sessions == nil || c.State == nil || c.Pages == nil || c.Public == "" || c.Now == nil {
		return nil, errors.New("invites: Roster, Sessions, State, Pages, Public and Now are required")
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
	return &Door{Config: c, insecure: strings.HasPrefix(c.Public, "http://")}, nil
}

type unbounded struct{}

func (unbounded) Wait(*http.Request, string) time.Duration  { return 0 }
func (unbounded) Guessed(*http.Request, bool) time.Duration { return 0 }

// The paths of the door. PathBack is where a sign-in at an identity provider leads that began from an invite.
const (
	pathOpen    = "/invite/open"
	pathAsk     = "/invite/ask"
	pathSignOut = "/invite/signout"
	pathHelp    = "/invite/help"
	PathBack    = "/invite/back"
	pathHome    = "/"
	pathLogin   = "/login"
	pathFactor  = "/me/security?setup=app"
)

// Routes mounts the door on r. All that changes anything refuses requests that another site's page sent (SECURITY
// I14, X5).
func (d *Door) Routes(r *mux.Router) {
	own := http.NewCrossOriginProtection()
	own.SetDenyHandler(http.HandlerFunc(d.foreign))
	page := func(path string, f web.HandlerFunc, methods ...string) {
		r.Path(path).Methods(methods...).Handler(own.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if err := f(w, r); err != nil {
				d.refuse(w, r, err)
			}
		})))
	}
	page(PathAccept, d.show, http.MethodGet, http.MethodHead)
	page(PathAccept, d.accept, http.MethodPost)
	page(pathOpen, d.open, http.MethodPost)
	page(pathAsk, d.ask, http.MethodPost)
	page(pathSignOut, d.signOut, http.MethodPost)
	page(PathBack, d.back, http.MethodGet, http.MethodHead)
	page(pathHelp, d.help, http.MethodGet, http.MethodHead)
}

func (d *Door) help(w http.ResponseWriter, _ *http.Request) error {
	d.Pages.Show(w, http.StatusOK, console.InviteHelp{Billing: d.Billing})
	return nil
}

// client is the browser that a request came from.
func (d *Door) client(r *http.Request) roster.Client {
	return roster.Client{IP: d.Sender(r), UserAgent: r.UserAgent(), RequestID: d.RequestID(r.Context())}
}
