package browser_test

import (
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollcall/internal/testenv/browser"
)

func TestSubmitSendsWhatTheFormHolds(t *testing.T) {
	t.Parallel()
	page := serve(t, map[string]string{"/": `<title>A form</title><a href="/away">go away</a>
		<form id="f" method="post" action="/echo"><input type="hidden" name="token" value="t&amp;1"><input name="email">
		<input type="checkbox" name="remember" value="yes" checked><input type="checkbox" name="spam" value="yes">
		<input type="radio" name="role" value="admin"><input type="radio" name="role" value="member" checked>
		<select name="tenant"><option value="a">A</option><option value="b" selected>B</option></select>
		<textarea name="note">hello</textarea><input name="off" disabled value="x"><button name="do" value="in">Sign in</button>
		<button name="do" value="out">Sign out</button></form><button form="f" name="else" value="1">Else</button>`})
	tests := []struct {
		name   string
		values map[string]string
		button string
		want   string
	}{
		{
			name: "defaults_and_the_first_button",
			want: "do=in&email=&note=hello&remember=yes&role=member&tenant=b&token=t%261",
		},
		{
			name: "choices", values: map[string]string{"email": "a@b.example", "remember": "", "spam": "yes", "role": "admin", "tenant": "a"},
			want: "do=in&email=a%40b.example&note=hello&role=admin&spam=yes&tenant=a&token=t%261",
		},
		{name: "button_by_text", button: "Sign out", want: "do=out&email=&note=hello&remember=yes&role=member&tenant=b&token=t%261"},
		{
			name: "button_outside_by_value", values: map[string]string{"else": "1"},
			want: "else=1&email=&note=hello&remember=yes&role=member&tenant=b&token=t%261",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := browser.New(t, nil)
			b.Get(page)
			got := b.SubmitWith(b.Page().FormWith("email"), tt.values, tt.button).Text()
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("SubmitWith(%v, %q) mismatch (-want +got)\n%s", tt.values, tt.button, diff)
			}
		})
	}
}

func TestPagesThatPassOnAreSubmittedUnlessHeld(t *testing.T) {
	t.Parallel()
	page := serve(t, map[string]string{"/": `<form method="post" action="/echo"><input type="hidden" name="SAMLResponse" value="x"><input type="submit"></form>`})
	b := browser.New(t, nil)
	if got, want := b.Get(page).Text(), "SAMLResponse=x"; got != want {
		t.Errorf("passed on %q, want %q", got, want)
	}
	b.Hold = true
	form := b.Get(page).FormWith("SAMLResponse")
	form.Set("SAMLResponse", "forged")
	form.Set("RelayState", "evil")
	if got, want := b.Submit(form, nil).Text(), "RelayState=evil&SAMLResponse=forged"; got != want {
		t.Errorf("submitted %q, want %q", got, want)
	}
}

// A request that another site starts carries the cookies that browsers let go there, and says so.
func TestCookiesKeepTheRulesOfSites(t *testing.T) {
	t.Parallel()
	home := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/set" {
			for _, c := range []string{
				"lax=1; SameSite=Lax", "strict=1; SameSite=Strict", "none=1; SameSite=None; Secure", "plain=1",
				"__Host-ok=1; Path=/; Secure; SameSite=None", "__Host-bad=1; Path=/set; Secure", "none_insecure=1; SameSite=None",
				"elsewhere=1; Path=/elsewhere", "gone=1; Max-Age=0",
			} {
				w.Header().Add("Set-Cookie", c)
			}
			return
		}
		var names []string
		for _, c := range r.Cookies() {
			names = append(names, c.Name)
		}
		slices.Sort(names)
		fmt.Fprintf(w, "%s|%s|%s", strings.Join(names, " "), r.Header.Get("Sec-Fetch-Site"), r.Header.Get("Origin"))
	}))
	t.Cleanup(home.Close)
	other := serve(t, map[string]string{
		"/": `<a href="` + home.URL + `/">link</a><form method="post" action="` + home.URL + `/"><input name="x"></form>`,
	})
	here := serve(t, nil)
	tests := []struct {
		name string
		open func(b *browser.Browser) *browser.Page
		want string
	}{
		{name: "typed", open: func(b *browser.Browser) *browser.Page { return b.Get(home.URL) }, want: "__Host-ok lax none plain strict|none|"},
		{
			name: "link_elsewhere", open: func(b *browser.Browser) *browser.Page { b.Get(other); return b.Click("link") },
			want: "__Host-ok lax none plain|cross-site|",
		},
		{
			name: "post_from_elsewhere",
			open: func(b *browser.Browser) *browser.Page { return b.Submit(b.Get(other).FormWith("x"), nil) },
			want: "__Host-ok none|cross-site|" + strings.TrimSuffix(other, "/"),
		},
		{name: "another_port", open: func(b *browser.Browser) *browser.Page { return b.Get(here + "cookies") }, want: ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := browser.New(t, nil)
			b.Get(home.URL + "/set")
			if diff := cmp.Diff(tt.want, tt.open(b).Text()); diff != "" {
				t.Errorf("cookies and headers mismatch (-want +got)\n%s", diff)
			}
		})
	}
}

func TestRedirectsAreFollowedAndKeepTheirCookies(t *testing.T) {
	t.Parallel()
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/":
			http.SetCookie(w, &http.Cookie{Name: "flow", Value: "1"})
			http.Redirect(w, r, "/next?a=b", http.StatusFound)
		case "/next":
			fmt.Fprint(w, r.URL.RawQuery, " ", r.Header.Get("Cookie"))
		}
	}))
	t.Cleanup(site.Close)
	b := browser.New(t, nil)
	if got, want := b.Get(site.URL).Text(), "a=b flow=1"; got != want {
		t.Errorf("Get() = %q, want %q", got, want)
	}
	if value, ok := b.Cookie(site.URL, "flow"); !ok || value != "1" {
		t.Errorf("Cookie(flow) = %q, %v", value, ok)
	}
	b.Forget()
	if _, ok := b.Cookie(site.URL, "flow"); ok {
		t.Error("Cookie(flow) is there after Forget")
	}
}

// serve serves pages by path; /echo shows what was posted, /cookies the cookies, all else is empty. It
// returns the address of "/".
func serve(t *testing.T, pages map[string]string) string {
	t.Helper()
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		switch r.URL.Path {
		case "/echo":
			_ = r.ParseForm()
			fmt.Fprint(w, html.EscapeString(r.PostForm.Encode()))
		case "/cookies":
			fmt.Fprint(w, html.EscapeString(r.Header.Get("Cookie")))
		default:
			fmt.Fprint(w, pages[r.URL.Path])
		}
	}))
	t.Cleanup(site.Close)
	return site.URL + "/"
}
