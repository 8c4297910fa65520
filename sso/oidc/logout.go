package oidc

import (
	"context"
	"errors"
	"time"

	gooidc "github.com/coreos/go-oidc/v3/oidc"
)

// Logout is what a provider tells of a session that ended there (OpenID Connect Back-Channel Logout).
type Logout struct {
	Issuer string
	// Subject and SessionID say whose sessions, and which one, are to end; one of them may be empty. With a
	// SessionID it is that one alone.
	Subject, SessionID string
	// ID is the token's jti. Whoever ends the sessions takes each once, and remembers it until Expires.
	ID      string
	Expires time.Time
}

const (
	logoutEvent = "http://schemas.openid.net/event/backchannel-logout"
	// maxLogoutAge is how old a logout token may be: what is late was queued, and is no reason to end sessions
	// that began since.
	maxLogoutAge = 10 * time.Minute
	maxLogoutID  = 512
)

// VerifyLogout verifies a logout token that was posted to a connection (O23). Anybody can post one, so that a flood
// of made-up key ids costs the provider one request in 30 seconds. The error is a *Failure, to be answered with
// 400, or *Unavailable.
func (rp *RelyingParty) VerifyLogout(ctx context.Context, c Config, raw string) (Logout, error) {
	if err := rp.usable(c); err != nil {
		return Logout{}, err
	}
	h, refused := readHeader(raw, c.algorithms()) // what is no token at all costs nobody a fetch
	if refused != nil {
		return Logout{}, refused
	}
	if !h.isLogoutToken() {
		return Logout{}, &Failure{Code: CodeLogoutToken, Check: "typ", Detail: "The token is of another type than logout+jwt."}
	}
	p, err := rp.provider(ctx, c)
	if err != nil {
		return Logout{}, err
	}
	v, err := rp.open(ctx, c, p, raw, func(ctx context.Context, by *gooidc.IDTokenVerifier, v *verified) (err error) {
		v.logout, err = by.VerifyLogout(ctx, raw)
		return err
	})
	if down, ok := errors.AsType[*Unavailable](err); ok && errors.Is(down.Err, errUnknownKey) {
		return Logout{}, &Failure{Code: CodeSignature, Check: "key id", Detail: "The token is signed by a key that the provider does not publish."}
	}
	if err != nil {
		return Logout{}, err
	}
	if f := rp.judgeLogout(c, v); f != nil {
		return Logout{}, v.diagnose(f)
	}
	sub, _ := v.claims["sub"].(string)
	sid, _ := v.claims["sid"].(string)
	id, _ := v.claims["jti"].(string)
	return Logout{Issuer: c.Issuer, Subject: sub, SessionID: sid, ID: id, Expires: v.logout.Expiry.UTC()}, nil
}

// judgeLogout is what a logout token's claims have to be (Back-Channel Logout §2.6).
func (rp *RelyingParty) judgeLogout(c Config, v *verified) *Failure {
	refused := func(check, detail string) *Failure {
		return &Failure{Code: CodeLogoutToken, Check: check, Detail: detail, Diagnostics: Diagnostics{Now: rp.now()}}
	}
	if _, there := v.claims["nonce"]; there {
		return refused("nonce", "The token has a nonce: it is an ID token, and no logout token.")
	}
	events, _ := v.claims["events"].(map[string]any)
	if _, ok := events[logoutEvent].(map[string]any); !ok {
		return refused("events", "The token tells of no logout (events).")
	}
	sub, hasSub := v.claims["sub"].(string)
	sid, hasSid := v.claims["sid"].(string)
	_, subThere := v.claims["sub"]
	_, sidThere := v.claims["sid"]
	if !hasSub && !hasSid || subThere && !subject(sub) || sidThere && (!hasSid || sid == "" || len(sid) > maxValue) {
		return refused("sub", "The token names neither a person (sub) nor a session (sid), or not properly.")
	}
	if id, _ := v.claims["jti"].(string); id == "" || len(id) > maxLogoutID {
		return refused("jti", "The token has no id (jti).")
	}
	whole := v.claims
	if !hasSub { // party asks for a sub
		whole = map[string]any{"iss": v.claims["iss"], "aud": v.claims["aud"], "sub": "none"}
	}
	if f := party(c, whole); f != nil {
		return f
	}
	if f := times(v.claims, rp.now(), maxLogoutAge); f != nil {
		return f
	}
	if v.objection != nil || v.logout.Subject != sub || v.logout.SessionID != sid {
		return refused("claims", "The token is not what the library takes.")
	}
	return nil
}
