package oidc

import (
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// FuzzCallback: whatever a browser brings back, it is refused by a code of ours, or belongs to what was kept.
func FuzzCallback(f *testing.F) {
	f.Add("code=a&state=s&iss=https%3A%2F%2Fidp.example", false)
	f.Add("error=access_denied&error_description=%3Cscript%3E&state=s", true)
	f.Add("code=a&code=b&state=s", false)
	f.Add("state=s&id_token=x", false)
	now := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	rp := &RelyingParty{now: func() time.Time { return now }}
	c := good()
	kept := Kept{Connection: c.ID, Issuer: c.Issuer, ClientID: c.ClientID, RedirectURL: c.RedirectURL, State: "s", Nonce: "n", Verifier: "v", Started: now}
	f.Fuzz(func(t *testing.T, raw string, post bool) {
		params, err := url.ParseQuery(raw)
		if err != nil {
			return
		}
		a, wrong := Callback{Post: post, Params: params}.read(Query)
		if wrong != nil {
			return
		}
		if post || len(a.code) > maxCode || len(params["code"]) > 1 {
			t.Fatalf("%q was taken", raw)
		}
		if rp.bound(c, kept, a) == nil && a.state != kept.State {
			t.Fatalf("%q belongs to the sign-in", raw)
		}
		err = reported(a.problem, a.text)
		if r, ok := errors.AsType[*Failure](err); ok && (strings.ContainsAny(r.Detail+r.Check, "<>\r\n\x00") || strings.ContainsAny(r.Diagnostics.ProviderText, "\r\n\x00")) {
			t.Fatalf("%q is shown as %+v", raw, r)
		}
	})
}

// FuzzClaims: whatever a provider signs is read without harm, and vouches for an address by true and "true" alone.
func FuzzClaims(f *testing.F) {
	f.Add([]byte(`{"iss":"https://idp.example","sub":"a","aud":["rollcall","x"],"azp":"rollcall","exp":1795341600,"iat":1795341600,"nonce":"n","email":"a@b.c","email_verified":"true","groups":["x"]}`))
	f.Add([]byte(`{"sub":"a","SUB":"b","email_verified":1,"_claim_names":{"groups":"s"},"groups":{}}`))
	f.Add([]byte(`{"a":[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]}`))
	f.Add([]byte(`{"a":1,"a":2}`))
	f.Add([]byte(`{"exp":1e999,"iat":-1,"auth_time":"x"}`))
	now := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	rp := &RelyingParty{now: func() time.Time { return now }}
	c := good()
	f.Fuzz(func(t *testing.T, raw []byte) {
		claims, err := object(raw)
		if err != nil {
			return
		}
		v := &verified{claims: claims}
		if f := rp.judge(c, Kept{Nonce: "n", MaxAge: -1}, v); f == nil && (claims["iss"] != c.Issuer || claims["nonce"] != "n") {
			t.Fatalf("%s was taken", raw)
		}
		out := Claims{All: claims}
		out.names()
		out.groups(c)
		if !utf8.ValidString(out.Name) || len(out.Name) > maxValue+4 {
			t.Fatalf("the name is %q", out.Name)
		}
		if ok, reason := c.verifiedEmail(claims); ok != (reason == "") || ok && claims["email_verified"] != true && claims["email_verified"] != "true" {
			t.Fatalf("%s: verified %v, %q", raw, ok, reason)
		}
	})
}

// FuzzToken: no text that we did not sign is believed, and none makes us panic.
func FuzzToken(f *testing.F) {
	f.Add("eyJhbGciOiJub25lIn0.e30.")
	f.Add("eyJhbGciOiJFUzI1NiIsImtpZCI6ImsxIn0.e30.AAAA")
	f.Add("eyJhbGciOiJFUzI1NiIsImNyaXQiOlsiYjY0Il0sImI2NCI6ZmFsc2V9.e30.AAAA")
	f.Fuzz(func(t *testing.T, raw string) {
		h, refused := readHeader(raw, Algorithms())
		if (refused == nil) != (h.algorithm != "") {
			t.Fatalf("%q: %+v, %v", raw, h, refused)
		}
		if refused == nil && (strings.HasPrefix(h.algorithm, "HS") || strings.EqualFold(h.algorithm, "none")) {
			t.Fatalf("%q was taken", raw)
		}
	})
}
