// Package browser is a small web browser for tests, without JavaScript: it keeps cookies, follows
// redirects, and fills in and submits forms.
//
// Where attacks come in it keeps the rules of real browsers. Each origin, port included, is a site
// of its own, as if an identity provider on another port of 127.0.0.1 were another company's host:
// cookies stay with their origin, SameSite is enforced on what another site started (a cookie
// without the attribute counts as Lax), prefixes __Host- and __Secure- are honoured, Secure cookies
// are kept for https and for loopback. It sends Origin, Referer and the Sec-Fetch headers.
//
// Pages that exist only to send the browser on, with SAMLResponse or SAMLRequest or an OpenID
// form_post in hidden fields, are submitted at once, as their script would. Hold stops that, so that
// a test can look at what is posted, change it, or keep it back.
package browser

import (
	"context"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// Browser belongs to one person of one test. It is not for several goroutines at once. What goes
// wrong on the way, a refused connection or a field that isn't there, fails the test; an answer of
// 400 or 500 does not.
type Browser struct {
	// Hold keeps back what would be submitted by a script.
	Hold bool
	// Trace has each request logged by the test.
	Trace bool
	// Header is sent with each request.
	Header http.Header

	tb      testing.TB
	client  *http.Client
	cookies *cookies
	page    *Page
}

// New returns a fresh browser. A transport may trust a test's certificate; nil is a transport of its own.
func New(tb testing.TB, transport http.RoundTripper) *Browser {
	tb.Helper()
	if transport == nil {
		own := &http.Transport{}
		tb.Cleanup(own.CloseIdleConnections)
		transport = own
	}
	client := &http.Client{
		Transport: transport, Timeout: time.Minute,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return &Browser{tb: tb, client: client, cookies: newCookies(), page: blank()}
}

// Page returns what the browser shows, an empty page at first.
func (b *Browser) Page() *Page { return b.page }

// Fatalf fails the browser's test.
func (b *Browser) Fatalf(format string, args ...any) {
	b.tb.Helper()
	b.tb.Fatalf(format, args...)
}

// Get goes to an address, as if it had been typed.
func (b *Browser) Get(address string) *Page {
	b.tb.Helper()
	return b.navigate(request{method: http.MethodGet, address: b.parse(address)})
}

// Click follows the first link with that text.
func (b *Browser) Click(text string) *Page {
	b.tb.Helper()
	for _, link := range b.page.Links() {
		if link.Text == text {
			return b.navigate(request{method: http.MethodGet, address: link.URL, from: b.page.URL})
		}
	}
	b.tb.Fatalf("%s has no link %q\n%s", b.page.URL, text, b.page.Text())
	return nil
}

// Submit fills values into a form's fields by their names and submits it with its first button.
// A name with no field, or nil for a form, fails the test.
func (b *Browser) Submit(f *Form, values map[string]string) *Page {
	b.tb.Helper()
	return b.SubmitWith(f, values, "")
}

// SubmitWith is Submit with the button of that text or name. What the button sends is sent.
func (b *Browser) SubmitWith(f *Form, values map[string]string, button string) *Page {
	b.tb.Helper()
	if f == nil {
		b.tb.Fatalf("%s has no such form\n%s", b.page.URL, b.page.Body)
	}
	data, err := f.fill(values, button)
	if err != nil {
		b.tb.Fatalf("%s: %v", b.page.URL, err)
	}
	r := request{method: f.Method, address: f.Action, from: b.page.URL}
	if f.Method == http.MethodPost {
		r.contentType, r.body = "application/x-www-form-urlencoded", []byte(data.Encode())
	} else {
		with := *f.Action
		with.RawQuery = data.Encode()
		r.address = &with
	}
	return b.navigate(r)
}

// Fetch is what a script of the shown page would do: one request with the cookies of its origin, no
// redirects. The shown page stays.
func (b *Browser) Fetch(method, address, contentType string, body []byte) *Page {
	b.tb.Helper()
	r := request{method: method, address: b.parse(address), from: b.page.URL, contentType: contentType, body: body, script: true}
	return b.send(r, r.site())
}

// Cookie returns the value of a cookie that would be sent to an address from its own pages.
func (b *Browser) Cookie(address, name string) (string, bool) {
	b.tb.Helper()
	return b.cookies.value(b.parse(address), name)
}

// SetCookie puts a cookie as if the server at address had set it.
func (b *Browser) SetCookie(address string, c *http.Cookie) {
	b.tb.Helper()
	b.cookies.store(b.parse(address), []*http.Cookie{c}, time.Now())
}

// Forget throws all cookies away.
func (b *Browser) Forget() { b.cookies = newCookies() }

func (b *Browser) parse(address string) *url.URL {
	b.tb.Helper()
	u, err := url.Parse(address)
	if err != nil {
		b.tb.Fatalf("browser: %v", err)
	}
	if b.page.URL != nil {
		u = b.page.URL.ResolveReference(u)
	}
	return u
}

// send sends one request, with and for the cookies, and returns the answer, be it a redirect.
func (b *Browser) send(r request, from site) *Page {
	b.tb.Helper()
	// Not the test's context: clean-ups browse too.
	out, err := http.NewRequestWithContext(context.Background(), r.method, r.address.String(), strings.NewReader(string(r.body)))
	if err != nil {
		b.tb.Fatalf("browser: %v", err)
	}
	r.dress(out, from)
	maps.Copy(out.Header, b.Header)
	for _, c := range b.cookies.forRequest(r.address, r.method, from, r.script, time.Now()) {
		out.AddCookie(c)
	}
	response, err := b.client.Do(out)
	if err != nil {
		b.tb.Fatalf("browser: %v", err)
	}
	defer response.Body.Close()
	b.cookies.store(r.address, response.Cookies(), time.Now())
	body, err := io.ReadAll(response.Body)
	if err != nil {
		b.tb.Fatalf("%s: read the answer: %v", r.address, err)
	}
	if b.Trace {
		b.tb.Logf("%s %s: %d %s", r.method, r.address, response.StatusCode, response.Header.Get("Location"))
	}
	page, err := newPage(r.address, response, body)
	if err != nil {
		b.tb.Fatalf("%s: %v", r.address, err)
	}
	return page
}
