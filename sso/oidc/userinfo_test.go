package oidc

import (
	"net/http"
	"slices"
	"testing"

	"rollcall/internal/demoidp/op"
	"rollcall/internal/roster"
)

// TestUserinfo_O14: it is asked only for what the ID token lacks, of the same person, and vouches for nothing.
func TestUserinfo_O14(t *testing.T) {
	t.Parallel()
	bare := ann()
	bare.NamesFromUserinfoAlone, bare.GroupsFromUserinfoAlone, bare.Groups = true, true, []string{"staff"}
	for _, tt := range []struct {
		name   string
		config func(*Config)
		turn   func(*op.Knobs)
		want   roster.Code
		asked  int
		given  string
		groups bool
	}{
		{"names", nil, nil, "ok", 1, "Ann", true},
		{"nothing asked for", func(c *Config) { c.Scopes = []string{} }, nil, "ok", 0, "", false},
		{"another person", nil, func(k *op.Knobs) { k.Userinfo = changing("sub", "sub-ceo") }, CodeUserinfo, 1, "", false},
		{"nobody", nil, func(k *op.Knobs) { k.Userinfo = changing("sub", nil) }, CodeUserinfo, 1, "", false},
		{"down, for names", nil, func(k *op.Knobs) { k.Status = map[string]int{"/userinfo": http.StatusBadGateway} }, "ok", 1, "", false},
		{"refused, for names", nil, func(k *op.Knobs) { k.Status = map[string]int{"/userinfo": http.StatusForbidden} }, "ok", 1, "", false},
		{"a redirect, for names", nil, func(k *op.Knobs) { k.Status = map[string]int{"/userinfo": http.StatusFound} }, "ok", 1, "", false},
		{"down, for groups", func(c *Config) { c.GroupsClaim = "groups" }, func(k *op.Knobs) { k.Status = map[string]int{"/userinfo": http.StatusBadGateway} }, "unavailable", 1, "", false},
		{"refused, for groups", func(c *Config) { c.GroupsClaim = "groups" }, func(k *op.Knobs) { k.Status = map[string]int{"/userinfo": http.StatusForbidden} }, "ok", 1, "", false},
		{"signed", nil, func(k *op.Knobs) { k.SignUserinfo = changing("aud", "rollcall") }, "ok", 1, "Ann", true},
		{"signed for another client", nil, func(k *op.Knobs) { k.SignUserinfo = changing("aud", "other") }, CodeMalformed, 1, "", false},
		{"signed by another issuer", nil, func(k *op.Knobs) { k.SignUserinfo = changing("aud", "rollcall", "iss", "https://evil.example") }, CodeMalformed, 1, "", false},
		{"groups", func(c *Config) { c.Scopes, c.GroupsClaim = []string{}, "groups" }, nil, "ok", 1, "Ann", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := newRing(t, bare)
			if tt.config != nil {
				tt.config(&r.config)
			}
			if tt.turn != nil {
				r.op.Turn(tt.turn)
			}
			claims, err := r.signIn(t)
			wantCode(t, "Finish", err, tt.want)
			if got := r.op.Seen("/userinfo"); got != tt.asked {
				t.Errorf("userinfo was asked %d times, want %d", got, tt.asked)
			}
			if claims != nil && (claims.GivenName != tt.given || claims.GroupsKnown != tt.groups) {
				t.Errorf("given name %q, groups %v; want %q, known %v", claims.GivenName, claims.Groups, tt.given, tt.groups)
			}
		})
	}
}

// TestUserinfoVouchesForNothing_O2_O14: an address of the userinfo endpoint is never verified, and no claim that
// proves something is taken from there.
func TestUserinfoVouchesForNothing_O2_O14(t *testing.T) {
	t.Parallel()
	r := newRing(t)
	r.config.EntraTenant, r.config.EntraDomainOwner = guid, true
	r.op.Turn(func(k *op.Knobs) {
		k.Claims = changing("email", nil, "email_verified", nil, "tid", guid)
		k.Userinfo = changing("email", "ceo@victim.example", "email_verified", true, "xms_edov", true, "sid", "s2", "amr", []string{"mfa"}, "oid", "o", "hd", "corp.example", "department", "Sales")
	})
	claims, err := r.signIn(t)
	if err != nil {
		t.Fatal(err)
	}
	if claims.Email != "ceo@victim.example" || claims.EmailVerified || claims.EmailReason == "" {
		t.Errorf("address %q, verified %v, %q", claims.Email, claims.EmailVerified, claims.EmailReason)
	}
	for _, name := range []string{"email_verified", "xms_edov", "oid", "hd"} {
		if v, there := claims.All[name]; there {
			t.Errorf("%s = %v came from userinfo", name, v)
		}
	}
	if want := []string{"department", "email"}; !slices.Equal(claims.FromUserinfo, want) || claims.SessionID == "s2" {
		t.Errorf("from userinfo: %v, want %v", claims.FromUserinfo, want)
	}
}
