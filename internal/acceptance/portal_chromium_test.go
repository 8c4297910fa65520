package acceptance

import (
	"html/template"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"github.com/chromedp/chromedp"

	chrome "rollcall/internal/testenv/browser"
	"rollcall/internal/testenv/chromium"
	"rollcall/internal/testenv/migrated"
)

// TestLoginCSRFInChromium_S29 has a page of evil.example post the attacker's own good response in the victim's browser.
func TestLoginCSRFInChromium_S29(t *testing.T) {
	t.Parallel()
	g := newGateway(t, migrated.SQLite(t))
	p := g.portal()
	a, c := p.acme(samlPerson("mallory", mail("mallory@acme.example")))
	page := template.Must(template.New("evil").Parse(`<!DOCTYPE html><title>evil</title>
<form method="post" action="{{.ACS}}"><input type="hidden" name="SAMLResponse" value="{{.Response}}">
<input type="hidden" name="RelayState" value="{{.Relay}}"></form><script>document.forms[0].submit()</script>`))
	attacker := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		form := p.held(chrome.New(t, nil), c, "mallory", "")
		w.Header().Set("Content-Type", "text/html")
		_ = page.Execute(w, struct{ ACS, Response, Relay string }{form.Action.String(), form.Value("SAMLResponse"), form.Value("RelayState")})
	}))
	t.Cleanup(attacker.Close)
	at, err := url.Parse(attacker.URL)
	if err != nil {
		t.Fatal(err)
	}
	evil := "http://evil.example:" + at.Port() + "/"
	ctx := chromium.New(t, chromedp.Flag("host-resolver-rules", "MAP evil.example 127.0.0.1"))
	title := func(steps ...chromedp.Action[chromedp.Void]) string {
		t.Helper()
		if err := chromedp.Do(ctx, steps...); err != nil {
			t.Fatal(err)
		}
		got, err := chromedp.Run(ctx, chromedp.Title())
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	for _, own := range []bool{false, true} {
		if own { // the victim has a sign-in of their own under way
			title(chromedp.Navigate(p.loginURL(c, "")))
		}
		before := a.everything()
		if err := chromedp.Do(ctx, chromedp.Navigate(evil), chromedp.WaitVisible("main")); err != nil {
			t.Fatal(err)
		}
		// Even who presses the button that they are offered is not signed in.
		if _, err := chromedp.Run(ctx, chromedp.Evaluate[bool](`(() => { const b = document.querySelector("main form button"); if (b) b.click(); return !!b })()`)); err != nil {
			t.Fatal(err)
		}
		if err := chromedp.Do(ctx, chromedp.WaitVisible("a.button")); err != nil { // the refusal
			t.Fatal(err)
		}
		if got := title(chromedp.Navigate(p.url + "/")); got != "Sign in · Rollcall" {
			t.Errorf("own sign-in %v: the victim sees %q", own, got)
		}
		if got := a.everything(); got != before {
			t.Errorf("own sign-in %v: %+v became %+v", own, before, got)
		}
	}
}
