package acceptance

import (
	"html"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"rollcall/internal/demoidp/op"
	"rollcall/internal/demoidp/samlidp"
	"rollcall/internal/tenant"
	"rollcall/internal/testenv/migrated"
)

// onEachMeasured runs a benchmark on each database.
func onEachMeasured(b *testing.B, f func(b *testing.B, g *gateway)) {
	b.Helper()
	b.Run("sqlite", func(b *testing.B) { f(b, newGateway(b, migrated.SQLite(b))) })
	b.Run("postgres", func(b *testing.B) { f(b, newGateway(b, migrated.Postgres(b))) })
}

// people is how many sign in, again and again.
const people = 50

// back is a browser on its way back to the gateway: the request that ends its sign-in.
type back struct {
	request *http.Request
}

// hold follows redirects by hand until the one that leads back to the gateway, and returns that one as it will be
// sent.
func (p *portal) hold(start, as string) back {
	p.t.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Get(start)
	if err != nil {
		p.t.Fatal(err)
	}
	_ = resp.Body.Close()
	cookies := resp.Cookies()
	to := resp.Header.Get("Location")
	if as != "" { // the SAML provider's way to be told who it is
		to += "&as=" + as
	}
	answer, err := client.Get(to)
	if err != nil {
		p.t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	var r *http.Request
	if at := answer.Header.Get("Location"); at != "" {
		r = httptest.NewRequest(http.MethodGet, at, http.NoBody)
	} else {
		action, form := formOf(p.t, answer.Body)
		r = httptest.NewRequest(http.MethodPost, action, strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for _, c := range cookies {
		r.AddCookie(c)
	}
	return back{r}
}

var (
	actionOf = regexp.MustCompile(`action="([^"]*)"`)
	fieldOf  = regexp.MustCompile(`name="([^"]*)" value="([^"]*)"`)
)

// formOf reads the form of a page that sends itself on.
func formOf(t testing.TB, body io.Reader) (action string, form url.Values) {
	t.Helper()
	text := string(do[[]byte](t)(io.ReadAll(body)))
	at := actionOf.FindStringSubmatch(text)
	if at == nil {
		t.Fatalf("no form in %s", text)
	}
	form = url.Values{}
	for _, f := range fieldOf.FindAllStringSubmatch(text, -1) {
		form.Set(f[1], html.UnescapeString(f[2]))
	}
	return html.UnescapeString(at[1]), form
}

// measure has as many people come back as the benchmark asks for, side by side, and counts those who got in.
func (p *portal) measure(b *testing.B, con tenant.Connection) {
	b.Helper()
	backs := make([]back, b.N)
	for i := range backs {
		name := "p" + strconv.Itoa(i%people)
		as := ""
		if con.Type == tenant.SAML {
			as = name
		}
		backs[i] = p.hold(p.url+"/sso/"+con.ID.UUID.UUID()+"/login?"+url.Values{"login_hint": {name + "@acme.example"}}.Encode(), as)
	}
	next := make(chan back, b.N)
	for _, x := range backs {
		next <- x
	}
	b.ReportAllocs()
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			w := httptest.NewRecorder()
			p.handler.ServeHTTP(w, (<-next).request)
			if w.Code != http.StatusSeeOther {
				b.Errorf("a sign-in ended with %d: %s", w.Code, w.Body)
				return
			}
		}
	})
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "sign-ins/s")
}

// BenchmarkSignInSAML is the way back from the provider: the response is verified, the member decided on, link and
// session written, the cookie set. The people are members already.
func BenchmarkSignInSAML(b *testing.B) {
	onEachMeasured(b, func(b *testing.B, g *gateway) {
		a := g.tenant("acme")
		a.joins("acme.example", tenant.AutoJoinOn, "")
		p := g.portal()
		var accounts []samlidp.Account
		for i := range people {
			name := "p" + strconv.Itoa(i)
			accounts = append(accounts, samlidp.Account{Login: name, NameID: name, Attributes: []samlidp.Attribute{{Name: "email", Values: []string{name + "@acme.example"}}}})
		}
		con := p.samlIDP(a, accounts...)
		p.measure(b, con)
	})
}

// BenchmarkSignInOIDC is the way back with a code: the token endpoint of a provider on this machine is asked, the ID
// token verified, and so on.
func BenchmarkSignInOIDC(b *testing.B) {
	onEachMeasured(b, func(b *testing.B, g *gateway) {
		a := g.tenant("acme")
		a.joins("acme.example", tenant.AutoJoinOn, "")
		p := g.portal()
		var accounts []op.Account
		for i := range people {
			name := "p" + strconv.Itoa(i)
			accounts = append(accounts, op.Account{Subject: name, Email: name + "@acme.example", Verified: true})
		}
		con := p.oidcIDP(a, accounts...)
		p.measure(b, con)
	})
}
