package scim

import (
	"context"
	"crypto/sha256"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/gorilla/mux"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// TestBearer_OK03: Okta's header authentication sends the token bare or with the scheme.
func TestBearer_OK03(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		values []string
		token  string
		ok     bool
	}{
		{[]string{"Bearer abc"}, "abc", true},
		{[]string{"bearer   abc"}, "abc", true},
		{[]string{"abc"}, "abc", true},
		{[]string{" abc "}, "abc", true},
		{nil, "", false},
		{[]string{""}, "", false},
		{[]string{"Bearer "}, "Bearer", true}, // a token like any other that opens nothing
		{[]string{"Basic dXNlcjpwYXNz"}, "", false},
		{[]string{"Bearer abc", "Bearer abd"}, "abc", false},
		{[]string{strings.Repeat("x", maxToken+1)}, "", false},
	} {
		token, ok := bearer(tt.values)
		if ok != tt.ok || ok && token != tt.token {
			t.Errorf("bearer(%.40q) = %q, %v; want %q, %v", tt.values, token, ok, tt.token, tt.ok)
		}
	}
}

// sister is a second directory of the same tenant.
func (w *world) sister(tb testing.TB, c customer) customer {
	tb.Helper()
	operator := roster.Staff{Tenant: c.tenant, Actor: roster.Actor{Source: roster.SourceOperator}}
	d, err := w.roster.CreateDirectory(tb.Context(), operator, "Second", tenant.Generic, tenant.DirectorySettings{})
	if err != nil {
		tb.Fatal(err)
	}
	s := customer{tenant: c.tenant, directory: d, token: "sister-of-" + c.token, path: Prefix + "/" + d.ID.UUID.UUID()}
	if _, err := w.roster.AddCredential(tb.Context(), operator, d.ID, "test", sha256.Sum256([]byte(s.token)), time.Time{}); err != nil {
		tb.Fatal(err)
	}
	return s
}

// TestCredentials_P10 follows tokens through rotation, expiry, revocation and the end of their directory.
func TestCredentials_P10(t *testing.T) {
	t.Parallel()
	for _, db := range databases {
		t.Run(db.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, db.url(t))
			c := w.customer(t, "ours", "ours.example", tenant.Generic, tenant.DirectorySettings{})
			operator := roster.Staff{Tenant: c.tenant, Actor: roster.Actor{Source: roster.SourceOperator}}
			second := c
			second.token = "second"
			expires := w.now().Add(time.Hour)
			cred, err := w.roster.AddCredential(t.Context(), operator, c.directory.ID, "second", sha256.Sum256([]byte("second")), expires)
			if err != nil {
				t.Fatal(err)
			}
			status := func(c customer) int { return w.as(t, c, "GET", "/Users?count=0", "").Code }
			check := func(when string, wantFirst, wantSecond int) {
				t.Helper()
				got := [2]int{status(c), status(second)}
				if diff := cmp.Diff([2]int{wantFirst, wantSecond}, got); diff != "" {
					t.Errorf("%s: mismatch (-want +got):\n%s", when, diff)
				}
			}
			check("two live tokens", 200, 200)
			w.wait(time.Hour)
			check("the second expired", 200, 401)
			if _, err := w.roster.SetTenantStatus(t.Context(), operator, tenant.Suspended); err != nil {
				t.Fatal(err)
			}
			check("a suspended tenant is answered", 200, 401)
			if _, err := w.roster.RevokeCredential(t.Context(), operator, c.directory.ID, cred.ID); err != nil {
				t.Fatal(err)
			}
			check("the second revoked", 200, 401)
			creds, err := w.db.Reader(c.tenant).Credentials(t.Context(), c.directory.ID)
			if err != nil {
				t.Fatal(err)
			}
			for _, cred := range creds {
				if cred.LastUsedAt.IsZero() {
					t.Errorf("last use of %s is not shown", cred.Label)
				}
			}
			if _, err := w.roster.RemoveDirectory(t.Context(), operator, c.directory.ID, true); err != nil {
				t.Fatal(err)
			}
			check("the directory removed", 401, 401)
		})
	}
}

// downLocator is a store that can't be reached.
type downLocator struct{ roster.Locator }

func (downLocator) Credential(context.Context, tenant.DirectoryID, [32]byte) (roster.Grant, error) {
	return roster.Grant{}, &roster.Error{Kind: roster.Unavailable}
}

// gateWords is a gate that says always the same.
type gateWords struct{ rate, turn time.Duration }

func (g gateWords) Allow(context.Context, *roster.Grant, int) time.Duration { return g.rate }
func (g gateWords) Enter(context.Context, tenant.ID) (time.Duration, error) { return g.turn, nil }
func (g gateWords) Leave()                                                  {}

// TestNotNow: a store that is down and a limit that is reached are no reason to say that the
// token is wrong, which would stop the provider's job.
func TestNotNow(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sqliteURL(t))
	c := w.customer(t, "ours", "", tenant.Entra, tenant.DirectorySettings{})
	down, full, crowded := w.door.Config, w.door.Config, w.door.Config
	down.Locator = downLocator{w.db}
	full.Gate, crowded.Gate = gateWords{rate: 90 * time.Second}, gateWords{turn: time.Second}
	for _, tt := range []struct {
		name   string
		config Config
		status int
		wait   string
	}{
		{"store is down", down, http.StatusServiceUnavailable, "5"},
		{"EN-21: limit is reached", full, http.StatusTooManyRequests, "90"},
		{"EN-21: no turn in time", crowded, http.StatusTooManyRequests, "1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			door, err := New(tt.config)
			if err != nil {
				t.Fatal(err)
			}
			router := mux.NewRouter()
			router.PathPrefix(Prefix + "/").Handler(door)
			r := httptest.NewRequest(http.MethodGet, c.path+"/Users", http.NoBody)
			r.Header.Set("Authorization", "Bearer "+c.token)
			rec := httptest.NewRecorder()
			router.ServeHTTP(rec, r)
			if rec.Code != tt.status || rec.Header().Get("Retry-After") != tt.wait {
				t.Errorf("GET = %d with Retry-After %q, want %d with %q", rec.Code, rec.Header().Get("Retry-After"), tt.status, tt.wait)
			}
			checkErrorBody(t, rec.Code, rec.Header(), rec.Body.Bytes())
		})
	}
}
