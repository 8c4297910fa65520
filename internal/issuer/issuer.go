package issuer

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/gorilla/mux"
	"github.com/rs/cors"
	"github.com/zitadel/oidc/v3/pkg/op"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
	"rollcall/internal/web"
)

// Prefix is the path under which the issuer answers, but for its discovery document.
const Prefix = "/oauth2"

// The paths of the issuer.
const (
	pathAuthorize   = Prefix + "/authorize"
	pathContinue    = Prefix + "/authorize/continue"
	pathToken       = Prefix + "/token"
	pathUserinfo    = Prefix + "/userinfo"
	pathIntrospect  = Prefix + "/introspect"
	pathRevoke      = Prefix + "/revoke"
	pathLogout      = Prefix + "/logout"
	pathKeys        = Prefix + "/jwks"
	pathRevocations = Prefix + "/revocations"
	pathDiscovery   = "/.well-known/openid-configuration"
)

// Lives of what the issuer signs, and of what it remembers.
const (
	IDTokenLife     = 5 * time.Minute
	AccessTokenLife = 5 * time.Minute
	// requestLife is how long somebody may take to sign in.
	requestLife = time.Hour
)

// Sessions tells who a browser is.
type Sessions interface {
	// Resume returns the browser's session; Unauthorized when there is none, or it has ended. It may set
	// a new cookie.
	Resume(w http.ResponseWriter, r *http.Request) (roster.LiveSession, error)
	// SignOut ends the browser's session and takes the cookie away.
	SignOut(w http.ResponseWriter, r *http.Request) error
}

// Pages shows people what a program's answer would not tell them.
type Pages interface {
	// Refuse shows why an app's request can't be answered.
	Refuse(w http.ResponseWriter, r *http.Request, err error)
	// ConfirmLogout asks whether to sign out, and posts the form's fields to action.
	ConfirmLogout(w http.ResponseWriter, r *http.Request, action string, fields url.Values)
	// LoggedOut says that it is done.
	LoggedOut(w http.ResponseWriter, r *http.Request)
}

// Pending keeps requests of apps while their people sign in. See shortlived.OneTime.
type Pending interface {
	Put(ctx context.Context, id string, value []byte, ttl time.Duration) error
	Take(ctx context.Context, id string) ([]byte, error) // NotFound
}

// Guesses bounds how often a client may get its secret wrong. When nobody can count,
// everybody may pass.
type Guesses interface {
	Wait(r *http.Request, id tenant.AppID) time.Duration
	Failed(r *http.Request, id tenant.AppID)
}

// Config is what a Door needs. Fields that are not said to be optional are required.
type Config struct {
	Roster   *roster.Roster
	Store    roster.Store
	Locator  roster.Locator
	Sessions Sessions
	Pages    Pages
	Pending  Pending
	Keys     *Keys
	// FirstTime says whether an assertion of an app was not seen before, for private_key_jwt.
	FirstTime func(ctx context.Context, id string, ttl time.Duration) (bool, error)
	// Issuer is the URL that tokens name: that of the gateway, without a slash at the end.
	Issuer string
	// Login makes the path of the page where somebody signs in who shall then go on at
	// a local path.
	Login func(Hints) string
	// RequestID names a request in events. Optional.
	RequestID func(context.Context) string
	// Guesses is optional.
	Guesses Guesses
	Log     *slog.Logger
	Now     func() time.Time
}

// Hints is what an app knows of who will sign in.
type Hints struct {
	Return       string // the local path to go on at
	Organization string // a tenant's slug or id
	Connection   string // a connection's id
	Login        string // an e-mail address
	// Fresh says that the identity provider must ask the person again (ForceAuthn, prompt=login).
	Fresh bool
	// Another says that the browser's session won't do, such as one of another organization: a login page that
	// sends signed-in people on must not.
	Another bool
}

// Door serves the issuer. It is safe for concurrent use.
type Door struct {
	Config
	programs http.Handler
	quiet    *slog.Logger // the library's: the chain writes one line a request
}

// New makes a door. The error says what the configuration lacks.
func New(c Config) (*Door, error) {
	if c.Roster == nil || c.Store == nil || c.Locator == nil || c.Sessions == nil || c.Pages == nil || c.Pending == nil || c.Keys == nil ||
		c.FirstTime == nil || c.Issuer == "" || c.Login == nil || c.Log == nil || c.Now == nil {
		return nil, errors.New("issuer: all of the configuration but RequestID and Guesses is required")
	}
	if c.RequestID == nil {
		c.RequestID = func(context.Context) string { return "" }
	}
	if c.Guesses == nil {
		c.Guesses = unbounded{}
	}
	d := &Door{Config: c, quiet: slog.New(slog.DiscardHandler)}
	// Any page may call with what it holds in its hand; no cookie ever comes along.
	anywhere := cors.Options{
		AllowedOrigins: []string{"*"}, AllowedMethods: []string{http.MethodGet, http.MethodPost},
		AllowedHeaders: []string{"Authorization", "Content-Type"}, MaxAge: 600,
	}
	d.programs = op.RegisterServer(&server{door: d}, op.Endpoints{
		Token: op.NewEndpoint(pathToken), Userinfo: op.NewEndpoint(pathUserinfo), Introspection: op.NewEndpoint(pathIntrospect),
		Revocation: op.NewEndpoint(pathRevoke), JwksURI: op.NewEndpoint(pathKeys),
	}, op.WithServerCORSOptions(&anywhere), op.WithFallbackLogger(d.quiet))
	return d, nil
}

// Routes mounts the door on r.
func (d *Door) Routes(r *mux.Router) {
	r.Path(pathAuthorize).Methods(http.MethodGet, http.MethodHead, http.MethodPost).HandlerFunc(d.authorize)
	r.Path(pathContinue).Methods(http.MethodGet).HandlerFunc(d.goOn)
	r.Path(pathLogout).Methods(http.MethodGet, http.MethodHead, http.MethodPost).HandlerFunc(d.logout)
	r.Path(pathRevocations).Methods(http.MethodGet).HandlerFunc(d.revocations)
	for _, path := range []string{pathToken, pathIntrospect, pathRevoke} {
		r.Path(path).Methods(http.MethodPost, http.MethodOptions).Handler(d.program(formOnly(d.programs)))
	}
	r.Path(pathUserinfo).Methods(http.MethodGet, http.MethodPost, http.MethodOptions).Handler(d.program(headerOnly(d.programs)))
	for _, path := range []string{pathDiscovery, pathKeys} {
		r.Path(path).Methods(http.MethodGet, http.MethodHead, http.MethodOptions).Handler(d.published(d.programs))
	}
}

type unbounded struct{}

func (unbounded) Wait(*http.Request, tenant.AppID) time.Duration { return 0 }
func (unbounded) Failed(*http.Request, tenant.AppID)             {}

// maxForm bounds what a program may post, in bytes.
const maxForm = 64 << 10

// formOnly refuses parameters in the URL: they end up in the logs of others
// (RFC 6749 §2.3.1, RFC 7009 §2.1).
func formOnly(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.RawQuery != "" {
			invalidRequest(w, "Send the parameters in the body, not in the URL.")
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, maxForm)
		if r.Method == http.MethodPost {
			if err := r.ParseForm(); err != nil {
				invalidRequest(w, "The body is no form of up to 64 KiB.")
				return
			}
			for name, values := range r.PostForm {
				if len(values) > 1 { // RFC 6749 §3.2
					invalidRequest(w, "The parameter "+clip(name)+" comes twice.")
					return
				}
			}
		}
		if _, _, ok := r.BasicAuth(); ok && (r.PostForm.Has("client_secret") || r.PostForm.Has("client_assertion")) { // RFC 6749 §2.3
			invalidRequest(w, "Authenticate in one way, not in two.")
			return
		}
		next.ServeHTTP(w, r)
	})
}

// headerOnly takes an access token from nowhere but the Authorization header
// (RFC 6750 §2.3).
func headerOnly(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.URL.RawQuery = ""
		r.Body = http.NoBody
		next.ServeHTTP(w, r)
	})
}

// program adds what answers to programs need and the library leaves out.
func (d *Door) program(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		next.ServeHTTP(&completing{ResponseWriter: w, userinfo: r.URL.Path == pathUserinfo}, withNote(r))
	})
}

// published lets caches keep for a while what is the same for all.
func (d *Door) published(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "public, max-age=300")
		next.ServeHTTP(&completing{ResponseWriter: w}, withNote(r))
	})
}

// completing adds the headers that a status asks for.
type completing struct {
	http.ResponseWriter
	userinfo bool
}

// WriteHeader implements http.ResponseWriter.
func (c *completing) WriteHeader(status int) {
	switch status {
	case http.StatusUnauthorized:
		challenge := `Basic realm="rollcall"` // RFC 6749 §5.2
		if c.userinfo {
			challenge = `Bearer realm="rollcall", error="invalid_token"` // RFC 6750 §3
		}
		c.Header().Set("WWW-Authenticate", challenge)
	case http.StatusServiceUnavailable, http.StatusTooManyRequests:
		if c.Header().Get("Retry-After") == "" {
			c.Header().Set("Retry-After", "5")
		}
	}
	if status >= http.StatusBadRequest {
		c.Header().Set("Cache-Control", "no-store")
	}
	c.ResponseWriter.WriteHeader(status)
}

// invalidRequest answers a program whose request can't be understood.
func invalidRequest(w http.ResponseWriter, description string) {
	w.Header().Set("Cache-Control", "no-store")
	web.WriteJSON(w, "application/json", http.StatusBadRequest, map[string]string{"error": "invalid_request", "error_description": description})
}

// clip shortens a text of a stranger's.
func clip(s string) string {
	if len(s) > 40 {
		s = strings.ToValidUTF8(s[:40], "") + "…"
	}
	return s
}
