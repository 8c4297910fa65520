package oidc

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"rollcall/internal/demoidp/op"
	"rollcall/internal/roster"
)

func TestSignIn(t *testing.T) {
	t.Parallel()
	r := newRing(t)
	r.op.Turn(func(k *op.Knobs) {
		k.Claims = func(c map[string]any) { c["groups"], c["sid"] = []string{"staff", "admins"}, "session-1" }
	})
	got, err := r.signIn(t)
	if err != nil {
		t.Fatalf("Finish: %v", err)
	}
	now := r.clock.now()
	want := &Claims{
		Issuer: r.config.Issuer, Subject: "sub-ann", Email: "ann@corp.example", EmailVerified: true,
		Name: "Ann Example", GivenName: "Ann", FamilyName: "Example", Groups: []string{"staff", "admins"}, GroupsKnown: true,
		AuthTime: now, SessionID: "session-1", AMR: []string{"pwd"}, IssuedAt: now, Expires: now.Add(5 * time.Minute),
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(Claims{}, "All")); diff != "" {
		t.Errorf("Finish mismatch (-want +got)\n%s", diff)
	}
	if n := r.op.Seen("/userinfo"); n != 0 {
		t.Errorf("the userinfo endpoint was asked %d times although the ID token had all", n)
	}
}

// TestClaims_O1_O6_O9_O13_O15_O20 changes one claim of a good ID token at a time.
func TestClaims_O1_O6_O9_O13_O15_O20(t *testing.T) {
	t.Parallel()
	const tid, otherTID = "11111111-2222-3333-4444-555555555555", "99999999-2222-3333-4444-555555555555"
	entra := func(c *Config) { c.Vendor, c.EntraTenant = Entra, tid }
	google := func(c *Config) { c.Vendor, c.HostedDomains = Google, []string{"corp.example", "corp2.example"} }
	at := func(d time.Duration) int64 { return time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC).Add(d).Unix() }
	for _, tt := range []struct {
		name   string
		config func(*Config)
		change []any // pairs of name and value; nil takes a claim away
		want   roster.Code
	}{
		{"as it comes", nil, nil, "ok"},

		{"O1 another tenant with the victim's address", entra, []any{"tid", otherTID, "email", "ceo@victim.example"}, CodeTenant},
		{"O1 no tenant", entra, nil, CodeTenant},
		{"O1 the pinned tenant", entra, []any{"tid", "11111111-2222-3333-4444-555555555555", "oid", "object"}, "ok"},
		{"O1 a tenant of another type", entra, []any{"tid", []string{tid}}, CodeTenant},

		{"O6 another issuer", nil, []any{"iss", "https://evil.example"}, CodeIssuer},
		{"O6 no issuer", nil, []any{"iss", nil}, CodeIssuer},
		{"O6 Google's other spelling", nil, []any{"iss", "accounts.google.com"}, CodeIssuer},

		{"O9 no nonce", nil, []any{"nonce", nil}, CodeNonce},
		{"O9 another nonce", nil, []any{"nonce", "other"}, CodeNonce},
		{"O9 an empty nonce", nil, []any{"nonce", ""}, CodeNonce},

		{"O13 another audience", nil, []any{"aud", "other"}, CodeAudience},
		{"O13 no audience", nil, []any{"aud", nil}, CodeAudience},
		{"O13 us alone in a list", nil, []any{"aud", []string{"rollcall"}}, "ok"},
		{"O13 us among others without azp", nil, []any{"aud", []string{"rollcall", "other"}}, CodeAZP},
		{"O13 us among others, azp another", nil, []any{"aud", []string{"rollcall", "other"}, "azp", "other"}, CodeAZP},
		{"O13 us among others, azp us", nil, []any{"aud", []string{"rollcall", "other"}, "azp", "rollcall"}, "ok"},
		{"O13 us alone, azp another", nil, []any{"azp", "other"}, CodeAZP},
		{"O13 azp of another type", nil, []any{"azp", []string{"rollcall"}}, CodeAZP},
		{"O13 an audience of another type", nil, []any{"aud", []any{"rollcall", 1}}, CodeAudience},

		{"O15 expired this second", nil, []any{"exp", at(0)}, CodeExpired},
		{"O15 expires in a second", nil, []any{"exp", at(time.Second)}, "ok"},
		{"O15 no expiry", nil, []any{"exp", nil}, CodeMalformed},
		{"O15 expiry as a text", nil, []any{"exp", "9999999999"}, CodeMalformed},
		{"O15 good for more than a day", nil, []any{"exp", at(24*time.Hour + 61*time.Second)}, CodeClock},
		{"O15 good for ever", nil, []any{"exp", 1e300}, CodeMalformed},
		{"O15 issued in 60 seconds", nil, []any{"iat", at(time.Minute)}, "ok"},
		{"O15 issued in 61 seconds", nil, []any{"iat", at(61 * time.Second)}, CodeClock},
		{"O15 issued ten minutes ago", nil, []any{"iat", at(-10 * time.Minute)}, "ok"},
		{"O15 issued longer ago", nil, []any{"iat", at(-10*time.Minute - time.Second)}, CodeClock},
		{"O15 no iat", nil, []any{"iat", nil}, CodeMalformed},
		{"O15 not good yet", nil, []any{"nbf", at(61 * time.Second)}, CodeClock},

		{"O20 no hd", google, nil, CodeHostedDomain},
		{"O20 another hd", google, []any{"hd", "gmail.com"}, CodeHostedDomain},
		{"O20 an hd that ends alike", google, []any{"hd", "evil-corp.example"}, CodeHostedDomain},
		{"O20 one of ours", google, []any{"hd", "Corp2.example"}, "ok"},

		{"no subject", nil, []any{"sub", nil}, CodeMalformed},
		{"an empty subject", nil, []any{"sub", ""}, CodeMalformed},
		{"a subject with a control character", nil, []any{"sub", "ann\x00"}, CodeMalformed},
		{"a subject of another type", nil, []any{"sub", 7}, CodeMalformed},
		{"a second subject that differs by case", nil, []any{"SUB", "sub-ceo"}, CodeMalformed},
		{"at_hash of another token", nil, []any{"at_hash", "AAAAAAAAAAAAAAAAAAAAAA"}, CodeTokenHash},
		{"no at_hash", nil, []any{"at_hash", nil}, "ok"},
		{"auth_time of another type", nil, []any{"auth_time", "now"}, CodeMalformed},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := newRing(t)
			if tt.config != nil {
				tt.config(&r.config)
			}
			r.op.Turn(func(k *op.Knobs) { k.Claims = changing(tt.change...) })
			claims, err := r.signIn(t)
			wantCode(t, "Finish", err, tt.want)
			if (claims != nil) != (tt.want == "ok") {
				t.Errorf("Finish = %v and %v", claims, err)
			}
		})
	}
}

func changing(pairs ...any) func(map[string]any) {
	return func(claims map[string]any) {
		for i := 0; i+1 < len(pairs); i += 2 {
			name, _ := pairs[i].(string)
			if claims[name] = pairs[i+1]; pairs[i+1] == nil {
				delete(claims, name)
			}
		}
	}
}

// TestEmailVerified_O2_O3: only true and "true" in the ID token vouch for an address; whose domain it is, is not
// known here (O3).
func TestEmailVerified_O2_O3(t *testing.T) {
	t.Parallel()
	const tid = "11111111-2222-3333-4444-555555555555"
	for _, tt := range []struct {
		name     string
		verified any
		extra    map[string]any
		edov     bool
		want     bool
	}{
		{"true", true, nil, false, true},
		{"the text true", "true", nil, false, true},
		{"missing", nil, nil, false, false},
		{"false", false, nil, false, false},
		{"the text false", "false", nil, false, false},
		{"1", 1, nil, false, false},
		{"the text 1", "1", nil, false, false},
		{"True", "True", nil, false, false},
		{"a list", []bool{true}, nil, false, false},
		{"null", json.RawMessage("null"), nil, false, false},
		{"Entra's domain owner, not asked for", nil, map[string]any{"xms_edov": true}, false, false},
		{"Entra's domain owner", nil, map[string]any{"xms_edov": true}, true, true},
		{"Entra's domain owner as a text", nil, map[string]any{"xms_edov": "1"}, true, true},
		{"Entra's domain owner says no", nil, map[string]any{"xms_edov": false}, true, false},
		{"email_verified false beats the domain owner", false, map[string]any{"xms_edov": true}, true, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			a := ann()
			a.Verified, a.Extra = tt.verified, tt.extra
			r := newRing(t, a)
			if tt.edov {
				r.config.Vendor, r.config.EntraTenant, r.config.EntraDomainOwner = Entra, tid, true
				r.op.Turn(func(k *op.Knobs) { k.Claims = changing("tid", tid) })
			}
			claims, err := r.signIn(t)
			if err != nil {
				t.Fatalf("Finish: %v", err)
			}
			if claims.EmailVerified != tt.want || (claims.EmailReason == "") != tt.want || claims.Email != a.Email {
				t.Errorf("address %q, verified %v, because %q; want %v", claims.Email, claims.EmailVerified, claims.EmailReason, tt.want)
			}
		})
	}
}

func TestMaxAge(t *testing.T) {
	t.Parallel()
	hour := time.Hour
	for _, tt := range []struct {
		name     string
		authTime any
		ask      Ask
		want     roster.Code
	}{
		{"asked for and recent", time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC).Unix(), Ask{MaxAge: &hour}, "ok"},
		{"asked for and long ago", time.Date(2026, 11, 22, 8, 30, 0, 0, time.UTC).Unix(), Ask{MaxAge: &hour}, CodeMaxAge},
		{"asked for and not told", nil, Ask{MaxAge: &hour}, CodeMaxAge},
		{"asked for and in the future", time.Date(2026, 11, 22, 10, 2, 0, 0, time.UTC).Unix(), Ask{MaxAge: &hour}, CodeMaxAge},
		{"not asked for", nil, Ask{}, "ok"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := newRing(t)
			r.op.Turn(func(k *op.Knobs) { k.Claims = changing("auth_time", tt.authTime) })
			kept, cb := r.begin(t, tt.ask)
			_, err := r.rp.Finish(t.Context(), r.config, kept, cb)
			wantCode(t, "Finish", err, tt.want)
		})
	}
}

// TestDoubledClaims: a name that stands there twice is refused, for readers differ in which one they take.
func TestDoubledClaims(t *testing.T) {
	t.Parallel()
	r := newRing(t)
	r.op.Turn(func(k *op.Knobs) {
		k.Token = func(string) string {
			raw := []byte(`{"iss":"` + r.config.Issuer + `","sub":"sub-ceo","sub":"sub-ann","aud":"rollcall"}`)
			token, err := op.Sign(r.key, map[jose.HeaderKey]any{"typ": "JWT"}, raw)
			if err != nil {
				t.Error(err)
			}
			return token
		}
	})
	_, err := r.signIn(t)
	wantCode(t, "Finish", err, CodeMalformed)
}

// TestGroupsCutShort: a list that is not whole is none, so that nobody loses a role by being in too many groups.
func TestGroupsCutShort(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		change []any
		known  bool
	}{
		{"whole", []any{"groups", []string{"a"}}, true},
		{"one as a text", []any{"groups", "a"}, true},
		{"missing", nil, false},
		{"named elsewhere", []any{"_claim_names", map[string]string{"groups": "src1"}, "_claim_sources", map[string]any{"src1": map[string]string{"endpoint": "http://127.0.0.1:1/x"}}}, false},
		{"hasgroups", []any{"hasgroups", "true"}, false},
		{"of other types", []any{"groups", []any{"a", 1}}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := newRing(t)
			r.op.Turn(func(k *op.Knobs) { k.Claims = changing(tt.change...) })
			claims, err := r.signIn(t)
			if err != nil {
				t.Fatal(err)
			}
			if claims.GroupsKnown != tt.known || (claims.GroupsNote == "") != tt.known {
				t.Errorf("groups %v, known %v, %q; want known %v", claims.Groups, claims.GroupsKnown, claims.GroupsNote, tt.known)
			}
		})
	}
}
