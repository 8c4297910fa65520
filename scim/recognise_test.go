package scim

import (
	"net/http/httptest"
	"testing"

	"rollcall/internal/tenant"
)

func TestRecognise(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		agent, url, body string
		want             tenant.Provider
	}{
		{"Okta SCIM Client 1.0.0", "/Users", "", tenant.Okta},
		{"Mozilla/5.0 OneLogin", "/Users", "", tenant.OneLogin},
		{"JumpCloud/1", "/Users", "", tenant.JumpCloud},
		{"PingFederate 12", "/Users", "", tenant.Ping},
		{"Rippling", "/Users", "", tenant.Rippling},
		{"goauthentik.io/2026.2", "/Users", "", tenant.Authentik},
		{"keycloak-scim-outbound (okhttp)", "/Users", "", tenant.Keycloak},
		{"ssosync", "/Users", "", tenant.SyncTools},
		{"Google-Directory-Sync", "/Users", "", tenant.Google},
		{"", "/Users?aadOptscim062020&filter=x", "", tenant.Entra},
		{"", "/Groups?excludedAttributes=members&filter=displayName+eq+%22a%22", "", tenant.Entra},
		{"", "/Groups?filter=members.value+eq+%22a%22", "", tenant.SyncTools},
		{"", "/Users?filter=userName+eq+%22a%22&startIndex=1", "", tenant.Google},
		{"", "/Users", `{"Operations":[{"op":"Add","path":"active","value":"True"}]}`, tenant.Entra},
		{"", "/Users", `{"externalId":"00u1abcdefghij2345xy"}`, tenant.Okta},
		{"curl/8", "/Users?filter=userName+eq+%22a%22", `{"op":"add"}`, ""},
	} {
		r := httptest.NewRequest("POST", tt.url, nil)
		r.Header.Set("User-Agent", tt.agent)
		if got := new(Door).recognise(r, []byte(tt.body)); got != tt.want {
			t.Errorf("recognise(%q, %s, %s) = %q, want %q", tt.agent, tt.url, tt.body, got, tt.want)
		}
	}
}

func BenchmarkRecognise(b *testing.B) {
	r := httptest.NewRequest("GET", "/Users?filter=userName+eq+%22a%22", nil)
	r.Header.Set("User-Agent", "Mozilla/5.0 something that nobody knows")
	d := new(Door)
	for b.Loop() {
		_ = d.recognise(r, nil)
	}
}
