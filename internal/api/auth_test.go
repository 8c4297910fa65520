package api

import (
	"context"
	"errors"
	"testing"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

func TestPrincipalMay(t *testing.T) {
	t.Parallel()
	admin := Principal{Tenant: tenant.ID{UUID: tenant.UUID{1}}, Scopes: []Scope{ReadMembers, WriteDirectories}}
	tests := []struct {
		name  string
		who   Principal
		scope Scope
		want  bool
	}{
		{"the operator does all", Principal{}, Operate, true},
		{"what was given", admin, ReadMembers, true},
		{"reading does not write", admin, WriteMembers, false},
		{"writing reads", admin, ReadDirectories, true},
		{"nobody else operates", admin, Operate, false},
		{"no scopes at all", Principal{Scopes: []Scope{}}, ReadMembers, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := tt.who.may(tt.scope); got != tt.want {
				t.Errorf("may(%s) = %v, want %v", tt.scope, got, tt.want)
			}
		})
	}
	if admin.sees(tenant.ID{UUID: tenant.UUID{2}}) || !admin.sees(admin.Tenant) || !(Principal{}).sees(admin.Tenant) {
		t.Error("a principal sees its own tenant only, and the operator all")
	}
}

func TestOperatorKey(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, key, token string
		want             bool
	}{
		{"the key", "secret", "secret", true},
		{"another", "secret", "secres", false},
		{"a part", "secret", "secre", false},
		{"none sent", "secret", "", false},
		{"none set and none sent", "", "", false},
		{"none set", "", "secret", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := NewOperatorKey(tt.key).Authenticate(t.Context(), tt.token)
			if (err == nil) != tt.want || err != nil && !errors.Is(err, roster.Unauthorized) {
				t.Errorf("Authenticate(%q) with the key %q = %v, want in: %v", tt.token, tt.key, err, tt.want)
			}
		})
	}
}

func TestPrecondition(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]int64{"": 0, "*": 0, `"7"`: 7, ` "7" `: 7, `W/"7"`: -1, "7": -1, `"0"`: -1, `"-3"`: -1, `"07"`: -1, `"x"`: -1, `"1", "2"`: -1} {
		if got := (Conditional{header}).precondition(); got != (roster.Precondition{Version: want}) {
			t.Errorf("precondition of %q = %+v, want version %d", header, got, want)
		}
	}
}

// TestAlwaysTakesTheScopeOfDomains_P1: to approve one person is not to open a domain.
func TestAlwaysTakesTheScopeOfDomains_P1(t *testing.T) {
	t.Parallel()
	ctx := context.WithValue(t.Context(), principalKey{}, Principal{Scopes: []Scope{WriteMembers}})
	in := &approveJoinRequestIn{}
	in.Body.Always = true
	if _, err := (&Door{}).approveJoinRequest(ctx, in); !errors.Is(err, roster.Forbidden) {
		t.Errorf("always = %v, want %v", err, roster.Forbidden)
	}
}
