package scim

import (
	"errors"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollcall/internal/roster"
	"rollcall/internal/secret"
	"rollcall/internal/tenant"
)

// TestClientSecret_EN02_EN03: client id, secret and token URL are the customer's own, in either place that
// RFC 6749 §2.3.1 has for them; tokens live 60 to 360 minutes.
func TestClientSecret_EN02_EN03(t *testing.T) {
	onEachBank(t, func(t *testing.T, b *bank) {
		t.Helper()
		c := b.customer(t, "ours", "", tenant.Entra, tenant.DirectorySettings{})
		text, _ := b.secretOf(t, c, 0)
		long, _ := b.secretOf(t, c, 360)
		id := ClientID(c.directory.ID)
		grant := url.Values{"grant_type": {grantClient}, "scope": {"scim.readwrite"}}
		for name, got := range map[string]answer{
			"body":           b.ask(t, c, bySecret(c, text)),
			"header":         b.ask(t, c, grant, basic(id, text)),
			"prefixed id":    b.ask(t, c, grant, basic(c.directory.ID.String(), text)),
			"flags in query": readAnswer(t, b.do(t, "POST", c.path+tokenPath+"?aadOptscim062020", bySecret(c, text).Encode(), "Content-Type: application/x-www-form-urlencoded; charset=utf-8")),
		} {
			if b.users(t, c, got.AccessToken) != http.StatusOK {
				t.Errorf("%s: the token opens nothing", name)
			}
			got.AccessToken = ""
			if diff := cmp.Diff(answer{Status: 200, TokenType: "Bearer", ExpiresIn: 3600, Scope: "scim"}, got); diff != "" {
				t.Errorf("%s mismatch (-want +got):\n%s", name, diff)
			}
		}
		hours := b.ask(t, c, bySecret(c, long))
		if hours.ExpiresIn != 6*3600 {
			t.Errorf("six hours: %+v", hours)
		}
		hour := b.ask(t, c, bySecret(c, text))
		b.wait(59 * time.Minute)
		if got := b.users(t, c, hour.AccessToken); got != 200 {
			t.Errorf("after 59 minutes = %d", got)
		}
		b.wait(time.Minute)
		if got := b.users(t, c, hour.AccessToken); got != 401 {
			t.Errorf("after an hour = %d", got)
		}
		if got := b.users(t, c, hours.AccessToken); got != 200 {
			t.Errorf("of six hours, after one = %d", got)
		}
		for _, minutes := range []int{59, 361, -1} {
			if _, err := b.roster.AddSecret(t.Context(), staffOf(c), c.directory.ID, "", [32]byte{1}, time.Time{}, minutes); !errors.Is(err, roster.Invalid) {
				t.Errorf("tokens of %d minutes: %v", minutes, err)
			}
		}
	})
}

// TestSecretLife_EN04: a secret is good for one to three years, several are at once, an expired one gets
// nothing, and a revoked one ends with its tokens.
func TestSecretLife_EN04(t *testing.T) {
	onEachBank(t, func(t *testing.T, b *bank) {
		t.Helper()
		c := b.customer(t, "ours", "", tenant.Entra, tenant.DirectorySettings{})
		old, _ := b.secretOf(t, c, 0)
		text, made := b.secretOf(t, c, 0)
		if want := b.now().AddDate(1, 0, 0); made.ExpiresAt.Sub(want).Abs() > time.Minute {
			t.Errorf("ends at %v, want about %v", made.ExpiresAt, want)
		}
		for expires, ok := range map[time.Time]bool{
			b.now().AddDate(0, 11, 0): false, b.now().AddDate(1, 0, 0): true, b.now().AddDate(3, 0, 0): true, b.now().AddDate(3, 0, 3): false,
		} {
			_, err := b.roster.AddSecret(t.Context(), staffOf(c), c.directory.ID, "", secret.NewToken(secret.Client).Hash(), expires, 0)
			if ok && err != nil || !ok && !errors.Is(err, roster.Invalid) {
				t.Errorf("until %v: %v", expires, err)
			}
		}
		first, second := b.ask(t, c, bySecret(c, old)), b.ask(t, c, bySecret(c, text))
		if first.Status != 200 || second.Status != 200 {
			t.Fatalf("two secrets at once = %d, %d", first.Status, second.Status)
		}
		if _, err := b.roster.RevokeIdleCredential(t.Context(), staffOf(c), c.directory.ID, made.ID); !errors.Is(err, roster.Refused) {
			t.Errorf("revoke one in use = %v", err)
		}
		if _, err := b.roster.RevokeCredential(t.Context(), staffOf(c), c.directory.ID, made.ID); err != nil {
			t.Fatal(err)
		}
		if got := [3]int{b.ask(t, c, bySecret(c, text)).Status, b.users(t, c, second.AccessToken), b.users(t, c, first.AccessToken)}; got != [3]int{401, 401, 200} {
			t.Errorf("after one was revoked = %v", got)
		}
		b.wait(365*24*time.Hour - time.Minute)
		late := b.ask(t, c, bySecret(c, old))
		if late.Status != 200 || late.ExpiresIn > 60 {
			t.Errorf("in the secret's last minute = %+v", late)
		}
		b.wait(time.Minute)
		if got := [2]int{b.ask(t, c, bySecret(c, old)).Status, b.users(t, c, late.AccessToken)}; got != [2]int{401, 401} {
			t.Errorf("after its end = %v", got)
		}
	})
}

// TestTokenEnds_P10: access tokens end at once with the removal of their directory, and the old ones beyond
// the bound.
func TestTokenEnds_P10(t *testing.T) {
	onEachBank(t, func(t *testing.T, b *bank) {
		t.Helper()
		c := b.customer(t, "ours", "", tenant.Entra, tenant.DirectorySettings{})
		text, made := b.secretOf(t, c, 0)
		oldest := b.ask(t, c, bySecret(c, text)).AccessToken
		g := roster.Grant{Tenant: tenant.Tenant{ID: c.tenant}, Directory: c.directory, Credential: made}
		for range tenant.MaxLiveTokens - 1 {
			b.wait(time.Second)
			if _, err := b.roster.IssueToken(t.Context(), g, secret.NewToken(secret.Access).Hash()); err != nil {
				t.Fatal(err)
			}
		}
		if got := b.users(t, c, oldest); got != 200 {
			t.Errorf("the oldest of as many as may be = %d", got)
		}
		b.wait(time.Second) // past what replicas remember of a grant
		newest := b.ask(t, c, bySecret(c, text)).AccessToken
		if got := [2]int{b.users(t, c, oldest), b.users(t, c, newest)}; got != [2]int{401, 200} {
			t.Errorf("the oldest and the newest of one more = %v", got)
		}
		if _, err := b.roster.RemoveDirectory(t.Context(), staffOf(c), c.directory.ID, true); err != nil {
			t.Fatal(err)
		}
		if got := [2]int{b.users(t, c, newest), b.ask(t, c, bySecret(c, text)).Status}; got != [2]int{401, 401} {
			t.Errorf("after the directory was removed = %v", got)
		}
		if _, err := b.roster.IssueToken(t.Context(), g, [32]byte{1}); !errors.Is(err, roster.Unauthorized) {
			t.Errorf("IssueToken for a removed directory = %v", err)
		}
	})
}

// TestTokenEndpointTellsNothing_P1_P2: whoever is not a client hears the same, whatever is wrong. Nothing that
// opens one thing opens another.
func TestTokenEndpointTellsNothing_P1_P2(t *testing.T) {
	onEachBank(t, func(t *testing.T, b *bank) {
		t.Helper()
		c := b.customer(t, "ours", "", tenant.Entra, tenant.DirectorySettings{})
		other := b.customer(t, "theirs", "", tenant.Entra, tenant.DirectorySettings{})
		text, _ := b.secretOf(t, c, 0)
		foreign, _ := b.secretOf(t, other, 0)
		revoked, made := b.secretOf(t, c, 0)
		if _, err := b.roster.RevokeCredential(t.Context(), staffOf(c), c.directory.ID, made.ID); err != nil {
			t.Fatal(err)
		}
		nowhere := c
		nowhere.directory.ID.UUID = tenant.NewUUID(b.now())
		nowhere.path = Prefix + "/" + nowhere.directory.ID.UUID.UUID()
		mangled := c
		mangled.path = Prefix + "/mangled"
		token := b.ask(t, c, bySecret(c, text)).AccessToken
		want := b.ask(t, c, bySecret(c, secret.NewToken(secret.Client).Reveal()))
		if want.Status != 401 || want.Error != invalidClient {
			t.Fatalf("an unknown secret = %+v", want)
		}
		for name, got := range map[string]answer{
			"another directory's secret": b.ask(t, c, bySecret(c, foreign)),
			"another client id":          b.ask(t, c, bySecret(other, text)),
			"no client id":               b.ask(t, c, url.Values{"grant_type": {grantClient}, "client_secret": {text}}),
			"an odd client id":           b.ask(t, c, url.Values{"grant_type": {grantClient}, "client_secret": {text}, "client_id": {"x' OR 1=1"}}),
			"revoked":                    b.ask(t, c, bySecret(c, revoked)),
			"mistyped":                   b.ask(t, c, bySecret(c, text[:len(text)-1]+"!")),
			"a bearer token":             b.ask(t, c, bySecret(c, c.token)),
			"an access token":            b.ask(t, c, bySecret(c, token)),
			"no such directory":          b.ask(t, nowhere, bySecret(nowhere, text)),
			"no directory":               b.ask(t, mangled, bySecret(c, text)),
			"bearer scheme":              b.ask(t, c, url.Values{"grant_type": {grantClient}}, "Authorization: Bearer "+c.token),
			"nothing":                    b.ask(t, c, url.Values{"grant_type": {grantClient}}),
		} {
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s mismatch (-want +got):\n%s", name, diff)
			}
		}
		for _, e := range b.door.endpoints() {
			for _, verb := range []string{"GET", "POST", "PUT", "PATCH", "DELETE"} {
				for name, wrong := range map[string]string{"a client secret": text, "another directory's access token": b.ask(t, other, bySecret(other, foreign)).AccessToken, "a mistyped token": token[:len(token)-1] + "!"} {
					if rec := b.do(t, verb, c.path+concrete(e.path, "x", "x"), "{}", "Authorization: Bearer "+wrong); rec.Code != 401 {
						t.Errorf("%s %s with %s = %d", verb, e.path, name, rec.Code)
					}
				}
			}
		}
	})
}

func TestTokenRequest(t *testing.T) {
	t.Parallel()
	b := newBank(t, sqliteURL(t))
	c := b.customer(t, "ours", "", tenant.Entra, tenant.DirectorySettings{})
	text, _ := b.secretOf(t, c, 0)
	with := func(change url.Values) string {
		form := bySecret(c, text)
		maps.Copy(form, change)
		return form.Encode()
	}
	const form = "Content-Type: application/x-www-form-urlencoded"
	for _, tt := range []struct {
		name, method, kind, body string
		status                   int
		code                     string
	}{
		{"GET", "GET", form, "", 405, invalidRequest},
		{"JSON", "POST", "Content-Type: application/json", `{}`, 400, invalidRequest},
		{"no type", "POST", "X: y", with(nil), 400, invalidRequest},
		{"too long", "POST", form, with(url.Values{"x": {strings.Repeat("x", maxTokenBody)}}), 413, invalidRequest},
		{"twice", "POST", form, with(url.Values{"scope": {"a", "b"}}), 400, invalidRequest},
		{"not a form", "POST", form, "grant_type=%zz", 400, invalidRequest},
		{"no grant", "POST", form, with(url.Values{"grant_type": {""}}), 400, invalidRequest},
		{"password", "POST", form, with(url.Values{"grant_type": {"password"}}), 400, unsupportedGrant},
		{"two proofs", "POST", form, with(url.Values{"client_assertion": {"a.b.c"}, "client_assertion_type": {jwtAssertion}}), 400, invalidRequest},
		{"assertion without type", "POST", form, url.Values{"grant_type": {grantClient}, "client_assertion": {"a.b.c"}}.Encode(), 400, invalidRequest},
		{"type without assertion", "POST", form, with(url.Values{"client_assertion_type": {jwtAssertion}}), 400, invalidRequest},
		{"no assertion", "POST", form, url.Values{"grant_type": {grantAssertion}}.Encode(), 400, invalidRequest},
		{"bad assertion", "POST", form, url.Values{"grant_type": {grantAssertion}, "assertion": {"a.b.c"}}.Encode(), 400, invalidGrant},
		{"secret in the URL", "POST", form, url.Values{"grant_type": {grantClient}}.Encode(), 401, invalidClient},
		{"good", "POST", form, with(nil), 200, ""},
	} {
		path := c.path + tokenPath
		if tt.name == "secret in the URL" {
			path += "?" + with(nil)
		}
		got := readAnswer(t, b.do(t, tt.method, path, tt.body, tt.kind))
		if got.Status != tt.status || got.Error != tt.code {
			t.Errorf("%s = %d %s, want %d %s", tt.name, got.Status, got.Error, tt.status, tt.code)
		}
	}
	rec := b.do(t, "POST", c.path+tokenPath, "grant_type="+grantClient, form, basic("x", "y"))
	if rec.Code != 401 || !strings.HasPrefix(rec.Header().Get("WWW-Authenticate"), "Basic ") {
		t.Errorf("a wrong header is not challenged: %d %v", rec.Code, rec.Header())
	}
}

// FuzzTokenRequest: whatever comes is refused in OAuth's words, or names one proof.
func FuzzTokenRequest(f *testing.F) {
	f.Add("", "grant_type=client_credentials&client_id=a&client_secret=b")
	f.Add("Basic YTpi", "grant_type=client_credentials")
	f.Add("", "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=a.b.c")
	f.Fuzz(func(t *testing.T, header, body string) {
		var headers []string
		if header != "" {
			headers = []string{header}
		}
		q, err := parseTokenRequest(headers, body)
		if err != nil {
			if _, ok := errors.AsType[*oauthError](err); !ok {
				t.Fatalf("error %v is not of the protocol", err)
			}
			return
		}
		if (q.secret == "") == (q.assertion == "") || q.secret != "" && q.clientID == "" {
			t.Fatalf("not one proof: %+v", q)
		}
	})
}

func hashOf(token string) [32]byte { return secret.Hash(token) }
