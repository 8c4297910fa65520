package acceptance

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"rollcall/internal/demoidp/op"
	"rollcall/internal/roster"
	"rollcall/internal/tenant"
	chrome "rollcall/internal/testenv/browser"
	"rollcall/sso/oidc"
)

func TestOIDCDoorTakesUserinfoOfTheSamePerson_O14(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		_, _, i := g.open(op.Account{
			Subject: "s1", Email: "ada@acme.example", Verified: true, Name: "Ada", Given: "Ada", Family: "Berg", NamesFromUserinfoAlone: true,
		})
		i.Turn(func(k *op.Knobs) { k.Userinfo = func(c map[string]any) { c["sub"] = "s2" } })
		i.refused("ada@acme.example", oidc.CodeUserinfo)
		i.Turn(func(k *op.Knobs) {
			k.Userinfo = func(c map[string]any) { c["email"], c["email_verified"] = "ceo@acme.example", true }
		})
		i.in("ada@acme.example")
		if m := i.a.byEmail("ada@acme.example"); m.Attributes.Text("displayName") != "Ada" {
			t.Errorf("the name of userinfo is %q", m.Attributes.Text("displayName"))
		}
	})
}

func TestOIDCDoorShowsNoProvidersMarkup_O18(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		_, _, i := g.open(verified("s1", "ada@acme.example"))
		const evil = `<script>alert(1)</script><img src=x onerror=alert(2)>`
		for _, code := range []string{"access_denied", evil} {
			i.Turn(func(k *op.Knobs) {
				k.Callback = func(answer url.Values) {
					answer.Del("code")
					answer.Set("error", code)
					answer.Set("error_description", evil)
					answer.Set("error_uri", "javascript:alert(3)")
				}
			})
			page := i.refused("ada@acme.example", oidc.CodeProvider)
			if bytes.Contains(page.Body, []byte("alert")) || bytes.Contains(page.Body, []byte("onerror")) {
				t.Errorf("the page repeats what the provider said:\n%s", page.Body)
			}
			if csp := page.Header.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") {
				t.Errorf("the page's policy is %q", csp)
			}
		}
	})
}

func TestOIDCDoorHoldsGoogleToItsDomains_O20(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		a.joins("acme.example", tenant.AutoJoinOn, "")
		hd := func(subject, domain string) op.Account {
			account := verified(subject, subject+"@acme.example")
			if domain != "" {
				account.Extra = map[string]any{"hd": domain}
			}
			return account
		}
		i := g.portal().providerWith(a, tenant.OIDCSettings{HostedDomains: []string{"acme.example"}},
			hd("gmail", ""), hd("other", "other.example"), hd("below", "eu.acme.example"), hd("ours", "acme.example"))
		for _, who := range []string{"gmail", "other", "below"} {
			i.refused(who+"@acme.example", oidc.CodeHostedDomain)
		}
		i.in("ours@acme.example")
	})
}

func TestOIDCDoorAsksAnAdminWhenTheSubjectChanged_O21(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a, p, i := g.open(verified("s1", "ada@acme.example"))
		old := i.in("ada@acme.example")
		ada := a.byEmail("ada@acme.example")
		i.SetAccounts([]op.Account{verified("s2", "ada@acme.example")}) // made anew there, or somebody else's now
		i.refused("ada@acme.example", roster.CodeSubjectChanged)
		p.stays(old, "after somebody else tried")
		links := "/tenants/acme/members/" + ada.ID.String() + "/links"
		list := g.must(http.StatusOK, "GET", links, nil).items()
		if len(list) != 1 || list[0]["subject"] != "s1" {
			t.Fatalf("the admin sees the links %v", list)
		}
		id, _ := list[0]["id"].(string)
		g.must(http.StatusOK, "POST", links+"/"+id+"/unlink", nil)
		p.ended(old, "unlinked")
		i.in("ada@acme.example")
		if again := a.byEmail("ada@acme.example"); again.ID != ada.ID {
			t.Errorf("the member is %s now, want %s", again.ID, ada.ID)
		}
		i.SetAccounts([]op.Account{verified("s1", "ada@acme.example")})
		i.refused("ada@acme.example", roster.CodeSubjectChanged)
		a.members(1)
	})
}

// logged is a log that tests read.
type logged struct {
	mu  sync.Mutex
	all bytes.Buffer
}

func (l *logged) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all.Write(b)
}

func (l *logged) text() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all.String()
}

// TestOIDCDoorKeepsSecrets looks for what is secret, or personal, in all that an end-to-end run leaves behind: the whole log,
// the pages, the events and the API.
func TestOIDCDoorKeepsSecrets_O22(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		a.joins("acme.example", tenant.AutoJoinOn, "")
		var log logged
		p := g.portalLogging(slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})))
		i := p.provider(a, verified("subject-of-ada", "ada.berg@acme.example"), verified("s9", "bo.berg@evil.example"))
		var mu sync.Mutex
		secrets := map[string]string{"the client secret": clientSecret, "an address": "ada.berg", "another address": "bo.berg", "a subject": "subject-of-ada"}
		note := func(what, value string) {
			mu.Lock()
			defer mu.Unlock()
			secrets[what] = value
		}
		i.Turn(func(k *op.Knobs) {
			k.Token = func(good string) string { note("an ID token", good); return good }
			k.Response = func(r map[string]any) { at, _ := r["access_token"].(string); note("an access token", at) }
			k.Callback = func(q url.Values) { note("a code", q.Get("code")); note("a state", q.Get("state")) }
		})
		b := i.in("ada.berg@acme.example")
		cookie, ok := b.Cookie(p.url, "rollcall")
		if !ok {
			t.Fatal("there is no session cookie")
		}
		note("a session's token", cookie)
		pages := []string{string(i.refused("bo.berg@evil.example", roster.CodeDomainNotOwned).Body)}
		for _, lie := range []func(*op.Knobs){
			func(k *op.Knobs) { k.Claims = func(c map[string]any) { c["aud"] = "other" } },
			func(k *op.Knobs) {
				k.TokenReply = func(w http.ResponseWriter) bool { http.Error(w, clientSecret, http.StatusBadRequest); return true }
			},
			func(k *op.Knobs) { k.Status = map[string]int{"/token": http.StatusInternalServerError} },
		} {
			i.Turn(lie)
			pages = append(pages, string(i.comes(chrome.New(t, nil), "ada.berg@acme.example").Body))
			i.Turn(func(k *op.Knobs) { k.Claims, k.TokenReply, k.Status = nil, nil, nil })
		}
		api := g.must(http.StatusOK, "GET", "/tenants/acme/connections", nil).text
		events := g.must(http.StatusOK, "GET", "/tenants/acme/events?limit=500", nil).text
		if n := strings.Count(log.text(), "\n"); n < 10 {
			t.Fatalf("the log has %d lines only", n)
		}
		for what, value := range secrets {
			if value == "" {
				t.Fatalf("%s was not met", what)
			}
			if strings.Contains(log.text(), value) {
				t.Errorf("the log holds %s", what)
			}
			personal := strings.Contains(what, "address") || strings.Contains(what, "subject")
			for where, text := range map[string]string{"the API": api, "the events": events, "a page": strings.Join(pages, "\n")} {
				if !personal && strings.Contains(text, value) {
					t.Errorf("%s shows %s", where, what)
				}
			}
		}
	})
}

// TestOIDCDoorTakesFormPosts signs in by a form that the provider's page posts, so that no code stands in a URL.
func TestOIDCDoorTakesFormPosts_O19(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		a.joins("acme.example", tenant.AutoJoinOn, "")
		p := g.portal()
		i := p.providerWith(a, tenant.OIDCSettings{ResponseMode: tenant.ModeFormPost}, verified("s1", "ada@acme.example"))
		p.stays(i.in("ada@acme.example"), "signed in by a form")
		query := p.provider(a, verified("s1", "ada@acme.example"))
		b := chrome.New(t, nil)
		began := b.Fetch(http.MethodGet, query.start("ada@acme.example"), "", nil).Header.Get("Location")
		a.unchanged(oidc.CodeMalformed, func() { // the provider answers by a form that nobody asked for
			p.turnedAway(b.Get(began+"&response_mode=form_post"), http.StatusForbidden, oidc.CodeMalformed)
		})
	})
}
