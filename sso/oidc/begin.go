package oidc

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"time"

	gooidc "github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// KeptFor is how long a sign-in may take from Begin to Finish.
const KeptFor = 10 * time.Minute

// Ask is what a sign-in asks of the provider beside who the person is. The zero value asks nothing.
type Ask struct {
	LoginHint string // the address that the person typed
	Prompt    string // login, select_account, consent or none
	// MaxAge is how long ago the person may have proven who they are, in whole seconds; nil: whenever. The
	// provider has to say when it was.
	MaxAge *time.Duration
}

// Kept is what a door keeps of a sign-in between Begin and Finish, for KeptFor, bound to the browser, and uses
// once. It is plain data that can be stored as JSON, and secret: it prints as the connection's id only.
type Kept struct {
	Connection  string       `json:"connection"`
	Issuer      string       `json:"issuer"`
	ClientID    string       `json:"client_id"`
	RedirectURL string       `json:"redirect_url"`
	Mode        ResponseMode `json:"mode,omitempty"`
	State       string       `json:"state"`
	Nonce       string       `json:"nonce"`
	Verifier    string       `json:"verifier"`
	// MaxAge is in seconds; negative: nothing was asked.
	MaxAge  int64     `json:"max_age"`
	Started time.Time `json:"started"`
}

// String returns the connection's id.
func (k Kept) String() string { return "sign-in at " + k.Connection }

// Format implements fmt.Formatter, so that no verb reaches the secrets.
func (k Kept) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, k.String()) }

// LogValue implements slog.LogValuer.
func (k Kept) LogValue() slog.Value { return slog.StringValue(k.String()) }

// Started is a sign-in that has begun: where to send the browser, and what to keep.
type Started struct {
	URL  string
	Kept Kept
}

// Begin starts a sign-in. State, nonce and PKCE verifier (RFC 7636, always S256) are made anew, of 256 random bits
// each. The error is a *Failure for a connection that can't be used, or *Unavailable.
func (rp *RelyingParty) Begin(ctx context.Context, c Config, ask Ask) (Started, error) {
	if err := rp.usable(c); err != nil {
		return Started{}, err
	}
	options, err := ask.options()
	if err != nil {
		return Started{}, err
	}
	p, err := rp.provider(ctx, c)
	if err != nil {
		return Started{}, err
	}
	kept := Kept{
		Connection: c.ID, Issuer: c.Issuer, ClientID: c.ClientID, RedirectURL: c.RedirectURL, Mode: c.mode(), MaxAge: -1, Started: rp.now().UTC(),
		// What oauth2 makes as a verifier is 256 random bits in base64: good for all three.
		State: oauth2.GenerateVerifier(), Nonce: oauth2.GenerateVerifier(), Verifier: oauth2.GenerateVerifier(),
	}
	if ask.MaxAge != nil {
		kept.MaxAge = int64(*ask.MaxAge / time.Second)
	}
	options = append(options, gooidc.Nonce(kept.Nonce), oauth2.S256ChallengeOption(kept.Verifier))
	if c.mode() == FormPost {
		options = append(options, oauth2.SetAuthURLParam("response_mode", string(FormPost)))
	}
	if len(c.HostedDomains) == 1 {
		// A hint that spares the choice of account; what counts is the token's hd.
		options = append(options, oauth2.SetAuthURLParam("hd", c.HostedDomains[0]))
	}
	return Started{URL: rp.oauth(c, p).AuthCodeURL(kept.State, options...), Kept: kept}, nil
}

func (c Config) mode() ResponseMode {
	if c.Mode == "" {
		return Query
	}
	return c.Mode
}

// options turns what is asked into parameters of OpenID Connect Core §3.1.2.1.
func (a Ask) options() ([]oauth2.AuthCodeOption, error) {
	var options []oauth2.AuthCodeOption
	refused := func(what string) error {
		return &Failure{Code: CodeConfig, Check: what, Detail: "The sign-in asks for a " + what + " that there is not."}
	}
	if a.LoginHint != "" {
		if len(a.LoginHint) > maxField || strings.ContainsFunc(a.LoginHint, func(r rune) bool { return r < ' ' || r == 0x7f }) {
			return nil, refused("login_hint")
		}
		options = append(options, oauth2.SetAuthURLParam("login_hint", a.LoginHint))
	}
	if a.Prompt != "" {
		if !slices.Contains([]string{"login", "select_account", "consent", "none"}, a.Prompt) {
			return nil, refused("prompt")
		}
		options = append(options, oauth2.SetAuthURLParam("prompt", a.Prompt))
	}
	if a.MaxAge != nil {
		if *a.MaxAge < 0 {
			return nil, refused("max_age")
		}
		options = append(options, oauth2.SetAuthURLParam("max_age", strconv.FormatInt(int64(*a.MaxAge/time.Second), 10)))
	}
	return options, nil
}

// oauth is how x/oauth2 knows a connection.
func (rp *RelyingParty) oauth(c Config, p *provider) *oauth2.Config {
	o := &oauth2.Config{
		ClientID: c.ClientID, RedirectURL: c.RedirectURL, Scopes: c.scopes(),
		Endpoint: oauth2.Endpoint{AuthURL: p.authorize, TokenURL: p.token, AuthStyle: oauth2.AuthStyleInParams},
	}
	switch p.authMethod(c) {
	case AuthBasic:
		o.Endpoint.AuthStyle, o.ClientSecret = oauth2.AuthStyleInHeader, c.ClientSecret.Reveal()
	case AuthPost:
		o.ClientSecret = c.ClientSecret.Reveal()
	case AuthAuto, AuthNone: // PKCE alone
	}
	return o
}
