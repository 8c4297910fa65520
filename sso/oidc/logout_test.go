package oidc

import (
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"rollcall/internal/roster"
)

// TestLogoutToken_O23 changes one thing of a good logout token at a time.
func TestLogoutToken_O23(t *testing.T) {
	t.Parallel()
	at := func(d time.Duration) int64 { return time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC).Add(d).Unix() }
	claims := func(pairs ...any) func(map[jose.HeaderKey]any, map[string]any) {
		return func(_ map[jose.HeaderKey]any, c map[string]any) { changing(pairs...)(c) }
	}
	header := func(name jose.HeaderKey, value any) func(map[jose.HeaderKey]any, map[string]any) {
		return func(h map[jose.HeaderKey]any, _ map[string]any) { h[name] = value }
	}
	for _, tt := range []struct {
		name     string
		sub, sid string
		change   func(map[jose.HeaderKey]any, map[string]any)
		want     roster.Code
	}{
		{"a person's session", "sub-ann", "s1", nil, "ok"},
		{"a person", "sub-ann", "", nil, "ok"},
		{"a session", "", "s1", nil, "ok"},
		{"neither", "", "", nil, CodeLogoutToken},
		{"an empty sid", "sub-ann", "", claims("sid", ""), CodeLogoutToken},
		{"a sub of another type", "", "s1", claims("sub", 7), CodeLogoutToken},
		{"a nonce", "sub-ann", "", claims("nonce", "n"), CodeLogoutToken},
		{"a nonce of null", "sub-ann", "", claims("nonce", []any{}), CodeLogoutToken},
		{"no events", "sub-ann", "", claims("events", nil), CodeLogoutToken},
		{"another event", "sub-ann", "", claims("events", map[string]any{"https://other.example": map[string]any{}}), CodeLogoutToken},
		{"an event of another type", "sub-ann", "", claims("events", map[string]any{logoutEvent: true}), CodeLogoutToken},
		{"no jti", "sub-ann", "", claims("jti", nil), CodeLogoutToken},
		{"a long jti", "sub-ann", "", claims("jti", strings.Repeat("j", maxLogoutID+1)), CodeLogoutToken},
		{"another issuer", "sub-ann", "", claims("iss", "https://evil.example"), CodeIssuer},
		{"another client", "sub-ann", "", claims("aud", "other"), CodeAudience},
		{"expired", "sub-ann", "", claims("exp", at(0)), CodeExpired},
		{"no exp", "sub-ann", "", claims("exp", nil), CodeMalformed},
		{"no iat", "sub-ann", "", claims("iat", nil), CodeMalformed},
		{"old", "sub-ann", "", claims("iat", at(-11*time.Minute)), CodeClock},
		{"from the future", "sub-ann", "", claims("iat", at(2*time.Minute)), CodeClock},
		{"good for a week", "sub-ann", "", claims("exp", at(7*24*time.Hour)), CodeClock},
		{"typ JWT, as older providers say", "sub-ann", "", header("typ", "JWT"), "ok"},
		{"typ in full", "sub-ann", "", header("typ", "application/logout+jwt"), "ok"},
		{"an access token", "sub-ann", "", header("typ", "at+jwt"), CodeLogoutToken},
		{"jku", "sub-ann", "", header("jku", "http://127.0.0.1:1/"), CodeHeader},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := newRing(t)
			raw, err := r.op.LogoutToken("rollcall", tt.sub, tt.sid, tt.change)
			if err != nil {
				t.Fatal(err)
			}
			got, err := r.rp.VerifyLogout(t.Context(), r.config, raw)
			wantCode(t, "VerifyLogout", err, tt.want)
			want := Logout{}
			if tt.want == "ok" {
				want = Logout{Issuer: r.config.Issuer, Subject: tt.sub, SessionID: tt.sid, Expires: r.clock.now().Add(2 * time.Minute)}
			}
			if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(Logout{}, "ID")); diff != "" || (got.ID == "") != (tt.want != "ok") {
				t.Errorf("VerifyLogout mismatch, id %q (-want +got)\n%s", got.ID, diff)
			}
		})
	}
}

// TestForgedLogout_O23: tokens of others end nothing, an ID token is none, and rubbish costs the provider nothing.
func TestForgedLogout_O23(t *testing.T) {
	t.Parallel()
	r := newRing(t)
	good, err := r.op.LogoutToken("rollcall", "sub-ann", "", nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, rubbish := range []string{"", "x", "a.b.c", strings.Repeat("a", maxToken+1), unsigned(`{"alg":"none"}`, good) + "."} {
		_, err := r.rp.VerifyLogout(t.Context(), r.config, rubbish)
		if got := code(t, err); got != CodeMalformed && got != CodeAlgorithm {
			t.Errorf("rubbish = %s (%v)", got, err)
		}
	}
	if got := r.op.Seen("/jwks"); got != 0 {
		t.Errorf("rubbish made us fetch keys %d times", got)
	}
	_, err = r.rp.VerifyLogout(t.Context(), r.config, resigned(t, newKey(t, "k1"), good))
	wantCode(t, "by another key", err, CodeSignature)
	_, err = r.rp.VerifyLogout(t.Context(), r.config, hmacked(t, []byte(clientSecret), good))
	wantCode(t, "by the client secret", err, CodeAlgorithm)

	idToken := resigned(t, r.key, unsigned("{}", good)+".") // the same claims, signed well
	_, err = r.rp.VerifyLogout(t.Context(), r.config, idToken)
	wantCode(t, "the good one signed anew", err, "ok")

	_, other := serve(t, r.clock, newKey(t, "k1"), nil)
	other.ID = "con_2"
	_, err = r.rp.VerifyLogout(t.Context(), other, good)
	wantCode(t, "at another connection", err, CodeSignature)
}

// TestLogoutReplay_O23: what the door needs to take a token once is the same each time.
func TestLogoutReplay_O23(t *testing.T) {
	t.Parallel()
	r := newRing(t)
	raw, err := r.op.LogoutToken("rollcall", "sub-ann", "s1", nil)
	if err != nil {
		t.Fatal(err)
	}
	first, err := r.rp.VerifyLogout(t.Context(), r.config, raw)
	wantCode(t, "the first", err, "ok")
	second, err := r.rp.VerifyLogout(t.Context(), r.config, raw)
	wantCode(t, "the second", err, "ok")
	if diff := cmp.Diff(first, second); diff != "" {
		t.Errorf("the same token reads differently:\n%s", diff)
	}
}
