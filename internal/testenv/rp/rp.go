// Package rp signs in as an application does that knows nothing of Rollcall's code: with npm's
// openid-client, certified by the OpenID Foundation. Each call is one short run of Node.js; the
// browser's part belongs to the test:
//
//	app := rp.New(t, rp.Config{Issuer: issuer, ClientID: id, ClientSecret: secret, RedirectURI: callback})
//	b.Get(app.Start())
//	…                                      // the person signs in, and comes back to callback
//	tokens, err := app.Finish(b.Page().URL.String())
package rp

import (
	"bytes"
	_ "embed" // for the script
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"rollcall/internal/testenv"
	"rollcall/internal/testenv/services"
)

//go:embed client.mjs
var script []byte

// Config is what the application knows of the provider.
type Config struct {
	Issuer       string `json:"issuer"`
	ClientID     string `json:"client_id"`
	ClientSecret string `json:"client_secret,omitempty"` // "": a public client
	RedirectURI  string `json:"redirect_uri"`
	Scope        string `json:"scope"` // "" is "openid email profile"
	// Parameters are sent with the authorization request, or with the one for a logout.
	Parameters map[string]string `json:"parameters,omitempty"`
}

// Tokens are an answer of the token endpoint.
type Tokens struct {
	AccessToken  string `json:"access_token"`
	RefreshToken string `json:"refresh_token"`
	IDToken      string `json:"id_token"`
	Scope        string `json:"scope"`
	ExpiresIn    int    `json:"expires_in"`
	// Claims are those of the ID token, verified.
	Claims map[string]any `json:"-"`
}

// Error is what openid-client made of a refusal, the provider's or its own.
type Error struct {
	Name        string `json:"name"`
	Message     string `json:"message"`
	Code        string `json:"code"`   // RFC 6749 §5.2 if the provider refused
	Status      int    `json:"status"` // of the provider's answer, if it refused
	Description string `json:"description"`
}

func (e *Error) Error() string { return fmt.Sprintf("%s %s: %s", e.Name, e.Code, e.Message) }

// Client is one application with at most one sign-in under way. Methods that return an error return
// an *Error; if the script itself doesn't run they fail the test.
type Client struct {
	Config

	tb    testing.TB
	node  string
	dir   string
	state json.RawMessage
}

// New returns a client. It asks the provider nothing yet.
func New(tb testing.TB, c Config) *Client {
	tb.Helper()
	node, nodeErr := services.Node(tb.Context())
	modules, err := services.NodeModules()
	if err := errors.Join(nodeErr, err); err != nil {
		testenv.Missing(tb, "openid-client", err)
	}
	dir := tb.TempDir()
	err = errors.Join(
		os.WriteFile(filepath.Join(dir, "client.mjs"), script, 0o600),
		os.Symlink(modules, filepath.Join(dir, "node_modules")),
	)
	if err != nil {
		tb.Fatal(err)
	}
	if c.Scope == "" {
		c.Scope = "openid email profile"
	}
	return &Client{Config: c, tb: tb, node: node, dir: dir}
}

// question is what the script reads; answer is what it prints.
type question struct {
	Step     string          `json:"step"`
	Config   Config          `json:"config"`
	State    json.RawMessage `json:"state,omitempty"`
	Callback string          `json:"callback,omitempty"`
	Token    string          `json:"token,omitempty"`
	Subject  string          `json:"subject,omitempty"`
}

type answer struct {
	State  json.RawMessage `json:"state"`
	URL    string          `json:"url"`
	Tokens *Tokens         `json:"tokens"`
	Claims map[string]any  `json:"claims"`
	Error  *Error          `json:"error"`
}

// Start discovers the provider and returns where to send the browser: PKCE with S256, state, nonce.
func (c *Client) Start() string {
	c.tb.Helper()
	a, err := c.run(question{Step: "start"})
	if err != nil {
		c.tb.Fatalf("openid-client: start: %v", err)
	}
	return a.URL
}

// Finish takes the address that the browser came back to, checks it, and redeems the code.
func (c *Client) Finish(callback string) (Tokens, error) {
	c.tb.Helper()
	return tokens(c.run(question{Step: "finish", Callback: callback}))
}

// Refresh redeems a refresh token.
func (c *Client) Refresh(refreshToken string) (Tokens, error) {
	c.tb.Helper()
	return tokens(c.run(question{Step: "refresh", Token: refreshToken}))
}

// UserInfo asks for the claims of an access token and compares their subject, unless that is "".
func (c *Client) UserInfo(accessToken, subject string) (map[string]any, error) {
	c.tb.Helper()
	a, err := c.run(question{Step: "userinfo", Token: accessToken, Subject: subject})
	return a.Claims, err
}

// Introspect asks whether a token is active, and what it says.
func (c *Client) Introspect(token string) (map[string]any, error) {
	c.tb.Helper()
	a, err := c.run(question{Step: "introspect", Token: token})
	return a.Claims, err
}

// Revoke gives a token back.
func (c *Client) Revoke(token string) error {
	c.tb.Helper()
	_, err := c.run(question{Step: "revoke", Token: token})
	return err
}

// Metadata returns the provider's discovery document.
func (c *Client) Metadata() (map[string]any, error) {
	c.tb.Helper()
	a, err := c.run(question{Step: "metadata"})
	return a.Claims, err
}

// LogoutURL returns where to send the browser to sign out at the provider.
func (c *Client) LogoutURL(idToken string) (string, error) {
	c.tb.Helper()
	a, err := c.run(question{Step: "logout", Token: idToken})
	return a.URL, err
}

func tokens(a answer, err error) (Tokens, error) {
	if err != nil || a.Tokens == nil {
		return Tokens{}, err
	}
	a.Tokens.Claims = a.Claims
	return *a.Tokens, nil
}

func (c *Client) run(q question) (answer, error) {
	c.tb.Helper()
	q.Config, q.State = c.Config, c.state
	in, err := json.Marshal(q)
	if err != nil {
		c.tb.Fatalf("openid-client: %v", err)
	}
	var stderr bytes.Buffer
	cmd := exec.CommandContext(c.tb.Context(), c.node, "--no-warnings", filepath.Join(c.dir, "client.mjs"))
	cmd.Stdin, cmd.Stderr = bytes.NewReader(in), &stderr
	out, err := cmd.Output()
	var a answer
	if err == nil {
		err = json.Unmarshal(out, &a)
	}
	if err != nil {
		c.tb.Fatalf("openid-client: %s: %v\n%s%s", q.Step, err, out, stderr.Bytes())
	}
	c.state = a.State
	if a.Error != nil {
		return a, a.Error
	}
	return a, nil
}
