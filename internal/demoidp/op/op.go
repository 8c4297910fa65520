package op

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// Account is somebody who can sign in.
type Account struct {
	Subject string
	Email   string // also what the sign-in form knows the account by
	// Verified is email_verified as it is sent, whatever its type; nil: not at all.
	Verified                any
	Name, Given, Family     string
	Groups                  []string
	Extra                   map[string]any // further claims of the ID token
	NamesFromUserinfoAlone  bool           // the ID token has no names
	GroupsFromUserinfoAlone bool           // nor groups
}

// Client is a relying party. Without a Secret it is a public one.
type Client struct {
	ID, Secret   string
	RedirectURIs []string
}

// Key is a signing key.
type Key struct {
	ID        string
	Algorithm jose.SignatureAlgorithm
	Signer    crypto.Signer
}

// NewKey makes a key for ES256.
func NewKey(id string) (Key, error) {
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return Key{}, fmt.Errorf("make a key: %w", err)
	}
	return Key{ID: id, Algorithm: jose.ES256, Signer: k}, nil
}

// Config is what a Provider needs.
type Config struct {
	Issuer   string // the URL it is served at, without a slash at its end
	Clients  []Client
	Accounts []Account
	Keys     []Key // the first one signs, all are published
	Now      func() time.Time
	// AutoLogin signs the account in whose address is the login hint, or the first one, without a form.
	AutoLogin bool
}

// Knobs make a Provider lie. They may be changed while it serves, by Turn.
type Knobs struct {
	Discovery    func(document map[string]any)           // changes the discovery document
	Callback     func(answer url.Values)                 // changes how the browser is sent back
	TokenReply   func(w http.ResponseWriter) (done bool) // answers in place of the token endpoint
	Response     func(response map[string]any)           // changes the token response
	Claims       func(claims map[string]any)             // changes the ID token's claims
	Header       func(header map[jose.HeaderKey]any)     // adds to the ID token's header
	Token        func(good string) string                // replaces the ID token
	Userinfo     func(claims map[string]any)             // changes what userinfo says
	SignUserinfo func(claims map[string]any)             // changes them too, and has them signed (OpenID Connect Core §5.3.2)
	Status       map[string]int                          // answers a path with a status and nothing else
	Wait         func(r *http.Request)                   // is called before each answer
	NoPKCE       bool                                    // does not look at the verifier
}

// Provider is the OpenID provider. It is an http.Handler, safe for concurrent use.
type Provider struct {
	mux *http.ServeMux

	mu     sync.Mutex
	config Config
	knobs  Knobs
	codes  map[string]grant
	access map[string]Account
	seen   map[string]int // requests by path
}

// grant is what a code stands for.
type grant struct {
	account                                   Account
	client, redirect, nonce, challenge, scope string
	expires                                   time.Time
	session                                   string
	authTime                                  time.Time
}

// New makes a provider. Clients may come later, by AddClient.
func New(c Config) *Provider {
	p := &Provider{config: c, codes: map[string]grant{}, access: map[string]Account{}, seen: map[string]int{}, mux: http.NewServeMux()}
	p.mux.HandleFunc("GET /.well-known/openid-configuration", p.discovery)
	p.mux.HandleFunc("GET /jwks", p.jwks)
	p.mux.HandleFunc("GET /authorize", p.authorize)
	p.mux.HandleFunc("POST /authorize", p.authorize)
	p.mux.HandleFunc("POST /token", p.token)
	p.mux.HandleFunc("GET /userinfo", p.userinfo)
	return p
}

// ServeHTTP implements http.Handler.
func (p *Provider) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	p.seen[r.URL.Path]++
	status, wait := p.knobs.Status[r.URL.Path], p.knobs.Wait
	p.mu.Unlock()
	if wait != nil {
		wait(r)
	}
	if status != 0 {
		w.Header().Set("Location", "/") // for those statuses that redirect
		w.WriteHeader(status)
		return
	}
	p.mux.ServeHTTP(w, r)
}

// Turn changes the knobs.
func (p *Provider) Turn(change func(*Knobs)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	change(&p.knobs)
}

// SetIssuer says at which URL the provider is served, once that is known.
func (p *Provider) SetIssuer(url string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.config.Issuer = url
}

// AddClient lets a relying party in.
func (p *Provider) AddClient(c Client) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.config.Clients = append(p.config.Clients, c)
}

// SetAccounts says who can sign in from now on.
func (p *Provider) SetAccounts(accounts []Account) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.config.Accounts = accounts
}

// SetKeys replaces the keys: the first one signs from now on, all are published.
func (p *Provider) SetKeys(keys ...Key) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.config.Keys = keys
}

// Seen returns how often a path was asked for.
func (p *Provider) Seen(path string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.seen[path]
}

// state returns what a request works with.
func (p *Provider) state() (Config, Knobs) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.config, p.knobs
}

func (p *Provider) discovery(w http.ResponseWriter, _ *http.Request) {
	c, knobs := p.state()
	algorithms := []string{}
	for _, k := range c.Keys {
		algorithms = append(algorithms, string(k.Algorithm))
	}
	document := map[string]any{
		"issuer": c.Issuer, "authorization_endpoint": c.Issuer + "/authorize", "token_endpoint": c.Issuer + "/token",
		"jwks_uri": c.Issuer + "/jwks", "userinfo_endpoint": c.Issuer + "/userinfo",
		"response_types_supported": []string{"code"}, "response_modes_supported": []string{"query", "form_post"},
		"subject_types_supported": []string{"public"}, "id_token_signing_alg_values_supported": algorithms,
		"code_challenge_methods_supported": []string{"S256"}, "scopes_supported": []string{"openid", "profile", "email", "groups"},
		"token_endpoint_auth_methods_supported":          []string{"client_secret_basic", "client_secret_post", "none"},
		"authorization_response_iss_parameter_supported": true, "backchannel_logout_supported": true, "backchannel_logout_session_supported": true,
	}
	if knobs.Discovery != nil {
		knobs.Discovery(document)
	}
	reply(w, http.StatusOK, document)
}

func (p *Provider) jwks(w http.ResponseWriter, _ *http.Request) {
	c, _ := p.state()
	set := jose.JSONWebKeySet{Keys: []jose.JSONWebKey{}}
	for _, k := range c.Keys {
		set.Keys = append(set.Keys, jose.JSONWebKey{Key: k.Signer.Public(), KeyID: k.ID, Algorithm: string(k.Algorithm), Use: "sig"})
	}
	reply(w, http.StatusOK, set)
}

func reply(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) //nolint:errchkjson // what can't be written is seen by who asked
}
