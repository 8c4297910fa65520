package oidc

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"rollcall/internal/demoidp/op"
	"rollcall/internal/roster"
)

// TestCallback_O6_O8_O11_O12_O18_O19 changes what the browser brings back, or what was kept of the sign-in.
func TestCallback_O6_O8_O11_O12_O18_O19(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		change func(*Config, *Kept, *Callback)
		want   roster.Code
		redeem int // requests at the token endpoint
	}{
		{"as it comes", func(*Config, *Kept, *Callback) {}, "ok", 1},

		{"O8 no state", func(_ *Config, _ *Kept, cb *Callback) { cb.Params.Del("state") }, CodeState, 0},
		{"O8 another state", func(_ *Config, _ *Kept, cb *Callback) { cb.Params.Set("state", "other") }, CodeState, 0},
		{"O8 nothing was kept: another browser, or used before", func(_ *Config, k *Kept, _ *Callback) { *k = Kept{} }, CodeState, 0},
		{"O8 neither state", func(_ *Config, k *Kept, cb *Callback) { k.State = ""; cb.Params.Set("state", "") }, CodeState, 0},
		{"O8 of another connection", func(_ *Config, k *Kept, _ *Callback) { k.Connection = "con_2" }, CodeState, 0},
		{"O8 after ten minutes", func(_ *Config, k *Kept, _ *Callback) { k.Started = k.Started.Add(-KeptFor) }, CodeState, 0},
		{"O8 the connection's client changed meanwhile", func(c *Config, _ *Kept, _ *Callback) { c.ClientID = "other" }, CodeState, 0},
		{"the nonce was lost", func(_ *Config, k *Kept, _ *Callback) { k.Nonce = "" }, CodeState, 0},

		{"O6 O12 another iss", func(_ *Config, _ *Kept, cb *Callback) { cb.Params.Set("iss", "https://evil.example") }, CodeIssuer, 0},
		{"O6 O12 no iss although the provider promises it", func(_ *Config, _ *Kept, cb *Callback) { cb.Params.Del("iss") }, CodeIssuer, 0},
		{"O6 iss with a slash", func(_ *Config, _ *Kept, cb *Callback) { cb.Params.Set("iss", cb.Params.Get("iss")+"/") }, CodeIssuer, 0},
		{"O12 the sign-in was begun at another issuer", func(_ *Config, k *Kept, _ *Callback) { k.Issuer = "https://idp2.example" }, CodeState, 0},

		{"O11 another's code", func(_ *Config, _ *Kept, cb *Callback) { cb.Params.Set("code", "another") }, CodeExchange, 1},
		{"O10 O11 another sign-in's verifier", func(_ *Config, k *Kept, _ *Callback) { k.Verifier = strings.Repeat("v", 43) }, CodeExchange, 1},

		{"O18 an error", func(_ *Config, _ *Kept, cb *Callback) { cb.Params.Set("error", "access_denied") }, CodeProvider, 0},
		{"O18 an error that is none", func(_ *Config, _ *Kept, cb *Callback) { cb.Params.Set("error", "<script>alert(1)</script>") }, CodeProvider, 0},
		{"an outage", func(_ *Config, _ *Kept, cb *Callback) { cb.Params.Set("error", "temporarily_unavailable") }, "unavailable", 0},

		{"O19 by a form", func(_ *Config, _ *Kept, cb *Callback) { cb.Post = true }, CodeMalformed, 0},
		{"O19 by the URL although a form was asked for", func(_ *Config, k *Kept, _ *Callback) { k.Mode = FormPost }, CodeMalformed, 0},
		{"O19 an ID token in the URL", func(_ *Config, _ *Kept, cb *Callback) { cb.Params.Set("id_token", "x") }, CodeMalformed, 0},
		{"O19 an access token in the URL", func(_ *Config, _ *Kept, cb *Callback) { cb.Params.Set("access_token", "x") }, CodeMalformed, 0},
		{"two codes", func(_ *Config, _ *Kept, cb *Callback) { cb.Params.Add("code", "other") }, CodeMalformed, 0},
		{"two states", func(_ *Config, _ *Kept, cb *Callback) { cb.Params.Add("state", "other") }, CodeMalformed, 0},
		{"no code", func(_ *Config, _ *Kept, cb *Callback) { cb.Params.Del("code") }, CodeMalformed, 0},
		{"a long code", func(_ *Config, _ *Kept, cb *Callback) { cb.Params.Set("code", strings.Repeat("c", maxCode+1)) }, CodeMalformed, 0},
		{"a long state", func(_ *Config, _ *Kept, cb *Callback) { cb.Params.Set("state", strings.Repeat("s", maxState+1)) }, CodeMalformed, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := newRing(t)
			kept, cb := r.begin(t, Ask{})
			config := r.config
			tt.change(&config, &kept, &cb)
			_, err := r.rp.Finish(t.Context(), config, kept, cb)
			wantCode(t, "Finish", err, tt.want)
			if got := r.op.Seen("/token"); got != tt.redeem {
				t.Errorf("the token endpoint was asked %d times, want %d", got, tt.redeem)
			}
			if err != nil && strings.Contains(err.Error(), "<") {
				t.Errorf("the error repeats what was sent: %v", err)
			}
		})
	}
}

// TestProviderError_O18: what the provider says reaches an admin cleaned, and the person not at all.
func TestProviderError_O18(t *testing.T) {
	t.Parallel()
	r := newRing(t)
	r.op.Turn(func(k *op.Knobs) {
		k.Callback = func(v url.Values) {
			v.Del("code")
			v.Set("error", `"><script>alert(1)</script>`)
			v.Set("error_description", "AADSTS50105: <script>alert(1)</script>\r\nSet-Cookie: x\u202e\x00"+strings.Repeat("z", 3000))
		}
	})
	_, err := r.signIn(t)
	f, ok := errors.AsType[*Failure](err)
	if !ok || f.Code != CodeProvider || f.Check != "other" {
		t.Fatalf("Finish = %v", err)
	}
	if strings.ContainsAny(f.Error()+f.Detail, "<>\r\n") {
		t.Errorf("what was sent is in %q or %q", f.Error(), f.Detail)
	}
	if d := f.Diagnostics; d.ProviderError != "other" || strings.ContainsAny(d.ProviderText, "\r\n\u202e\x00") || len(d.ProviderText) > maxField+4 || d.Now.IsZero() {
		t.Errorf("the diagnostics are not cleaned: %+v", d)
	}
}

// TestCodeTwice_O11: a code is good once, and so is a sign-in.
func TestCodeTwice_O11(t *testing.T) {
	t.Parallel()
	r := newRing(t)
	kept, cb := r.begin(t, Ask{})
	_, err := r.rp.Finish(t.Context(), r.config, kept, cb)
	wantCode(t, "the first", err, "ok")
	_, err = r.rp.Finish(t.Context(), r.config, kept, cb)
	wantCode(t, "the second", err, CodeExchange)
}

// TestInjectedCode_O11: an attacker's code that is brought to the victim's browser, whose state is right, stops at
// the nonce even where the provider does not look at PKCE.
func TestInjectedCode_O11(t *testing.T) {
	t.Parallel()
	r := newRing(t)
	_, attacker := r.begin(t, Ask{})
	kept, victim := r.begin(t, Ask{})
	victim.Params.Set("code", attacker.Params.Get("code"))
	_, err := r.rp.Finish(t.Context(), r.config, kept, victim)
	wantCode(t, "with PKCE", err, CodeExchange)

	r.op.Turn(func(k *op.Knobs) { k.NoPKCE = true })
	_, attacker = r.begin(t, Ask{})
	kept, victim = r.begin(t, Ask{})
	victim.Params.Set("code", attacker.Params.Get("code"))
	_, err = r.rp.Finish(t.Context(), r.config, kept, victim)
	wantCode(t, "without PKCE", err, CodeNonce)
}

// TestMixUp_O12: the answer of one provider does not finish a sign-in at another, whatever was begun where.
func TestMixUp_O12(t *testing.T) {
	t.Parallel()
	r := newRing(t)
	_, other := serve(t, r.clock, newKey(t, "k2"), nil)
	other.ID, other.RedirectURL = "con_2", "https://rollcall.example/sso/con_2/callback"
	kept, cb := r.begin(t, Ask{})
	_, err := r.rp.Finish(t.Context(), other, kept, cb)
	wantCode(t, "begun at A, finished at B", err, CodeState)

	started, err := r.rp.Begin(t.Context(), other, Ask{})
	if err != nil {
		t.Fatal(err)
	}
	cb.Params.Set("state", started.Kept.State)
	_, err = r.rp.Finish(t.Context(), other, started.Kept, cb)
	wantCode(t, "the code of A with the state of B", err, CodeIssuer)
}

// TestCallbackOf_O19: parameters come from the place that the method says, and from no other.
func TestCallbackOf_O19(t *testing.T) {
	t.Parallel()
	form := func(url, body string) *http.Request {
		r := httptest.NewRequest(http.MethodPost, url, strings.NewReader(body))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		return r
	}
	for _, tt := range []struct {
		name string
		r    *http.Request
		code string // empty: refused
		post bool
	}{
		{"a query", httptest.NewRequest(http.MethodGet, "/?code=a&state=s", nil), "a", false},
		{"a form", form("/", "code=a&state=s"), "a", true},
		{"both", form("/?code=b", "code=a"), "", false},
		{"a form of another kind", httptest.NewRequest(http.MethodPost, "/", strings.NewReader("code=a")), "", false},
		{"another method", httptest.NewRequest(http.MethodPut, "/?code=a", nil), "", false},
		{"a form that is too long", form("/", "code="+strings.Repeat("a", MaxCallback)), "", false},
		{"a query that is none", httptest.NewRequest(http.MethodGet, "/?code=%zz", nil), "", false},
	} {
		cb, err := CallbackOf(httptest.NewRecorder(), tt.r)
		if got := cb.Params.Get("code"); got != tt.code || cb.Post != tt.post {
			t.Errorf("%s: code %q by form %v (%v), want %q by form %v", tt.name, got, cb.Post, err, tt.code, tt.post)
		}
	}
}

// TestSlowSignIn: ten minutes are kept to the second.
func TestSlowSignIn_O8(t *testing.T) {
	t.Parallel()
	r := newRing(t)
	kept, cb := r.begin(t, Ask{})
	r.clock.add(KeptFor - time.Nanosecond)
	_, err := r.rp.Finish(t.Context(), r.config, kept, cb)
	// The provider's code has expired, ours has not.
	wantCode(t, "just before", err, CodeExchange)
	r.clock.add(time.Nanosecond)
	_, err = r.rp.Finish(t.Context(), r.config, kept, cb)
	wantCode(t, "at ten minutes", err, CodeState)
}
