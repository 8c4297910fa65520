package middleware

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// Config says who the application is.
type Config struct {
	Issuer       string // Rollcall's public URL
	ClientID     string // app_…
	ClientSecret string
	RedirectURL  string // where Callback is mounted, as registered
	// AfterLogout is where browsers go after a logout, as registered; empty: they stay at Rollcall.
	AfterLogout string
	// Introspect asks Rollcall at every request instead of reading the feed. Run does nothing then.
	Introspect bool
	// MaxStale is how old what is known of revocations may be; older, nobody passes. 0: 5 seconds.
	MaxStale time.Duration
	// HTTP talks to Rollcall. nil: a client that gives up after 5 seconds.
	HTTP *http.Client
	Now  func() time.Time // nil: time.Now
	Log  *slog.Logger     // nil: none
}

// Gate lets people and programs pass. It is safe for concurrent use.
type Gate struct {
	Config

	oauth    oauth2.Config
	ids      *oidc.IDTokenVerifier
	keys     *keySet
	metadata metadata
	revoked  revoked
	mu       sync.Mutex
	sessions map[string]*browserSession
	flows    map[string]flow
}

// metadata is what the gate needs of the discovery document.
type metadata struct {
	Issuer        string `json:"issuer"`
	Authorize     string `json:"authorization_endpoint"`
	Token         string `json:"token_endpoint"`
	Introspection string `json:"introspection_endpoint"`
	Logout        string `json:"end_session_endpoint"`
	Keys          string `json:"jwks_uri"`
	Revocations   string `json:"revocations_endpoint"`
}

// maxAnswer bounds what is read of an answer, in bytes.
const maxAnswer = 4 << 20

// New asks Rollcall for its discovery document. It can be called again when it fails.
func New(ctx context.Context, c Config) (*Gate, error) {
	if c.Issuer == "" || c.ClientID == "" || c.ClientSecret == "" {
		return nil, errors.New("middleware: Issuer, ClientID and ClientSecret are required")
	}
	c.MaxStale = cmp.Or(c.MaxStale, 5*time.Second)
	if c.HTTP == nil {
		c.HTTP = &http.Client{Timeout: 5 * time.Second}
	}
	if c.Now == nil {
		c.Now = time.Now //nolint:forbidigo // what applications want
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	g := &Gate{Config: c, sessions: map[string]*browserSession{}, flows: map[string]flow{}}
	if err := g.get(ctx, strings.TrimSuffix(c.Issuer, "/")+"/.well-known/openid-configuration", false, func(body []byte) error {
		return json.Unmarshal(body, &g.metadata)
	}); err != nil {
		return nil, fmt.Errorf("middleware: discover %s: %w", c.Issuer, err)
	}
	if g.metadata.Issuer != c.Issuer {
		return nil, fmt.Errorf("middleware: %s calls itself %s", c.Issuer, g.metadata.Issuer)
	}
	g.keys = &keySet{gate: g}
	g.ids = oidc.NewVerifier(c.Issuer, g.keys, &oidc.Config{ClientID: c.ClientID, SupportedSigningAlgs: []string{"RS256"}, Now: c.Now})
	g.oauth = oauth2.Config{
		ClientID: c.ClientID, ClientSecret: c.ClientSecret, RedirectURL: c.RedirectURL, Scopes: []string{"openid", "profile", "email", "groups", "offline_access"},
		Endpoint: oauth2.Endpoint{AuthURL: g.metadata.Authorize, TokenURL: g.metadata.Token, AuthStyle: oauth2.AuthStyleInHeader},
	}
	return g, nil
}

// get reads a document of Rollcall's.
func (g *Gate) get(ctx context.Context, url string, asApp bool, read func([]byte) error) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return fmt.Errorf("ask Rollcall: %w", err)
	}
	return g.do(r, asApp, read)
}

func (g *Gate) do(r *http.Request, asApp bool, read func([]byte) error) error {
	if asApp {
		r.SetBasicAuth(g.ClientID, g.ClientSecret)
	}
	resp, err := g.HTTP.Do(r)
	if err != nil {
		return fmt.Errorf("ask Rollcall: %w", err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return fmt.Errorf("ask Rollcall: %w", err)
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("Rollcall answered %d at %s", resp.StatusCode, r.URL.Path) //nolint:staticcheck // a name
	}
	return read(body)
}
