package acceptance

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"rollcall/internal/roster"
	"rollcall/internal/secret"
	"rollcall/internal/tenant"
)

// pathOf is a link without the house's name.
func (h *house) pathOf(link string) string { return strings.TrimPrefix(link, h.url) }

// tokenIn is the token of a link.
func tokenIn(link string) string {
	_, token, _ := strings.Cut(link, "token=")
	return token
}

func bodyOf(t testing.TB, res *http.Response) string {
	t.Helper()
	return string(do[[]byte](t)(io.ReadAll(res.Body)))
}

// acceptForm is what the page sends.
func acceptForm(token string) url.Values {
	return url.Values{"token": {token}, "first": {"Bob"}, "last": {"Berg"}, "password": {goodPassword}}
}

// TestPromiseA15_A16_OpeningUsesNothingUp_AttackI3: a hundred looks at a link, with and without scripts, leave it good;
// one submit uses it up, and a second is refused.
func TestPromiseA15_A16_OpeningUsesNothingUp_AttackI3(t *testing.T) {
	onEachHouse(t, func(t *testing.T, h *house) {
		a := h.tenant("acme")
		i, link := h.invite(a.staff, "bob@home.example", roster.InviteDraft{})
		for range 50 {
			for _, method := range []string{http.MethodGet, http.MethodHead} {
				res := h.ask(method, h.pathOf(link), nil)
				if res.StatusCode != http.StatusSeeOther {
					t.Fatalf("%s = %d", method, res.StatusCode)
				}
				if res := h.ask(method, "/invite/accept", nil, "Cookie", "rollcall-invite="+tokenIn(link)); res.StatusCode != http.StatusOK {
					t.Fatalf("%s of the page = %d", method, res.StatusCode)
				}
			}
		}
		b := h.browser()
		b.open(link)
		b.open(link)
		if s := h.stateOf(a, i); s != roster.InvitePending {
			t.Fatalf("looks made the invite %s", s)
		}
		a.members(0)
		b.fill("#first", "Bob")
		b.fill("#password", goodPassword)
		if status := b.submit("main form button[type=submit]"); status != http.StatusOK || b.path() != "/" {
			t.Fatalf("the form leads to %d %s: %s", status, b.path(), b.text())
		}
		if s := h.stateOf(a, i); s != roster.InviteAccepted {
			t.Errorf("the submit made the invite %s", s)
		}
		other := h.browser()
		if status := other.open(link); status != http.StatusGone || other.heading() != "This invite was used" {
			t.Errorf("the used link leads to %d %q", status, other.heading())
		}
		other.says("invite_used", "Sign in")
		form := acceptForm(tokenIn(link)).Encode()
		if res := h.ask(http.MethodPost, "/invite/accept", &form); res.StatusCode != http.StatusGone || len(res.Cookies()) != 0 {
			t.Errorf("a second submit = %d %v", res.StatusCode, res.Cookies())
		}
		a.members(1)
	})
}

// TestAttackI2TokensStayOutOfURLs: the cookie is for this door alone and for no script, and the answers are kept by nobody.
func TestAttackI2TokensStayOutOfURLs(t *testing.T) {
	onEachHouse(t, func(t *testing.T, h *house) {
		a := h.tenant("acme")
		_, link := h.invite(a.staff, "bob@home.example", roster.InviteDraft{})
		res := h.ask(http.MethodGet, h.pathOf(link)+"&return=%2Fconsole%2F", nil)
		if to := res.Header.Get("Location"); to != "/invite/accept?return=%2Fconsole%2F" || res.Header.Get("Referrer-Policy") != "no-referrer" || res.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("the link leads to %s with %v", to, res.Header)
		}
		if c := res.Cookies(); len(c) != 1 || !c[0].HttpOnly || c[0].SameSite != http.SameSiteLaxMode || c[0].Path != "/invite" || c[0].Value != tokenIn(link) {
			t.Errorf("cookies: %v", c)
		}
		page := h.ask(http.MethodGet, "/invite/accept", nil, "Cookie", "rollcall-invite="+tokenIn(link))
		if page.Header.Get("Referrer-Policy") != "no-referrer" || page.Header.Get("Cache-Control") != "no-store" || !strings.Contains(page.Header.Get("Content-Security-Policy"), "default-src 'none'") {
			t.Errorf("the page has %v", page.Header)
		}
		for _, to := range []string{"https://evil.example/", "//evil.example", "/\\evil.example"} {
			res := h.ask(http.MethodGet, h.pathOf(link)+"&"+url.Values{"return": {to}}.Encode(), nil)
			if got := res.Header.Get("Location"); got != "/invite/accept" {
				t.Errorf("return=%s leads to %s", to, got)
			}
		}
		b := h.browser()
		b.open(link)
		if got := b.value(`document.cookie`); got != "" {
			t.Errorf("scripts see the cookies %q", got)
		}
		if got := b.value(`performance.getEntriesByType("resource").filter(e => !e.name.startsWith(location.origin)).length`); got != "0" {
			t.Errorf("the page loads %s things from elsewhere", got)
		}
		if log := h.server.log.String(); strings.Contains(log, tokenIn(link)) || !strings.Contains(log, `"/invite/accept"`) {
			t.Errorf("the log: %s", log)
		}
	})
}

// TestAttackI1UnknownLinksAreAllAlike: whatever is wrong with a token, the answer is the same; who tries many must wait.
func TestAttackI1UnknownLinksAreAllAlike(t *testing.T) {
	onEachHouse(t, func(t *testing.T, h *house) {
		a := h.tenant("acme")
		_, link := h.invite(a.staff, "bob@home.example", roster.InviteDraft{})
		good := tokenIn(link)
		other, _ := secret.NewInvite(a.id.UUID)
		elsewhere, _ := secret.NewInvite(tenant.NewUUID(h.clock.Now()))
		var first string
		for name, token := range map[string]string{
			"of nobody": other, "of no tenant": elsewhere, "cut": good[:len(good)-1], "another letter": good[:40] + "x" + good[41:], "empty": "", "nonsense": "<script>",
		} {
			res := h.ask(http.MethodGet, "/invite/accept", nil, "Cookie", "rollcall-invite="+token)
			body := bodyOf(t, res)
			if first == "" {
				first = body
			}
			if res.StatusCode != http.StatusNotFound || body != first || strings.Contains(body, "ACME") {
				t.Errorf("a token %s = %d %s", name, res.StatusCode, body)
			}
		}
		limited := false
		for range 80 {
			res := h.ask(http.MethodGet, "/invite/accept", nil, "Cookie", "rollcall-invite="+other)
			if limited = res.StatusCode == http.StatusTooManyRequests; limited {
				if res.Header.Get("Retry-After") == "" {
					t.Error("no word on how long to wait")
				}
				break
			}
		}
		if !limited {
			t.Error("80 guesses were answered")
		}
	})
}

// TestAttackI14OtherSitesAcceptNothing: a form of another site does nothing, and a browser without cookies can accept.
func TestAttackI14OtherSitesAcceptNothing(t *testing.T) {
	onEachHouse(t, func(t *testing.T, h *house) {
		a := h.tenant("acme")
		i, link := h.invite(a.staff, "bob@home.example", roster.InviteDraft{})
		form := acceptForm(tokenIn(link)).Encode()
		for _, foreign := range [][]string{{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {"Origin", "https://evil.example"}} {
			for _, path := range []string{"/invite/accept", "/invite/open", "/invite/ask", "/invite/signout"} {
				res := h.ask(http.MethodPost, path, &form, append(foreign, "Cookie", "rollcall-invite="+tokenIn(link))...)
				if res.StatusCode != http.StatusForbidden || len(res.Cookies()) > 0 {
					t.Errorf("POST %s with %v = %d %v", path, foreign, res.StatusCode, res.Cookies())
				}
			}
		}
		if s := h.stateOf(a, i); s != roster.InvitePending {
			t.Fatalf("another site made the invite %s", s)
		}
		if res := h.ask(http.MethodGet, "/invite/accept", nil); !strings.Contains(bodyOf(t, res), "paste it here") {
			t.Error("a browser without cookies is not told to paste the link")
		}
		pasted := url.Values{"token": {link}}.Encode()
		if res := h.ask(http.MethodPost, "/invite/open", &pasted); res.StatusCode != http.StatusOK || !strings.Contains(bodyOf(t, res), `name="token" value="`+tokenIn(link)+`"`) {
			t.Errorf("a pasted link = %d", res.StatusCode)
		}
		if res := h.ask(http.MethodPost, "/invite/accept", &form); res.StatusCode != http.StatusSeeOther || res.Header.Get("Location") != "/" {
			t.Errorf("a submit without cookies = %d %s", res.StatusCode, bodyOf(t, res))
		}
		a.members(1)
	})
}
