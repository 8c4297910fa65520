package oidc

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"rollcall/internal/demoidp/op"
	"rollcall/internal/roster"
	"rollcall/internal/secret"
)

// TestAuthorizeURL_O10: PKCE is always there, by S256, with secrets that are new each time.
func TestAuthorizeURL_O10(t *testing.T) {
	t.Parallel()
	r := newRing(t)
	r.config.HostedDomains = []string{"corp.example"}
	r.config.Mode = FormPost
	r.config.Scopes = []string{"email", "groups", "openid", "email"}
	// A provider that says it knows plain alone is asked for S256 all the same.
	r.op.Turn(func(k *op.Knobs) {
		k.Discovery = func(d map[string]any) { d["code_challenge_methods_supported"] = []string{"plain"} }
	})
	age := 5 * time.Minute
	seen := map[string]bool{}
	for range 3 {
		started, err := r.rp.Begin(t.Context(), r.config, Ask{LoginHint: "ann+x@corp.example", Prompt: "login", MaxAge: &age})
		if err != nil {
			t.Fatal(err)
		}
		u, err := url.Parse(started.URL)
		if err != nil {
			t.Fatal(err)
		}
		q, k := u.Query(), started.Kept
		sum := sha256.Sum256([]byte(k.Verifier))
		for name, want := range map[string]string{
			"response_type": "code", "client_id": "rollcall", "redirect_uri": r.config.RedirectURL, "scope": "openid email groups",
			"state": k.State, "nonce": k.Nonce, "code_challenge": base64.RawURLEncoding.EncodeToString(sum[:]), "code_challenge_method": "S256",
			"login_hint": "ann+x@corp.example", "prompt": "login", "max_age": "300", "response_mode": "form_post", "hd": "corp.example",
		} {
			if got := q[name]; len(got) != 1 || got[0] != want {
				t.Errorf("%s = %q, want %q", name, got, want)
			}
		}
		for _, s := range []string{k.State, k.Nonce, k.Verifier} {
			if seen[s] || len(s) < 43 {
				t.Errorf("the secret %q was there before, or is short", s)
			}
			seen[s] = true
		}
		if strings.Contains(started.URL, k.Verifier) || strings.Contains(started.URL, clientSecret) {
			t.Errorf("the URL holds what must stay here: %s", started.URL)
		}
	}
	for _, ask := range []Ask{{Prompt: "create"}, {LoginHint: "a\r\nb"}, {LoginHint: strings.Repeat("a", maxField+1)}, {MaxAge: new(time.Duration(-1))}} {
		_, err := r.rp.Begin(t.Context(), r.config, ask)
		wantCode(t, fmt.Sprintf("Begin with %+v", ask), err, CodeConfig)
	}
}

// TestTokenRequest_O10: the verifier goes with the code, and the secret in the one way that was agreed on.
func TestTokenRequest_O10(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name           string
		auth           AuthMethod
		advertised     []string
		public         bool
		inHead, inBody bool
	}{
		{"basic", AuthBasic, nil, false, true, false},
		{"post", AuthPost, nil, false, false, true},
		{"none", AuthNone, nil, true, false, false},
		{"as advertised: nothing", AuthAuto, []string{}, false, true, false},
		{"as advertised: post", AuthAuto, []string{"private_key_jwt", "client_secret_post"}, false, false, true},
		{"as advertised: both", AuthAuto, []string{"client_secret_post", "client_secret_basic"}, false, true, false},
		{"as advertised: both, no secret", AuthAuto, nil, true, false, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := newRing(t)
			r.config.Auth = tt.auth
			if tt.public {
				r.config.ClientSecret, r.config.ClientID = secret.Text{}, "public"
				r.op.AddClient(op.Client{ID: "public", RedirectURIs: []string{r.config.RedirectURL}})
			}
			var head, body string
			r.op.Turn(func(k *op.Knobs) {
				if tt.advertised != nil {
					k.Discovery = func(d map[string]any) { d["token_endpoint_auth_methods_supported"] = tt.advertised }
				}
				k.Wait = func(req *http.Request) {
					if req.URL.Path == "/token" {
						_ = req.ParseForm()
						head, body = req.Header.Get("Authorization"), req.PostForm.Encode()
					}
				}
			})
			kept, cb := r.begin(t, Ask{})
			_, err := r.rp.Finish(t.Context(), r.config, kept, cb)
			wantCode(t, "Finish", err, "ok")
			if !strings.Contains(body, "code_verifier="+kept.Verifier) {
				t.Errorf("the verifier is not in %q", body)
			}
			if (head != "") != tt.inHead || strings.Contains(body, "client_secret=") != tt.inBody {
				t.Errorf("authorization %q, body %q", head, body)
			}
		})
	}
}

// TestExchangeFailures: what the token endpoint may answer, and what becomes of it.
func TestExchangeFailures(t *testing.T) {
	t.Parallel()
	answer := func(status int, kind, body string) func(*op.Knobs) {
		return func(k *op.Knobs) {
			k.TokenReply = func(w http.ResponseWriter) bool {
				w.Header().Set("Content-Type", kind)
				w.Header().Set("Location", "https://evil.example/")
				w.WriteHeader(status)
				_, _ = w.Write([]byte(body))
				return true
			}
		}
	}
	const kind = "application/json"
	for _, tt := range []struct {
		name string
		turn func(*op.Knobs)
		want roster.Code
	}{
		{"bad client", answer(401, kind, `{"error":"invalid_client"}`), CodeExchange},
		{"an error by 200", answer(200, kind, `{"error":"invalid_grant"}`), CodeExchange},
		{"a redirect", answer(307, kind, ``), CodeExchange},
		{"500", answer(500, kind, `{"error":"server_error"}`), "unavailable"},
		{"503", answer(503, "text/html", `<h1>down</h1>`), "unavailable"},
		{"429", answer(429, kind, `{}`), "unavailable"},
		{"no JSON", answer(200, kind, `hello`), CodeMalformed},
		{"no tokens", answer(200, kind, `{}`), CodeMalformed},
		{"an ID token that is a number", answer(200, kind, `{"access_token":"a","id_token":1}`), CodeMalformed},
		{"too much", answer(200, kind, `{"access_token":"`+strings.Repeat("a", 2<<20)+`"}`), CodeExchange},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := newRing(t)
			r.op.Turn(tt.turn)
			_, err := r.signIn(t)
			wantCode(t, "Finish", err, tt.want)
			if got := r.op.Seen("/token"); got != 1 {
				t.Errorf("the code was sent %d times", got)
			}
		})
	}
}

// TestSecretsStayHidden_O22: neither errors nor logs nor what is kept show the client secret, the code, or what
// binds a sign-in; not even when the provider throws them back.
func TestSecretsStayHidden_O22(t *testing.T) {
	t.Parallel()
	r := newRing(t)
	var hidden []string
	r.op.Turn(func(k *op.Knobs) {
		k.TokenReply = func(w http.ResponseWriter) bool {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusUnauthorized)
			_ = json.NewEncoder(w).Encode(map[string]any{"error": "invalid_client", "error_description": "AADSTS7000222: no: " + strings.Join(hidden, " "), "access_token": "acc3ss"})
			return true
		}
	})
	kept, cb := r.begin(t, Ask{})
	hidden = []string{clientSecret, cb.Params.Get("code"), kept.Verifier, kept.Nonce}
	_, err := r.rp.Finish(t.Context(), r.config, kept, cb)
	wantCode(t, "Finish", err, CodeExchange)
	f, _ := errors.AsType[*Failure](err)
	if !strings.Contains(f.Detail, "secret") {
		t.Errorf("the detail does not say what to look at: %q", f.Detail)
	}
	var out bytes.Buffer
	log := slog.New(slog.NewJSONHandler(&out, nil))
	log.Error("sign-in", "error", err, "config", r.config, "kept", kept, "diagnostics", f.Diagnostics)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		fmt.Fprintf(&out, verb+verb+verb+verb, err, *f, r.config, kept)
		fmt.Fprintf(&out, verb+verb, &kept, Started{Kept: kept})
	}
	if err := json.NewEncoder(&out).Encode([]any{f, f.Diagnostics.Facts(), r.config}); err != nil {
		t.Fatal(err)
	}
	for _, s := range append(hidden, kept.State, "acc3ss") {
		if strings.Contains(out.String(), s) {
			t.Errorf("%q is shown in %s", s, out.String())
		}
	}
}

// TestEntraErrorNumber: Entra's own numbers tell an admin more than OAuth's words.
func TestEntraErrorNumber(t *testing.T) {
	t.Parallel()
	r := newRing(t)
	r.op.Turn(func(k *op.Knobs) {
		k.TokenReply = func(w http.ResponseWriter) bool {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = w.Write([]byte(`{"error":"invalid_client","error_description":"AADSTS7000222: The provided client secret keys are expired."}`))
			return true
		}
	})
	_, err := r.signIn(t)
	f, ok := errors.AsType[*Failure](err)
	if !ok || !strings.Contains(f.Detail, "AADSTS7000222") || !strings.Contains(f.Diagnostics.ProviderText, "expired") || f.Diagnostics.HTTPStatus != 401 {
		t.Errorf("Finish = %v, %+v", err, f)
	}
}
