package scim

import (
	"bufio"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"rollcall/internal/tenant"
)

// TestRecogniseExchanges: no recorded request is taken for another product's, and of those products whose
// traffic has accents, it is enough to see what they usually send.
func TestRecogniseExchanges(t *testing.T) {
	t.Parallel()
	got := map[tenant.Provider]map[tenant.Provider]bool{}
	for _, file := range exchangeFiles(t) {
		from := tenant.Provider(filepath.Dir(file))
		if got[from] == nil {
			got[from] = map[tenant.Provider]bool{}
		}
		archive, err := txtar.ParseFile(filepath.Join(exchanges, file))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range archive.Files {
			if !strings.HasPrefix(f.Name, "request ") {
				continue
			}
			if p := recogniseRecorded(t, string(f.Data)); p != "" {
				got[from][p] = true
				tool := from == tenant.Google && p == tenant.SyncTools // one of those exchanges is a tool's
				if p != from && from != tenant.Generic && !tool {
					t.Errorf("%s of %s is taken for %s", f.Name, file, p)
				}
			}
		}
	}
	for _, p := range []tenant.Provider{tenant.Entra, tenant.Okta, tenant.Google, tenant.OneLogin, tenant.SyncTools} {
		if !got[p][p] {
			t.Errorf("nothing that %s sends is recognised", p.VendorName())
		}
	}
}

func recogniseRecorded(t *testing.T, text string) tenant.Provider {
	t.Helper()
	head, body, _ := strings.Cut(text, "\n\n")
	scan := bufio.NewScanner(strings.NewReader(head))
	scan.Scan()
	method, target, _ := strings.Cut(scan.Text(), " ")
	target = strings.TrimPrefix(target, "other:")
	r := httptest.NewRequest(method, "/scim/v2/x"+target, strings.NewReader(body))
	for scan.Scan() {
		name, value, _ := strings.Cut(scan.Text(), ":")
		r.Header.Set(name, strings.TrimSpace(value))
	}
	return new(Door).recognise(r, []byte(body))
}

// TestRecognise names the signs, one by one.
func TestRecognise(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, agent, target, body string
		want                      tenant.Provider
	}{
		{name: "Okta's name", agent: "Okta SCIM Client 1.0.0", want: tenant.Okta},
		{name: "an Okta agent on premises", agent: "okta-provisioning-agent/2", want: tenant.Okta},
		{name: "OneLogin's name", agent: "OneLogin SCIM Client", want: tenant.OneLogin},
		{name: "JumpCloud's name", agent: "JumpCloud/1.0", want: tenant.JumpCloud},
		{name: "Rippling's name", agent: "rippling-scim", want: tenant.Rippling},
		{name: "PingFederate's name", agent: "PingFederate/12.1", want: tenant.Ping},
		{name: "PingOne's name", agent: "PingOne Provisioning", want: tenant.Ping},
		{name: "authentik's name", agent: "goauthentik.io/2026.2", want: tenant.Authentik},
		{name: "a plug-in of Keycloak", agent: "keycloak-scim-outbound (okhttp)", want: tenant.Keycloak},
		{name: "a sync tool", agent: "ssosync/2.1", want: tenant.SyncTools},
		{name: "a sync tool named after Google", agent: "idp-scim-sync google", want: tenant.SyncTools},
		{name: "Google's name", agent: "Google-Auto-Provisioning", want: tenant.Google},
		{name: "Entra's new flag", target: "/Users?aadOptscim062020", want: tenant.Entra},
		{name: "Entra's old flag", target: "/Users?AzureAdScimPatch2017&count=1", want: tenant.Entra},
		{name: "Entra's look for a group", target: "/Groups?excludedAttributes=members&filter=displayName+eq+%22x%22", want: tenant.Entra},
		{name: "Entra's words", body: `{"Operations":[{"op":"Replace","path":"active","value":"False"}]}`, want: tenant.Entra},
		{name: "a value is not a word", body: `{"Operations":[{"op":"replace","path":"title","value":"Replace"}]}`},
		{name: "Entra's role", body: `{"roles":[{"type":"WindowsAzureActiveDirectoryRole"}]}`, want: tenant.Entra},
		{name: "Google's look for a person", target: "/Users?filter=userName+eq+%22x%22&startIndex=1", want: tenant.Google},
		{name: "a tool's look for groups", target: "/Groups?filter=members.value+eq+%22x%22", want: tenant.SyncTools},
		{name: "Okta's key", body: `{"externalId":"00u1k2e3l4p"}`, want: tenant.Okta},
		{name: "OneLogin's template", body: `{"active":"{$user.active}"}`, want: tenant.OneLogin},
		{name: "OneLogin's manager", body: `{"manager":{"managerId":"7"}}`, want: tenant.OneLogin},
		{name: "a library", agent: "Go-http-client/1.1"},
		{name: "nothing"},
	}
	for _, tt := range tests {
		r := httptest.NewRequest("GET", "/scim/v2/x"+tt.target, nil)
		r.Header.Set("User-Agent", tt.agent)
		if got := new(Door).recognise(r, []byte(tt.body)); got != tt.want {
			t.Errorf("%s: recognise() = %q, want %q", tt.name, got, tt.want)
		}
	}
	if diff := cmp.Diff(len(tenant.Vendors())+1, len(tenant.Providers())); diff != "" {
		t.Errorf("Providers() mismatch with Vendors() and generic (-want +got):\n%s", diff)
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
