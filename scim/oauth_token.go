package scim

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"time"

	"rollcall/internal/assertion"
	"rollcall/internal/roster"
	"rollcall/internal/secret"
	"rollcall/internal/tenant"
)

// tokenPath is the token endpoint (RFC 6749 §3.2), below a directory's base URL.
const tokenPath = "/oauth2/token"

// tokenScope is the one scope there is.
const tokenScope = "scim"

// maxTokenBody holds an assertion and all that belongs to it.
const maxTokenBody = 32 << 10

// TokenConfig is what the token endpoint needs. All of it is optional.
type TokenConfig struct {
	// Assertions verifies what trusted issuers sign; nil: no issuer is trusted.
	Assertions *assertion.Verifier
	// FirstTime says whether a name was not seen within ttl, and remembers it: the guard against
	// assertions that are used again. After an error, and when it is nil, none is taken that may be used once only.
	FirstTime func(ctx context.Context, id tenant.ID, name string, ttl time.Duration) (bool, error)
	// Guesses bounds how often somebody may guess; nil: anybody as often as they like.
	Guesses Guesses
}

// Guesses bounds guesses at the token endpoint, by directory and by who guesses.
type Guesses interface {
	// Wait says how long the sender must wait before the next try, 0: not at all.
	Wait(r *http.Request, id tenant.DirectoryID) time.Duration
	// Failed counts a try that failed.
	Failed(r *http.Request, id tenant.DirectoryID)
}

// unbounded is no bound at all.
type unbounded struct{}

func (unbounded) Wait(*http.Request, tenant.DirectoryID) time.Duration { return 0 }
func (unbounded) Failed(*http.Request, tenant.DirectoryID)             {}

func (c TokenConfig) withDefaults() TokenConfig {
	if c.Guesses == nil {
		c.Guesses = unbounded{}
	}
	if c.FirstTime == nil {
		c.FirstTime = func(context.Context, tenant.ID, string, time.Duration) (bool, error) {
			return false, errors.New("there is no guard against replays")
		}
	}
	return c
}

// TokenURL returns the URL of a directory's token endpoint.
func (d *Door) TokenURL(id tenant.DirectoryID) string { return d.BaseURL(id) + tokenPath }

// ClientID is what clients of a directory call themselves at its token endpoint: all the same, so that
// a secret can be changed alone.
func ClientID(id tenant.DirectoryID) string { return id.UUID.UUID() }

// TokenPath is where the token endpoint of a directory lies below the gateway's URL.
func TokenPath(id tenant.DirectoryID) string { return Prefix + "/" + id.UUID.UUID() + tokenPath }

// tokenAnswer is RFC 6749 §5.1.
type tokenAnswer struct {
	AccessToken string `json:"access_token"`
	TokenType   string `json:"token_type"`
	ExpiresIn   int    `json:"expires_in"` // seconds
	Scope       string `json:"scope"`
}

// serveToken is what every request to the token endpoint passes through.
func (d *Door) serveToken(w http.ResponseWriter, r *http.Request) {
	began := d.Now()
	out := &recorder{ResponseWriter: w, status: http.StatusOK, head: r.Method == http.MethodHead}
	o := Observation{Route: tokenPath, Method: knownMethod(r.Method)}
	g, answer, err := d.grantToken(r)
	switch {
	case err != nil:
		d.Report(r.Context(), err)
		writeOAuthError(out, err)
	default:
		o.Directory, o.Provider = g.Directory.ID, g.Directory.Provider
		if err := writeOAuth(out, http.StatusOK, answer); err != nil {
			d.Report(r.Context(), err)
		}
	}
	o.Status, o.Duration = out.status, d.Now().Sub(began)
	d.Observe(o)
}

// grantToken answers a token request, or says why not.
func (d *Door) grantToken(r *http.Request) (roster.Grant, tokenAnswer, error) {
	var none roster.Grant
	if r.Method != http.MethodPost { // RFC 6749 §3.2
		return none, tokenAnswer{}, &oauthError{
			status: http.StatusMethodNotAllowed, code: invalidRequest, detail: "Tokens are asked for with POST.", header: [2]string{"Allow", "POST"},
		}
	}
	id, iderr := directoryOf(r.URL.Path)
	if wait := d.Guesses.Wait(r, id); wait > 0 {
		return none, tokenAnswer{}, &oauthError{
			status: http.StatusTooManyRequests, code: unavailableNow, header: retryHeader(wait),
			detail: "Too many requests failed. Wait as long as Retry-After says.",
		}
	}
	q, err := readTokenRequest(r)
	if err == nil && iderr != nil {
		err = q.unknownClient()
	}
	if err != nil {
		return none, tokenAnswer{}, d.guessed(r, id, err)
	}
	g, err := d.client(r.Context(), id, q)
	if err != nil {
		return none, tokenAnswer{}, d.guessed(r, id, err)
	}
	if wait := d.Gate.Allow(r.Context(), &g, 1); wait > 0 {
		return none, tokenAnswer{}, &oauthError{
			status: http.StatusTooManyRequests, code: unavailableNow, header: retryHeader(wait),
			detail: "This directory sends more requests than it may. Wait as long as Retry-After says, and use each token until it ends.",
		}
	}
	d.touch(r, g)
	d.Accepted(r.Context(), g)
	token := secret.NewToken(secret.Access)
	issued, err := d.Roster.IssueToken(r.Context(), g, token.Hash())
	if errors.Is(err, roster.Unauthorized) {
		return none, tokenAnswer{}, q.unknownClient()
	}
	if err != nil {
		return none, tokenAnswer{}, fmt.Errorf("issue a token: %w", err)
	}
	return g, tokenAnswer{
		AccessToken: token.Reveal(), TokenType: "Bearer", ExpiresIn: int(issued.ExpiresAt.Sub(issued.CreatedAt).Seconds()), Scope: tokenScope,
	}, nil
}

// guessed counts a request that was refused, as a guess and, where it named no client or a wrong one, among
// those that were not let in. It returns err.
func (d *Door) guessed(r *http.Request, id tenant.DirectoryID, err error) error {
	e, ok := errors.AsType[*oauthError](err)
	if !ok || e.status >= http.StatusInternalServerError {
		return err
	}
	d.Guesses.Failed(r, id)
	if e.code == invalidClient || e.code == invalidGrant {
		return d.deny(id, cmp.Or(e.denied, roster.AuthUnknown), err)
	}
	return err
}

// readTokenRequest reads header and body. What stands in the URL is not looked at: secrets do not belong there
// (RFC 6749 §2.3.1), and Entra appends flags.
func readTokenRequest(r *http.Request) (tokenRequest, error) {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/x-www-form-urlencoded" {
		return tokenRequest{}, badRequest("The body must be of the type application/x-www-form-urlencoded.")
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxTokenBody+1))
	if err != nil {
		return tokenRequest{}, badRequest("The body could not be read to its end.")
	}
	if len(body) > maxTokenBody {
		e := badRequest("The body has more than " + strconv.Itoa(maxTokenBody) + " bytes.")
		e.status = http.StatusRequestEntityTooLarge
		return tokenRequest{}, e
	}
	return parseTokenRequest(r.Header.Values("Authorization"), string(body))
}

// writeOAuth answers with a JSON body that nobody keeps (RFC 6749 §5.1).
func writeOAuth(w http.ResponseWriter, status int, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encode the answer: %w", err)
	}
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	h.Set("Cache-Control", "no-store")
	h.Set("Pragma", "no-cache")
	w.WriteHeader(status)
	if _, err := w.Write(body); err != nil {
		return &gone{err}
	}
	return nil
}
