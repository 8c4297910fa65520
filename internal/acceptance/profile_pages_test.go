package acceptance

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/gorilla/mux"

	"rollcall/console"
	door "rollcall/internal/account"
	letters "rollcall/internal/mail"
	"rollcall/internal/passkey"
	"rollcall/internal/reason"
	"rollcall/internal/roster"
	"rollcall/internal/tenant"
	chrome "rollcall/internal/testenv/browser"
	"rollcall/internal/testenv/chromium"
	"rollcall/internal/web"
	"rollcall/storage/shortlived"
)

// ownPages is a server with the pages that people have about themselves, by http on this machine.
type ownPages struct {
	*gateway
	url string
}

func (g *gateway) ownPages() *ownPages {
	g.t.Helper()
	pages := do[*console.Pages](g.t)(console.New("Rollcall"))
	who := g.sessions()
	who.Insecure = true
	routes := mux.NewRouter()
	server := httptest.NewServer(routes)
	g.t.Cleanup(server.Close)
	o := &ownPages{gateway: g, url: strings.Replace(server.URL, "127.0.0.1", "localhost", 1)} // passkeys need a name
	keys := do[*passkey.Service](g.t)(passkey.New(o.url, "Rollcall"))
	short := tries{shortlived.NewMemory(g.clock.Now, 0)}
	desk := reason.Desk{Pages: pages, Public: o.url, Now: g.clock.Now, RequestID: web.RequestID}
	post := letters.Post{Key: g.connect.Key}
	own := do[*door.Own](g.t)(door.NewOwn(door.OwnConfig{
		Roster: g.roster, Sessions: who, Pages: pages, PhoneRegion: "DE", RequestID: web.RequestID, Now: g.clock.Now, Refuse: desk.Refuse,
		Key: g.connect.Key, Passkeys: keys, State: short, Limits: short, Post: post, Public: o.url,
	}))
	people := do[*door.Door](g.t)(door.New(door.Config{
		Roster: g.roster, Locator: g.roster.Locator, Sessions: who, State: short, Limits: short, Post: post, Pages: pages, Refuse: desk.Refuse,
		DeviceKey: []byte("a key for marks"), FactorKey: g.connect.Key, Passkeys: keys, Public: o.url, RequestID: web.RequestID,
		Log: slog.New(slog.DiscardHandler), Now: g.clock.Now,
		JoinByMail: func(context.Context, tenant.ID, string, roster.Names, roster.Client) (door.Joined, error) {
			return door.Joined{}, roster.NotFound
		},
	}))
	web.Mount(routes, web.Door{Name: "account", Routes: people.Routes}, web.Door{Name: "own", Routes: own.Routes}, web.Door{Name: "pages", Routes: pages.Routes})
	routes.Path("/").HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		l, err := who.FromRequest(r)
		if err != nil {
			http.Error(w, "nobody", http.StatusUnauthorized)
			return
		}
		_, _ = w.Write([]byte("in as " + string(l.Member.Email) + " by " + string(l.Session.Method)))
	})
	return o
}

// tries keeps steps of sign-ins, and counts tries.
type tries struct{ *shortlived.Memory }

func (s tries) Put(ctx context.Context, id string, value []byte, ttl time.Duration) error {
	return s.Memory.Put(ctx, shortlived.Key{Use: "step", Name: id}, value, ttl)
}

func (s tries) Take(ctx context.Context, id string) ([]byte, error) {
	return s.Memory.Take(ctx, shortlived.Key{Use: "step", Name: id})
}

func (s tries) Wait(ctx context.Context, use, name string) (time.Duration, error) {
	d, err := s.Allow(ctx, shortlived.Key{Use: use, Name: name}, shortlived.Rate(door.Rates()[use]), 1)
	if err != nil || d.Allowed {
		return 0, err
	}
	return d.RetryAfter, nil
}

// in is a browser in which a member is signed in.
func (o *ownPages) in(a *account, member string) *chrome.Browser {
	o.t.Helper()
	b := chrome.New(o.t, nil)
	b.SetCookie(o.url, &http.Cookie{Name: "rollcall", Value: a.browser(member), Path: "/", HttpOnly: true})
	return b
}

// tab has Chromium bear a session; empty: none.
func (o *ownPages) tab(ctx context.Context, t *testing.T, session string) {
	t.Helper()
	if err := chromedp.Do(ctx, chromedp.Navigate(o.url+"/assets/rollcall.css")); err != nil {
		t.Fatal(err)
	}
	o.cookie(ctx, t, "rollcall", session, "/")
}

func (o *ownPages) cookie(ctx context.Context, t *testing.T, name, value, path string) {
	t.Helper()
	cookie := network.SetCookieParams{Name: name, Value: value, URL: o.url + path, Path: path}
	if value == "" {
		cookie.Value = "none"
	}
	if _, err := chromedp.Call(ctx, network.SetCookie, cookie); err != nil {
		t.Fatal(err)
	}
}

// shows fails the test unless the page has a text.
func shows(t *testing.T, p *chrome.Page, status int, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if p.Status != status || !p.Has(text) {
			t.Errorf("%s = %d without %q:\n%s", p.URL, p.Status, text, p.Text())
		}
	}
}

// TestPromiseA31ProfilePageChangesContactInfo goes through the forms of a person's own page, without scripts.
func TestPromiseA31ProfilePageChangesContactInfo(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a, o := g.tenant("acme"), g.ownPages()
		ada := a.somebody("ada@acme.example", "viewer")
		nobody := chrome.New(t, nil)
		if to := nobody.Fetch("GET", o.url+"/me/sessions", "", nil); to.Status != http.StatusSeeOther || to.Header.Get("Location") != "/login?return=%2Fme%2Fsessions" {
			t.Errorf("who is not signed in is led to %d %s", to.Status, to.Header.Get("Location"))
		}
		b := o.in(a, ada)
		shows(t, b.Get(o.url+"/me"), http.StatusOK, "Your profile", "ada@acme.example", "viewer", "Reads content, and edits none.")
		if f := b.Page().FormWith("phone", "sms"); strings.Contains(string(b.Page().Body), " checked") || f.Value("phone") != "" {
			t.Errorf("the form begins with phone %q, and perhaps ticked: %s", f.Value("phone"), b.Page().Body)
		}
		shows(t, b.Submit(b.Page().FormWith("first"), map[string]string{"first": "Ada", "last": "Berg", "display": ""}), http.StatusOK, "Your name is saved.", "Ada Berg")
		shows(t, b.Submit(b.Page().FormWith("first"), map[string]string{"first": "", "last": "", "display": " "}), http.StatusUnprocessableEntity, "Enter a name")
		b.Get(o.url + "/me")

		shows(t, b.Submit(b.Page().FormWith("phone"), map[string]string{"phone": "call me"}), http.StatusUnprocessableEntity, "no such phone number")
		if f := b.Page().FormWith("phone"); f.Value("phone") != "call me" {
			t.Errorf("what was typed is lost: %q", f.Value("phone"))
		}
		shows(t, b.Submit(b.Page().FormWith("phone"), map[string]string{"phone": "", "sms": "on"}), http.StatusUnprocessableEntity, "Text messages need a phone number")
		shows(t, b.Submit(b.Page().FormWith("phone"), map[string]string{"phone": "030 901820", "sms": "on", "language": "de"}), http.StatusOK, "are saved", "you agreed to text messages to +49 30 901820 (on this page)", console.SMSConsentRecord)
		if r := g.recipients("member=" + ada)["ada@acme.example"]; r["sms"] != true || r["phone"] != "+4930901820" || r["language"] != "de" {
			t.Errorf("the recipient is %v", r)
		}
		shows(t, b.Submit(b.Page().FormWith("phone"), map[string]string{"sms": ""}), http.StatusOK, "text messages to +49 30 901820 ended")
		if r := g.recipients("member=" + ada)["ada@acme.example"]; r["sms"] != false || r["phone"] != nil {
			t.Errorf("the recipient is %v", r)
		}

		// Without the tick nothing is on, whatever else the form says.
		shows(t, b.Submit(b.Page().FormWith("phone"), map[string]string{"phone": "030 901821"}), http.StatusOK, "are saved")
		if r := g.recipients("member=" + ada)["ada@acme.example"]; r["sms"] != false {
			t.Errorf("the recipient is %v", r)
		}
		if m := g.must(http.StatusOK, "GET", "/tenants/acme/members/"+ada, nil); m.get("name") != "Ada Berg" || m.get("role") != "viewer" {
			t.Errorf("the member is %s", m.text)
		}
	})
}

// TestPromiseA37ScheduleIsKeptByItsForm fills in the grid of windows.
func TestPromiseA37ScheduleIsKeptByItsForm(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a, o := g.tenant("acme"), g.ownPages()
		ada := a.somebody("ada@acme.example", "viewer")
		b := o.in(a, ada)
		b.Get(o.url + "/me")
		shows(t, b.Submit(b.Page().FormWith("zone"), map[string]string{"zone": "Mars/Base", "monday-from-1": "09:00", "monday-to-1": "17:00"}), http.StatusUnprocessableEntity, "is no time zone")
		if f := b.Page().FormWith("zone"); f.Value("zone") != "Mars/Base" || f.Value("monday-from-1") != "09:00" {
			t.Error("what was typed is lost")
		}
		shows(t, b.Submit(b.Page().FormWith("zone"), map[string]string{"zone": "Europe/Berlin", "monday-from-1": "09:00", "monday-to-1": ""}), http.StatusUnprocessableEntity, "Monday: enter both times")
		shows(t, b.Submit(b.Page().FormWith("zone"), map[string]string{
			"zone": "Europe/Berlin", "monday-from-1": "09:00", "monday-to-1": "17:00", "sunday-from-1": "20:00", "sunday-to-1": "00:00", "quiet-from": "22:00", "quiet-to": "07:00",
		}), http.StatusOK, "Your times are saved.")
		if f := b.Page().FormWith("zone"); f.Value("monday-to-1") != "17:00" || f.Value("sunday-to-1") != "00:00" || f.Value("quiet-from") != "22:00" {
			t.Error("the form does not show what was saved")
		}
		c := g.must(http.StatusOK, "GET", "/tenants/acme/members/"+ada+"/contact", nil)
		if want := `"windows":[{"day":"monday","from":"09:00","to":"17:00"},{"day":"sunday","from":"20:00","to":"24:00"}],"quiet_hours":{"from":"22:00","to":"07:00"}`; !strings.Contains(c.text, want) {
			t.Errorf("the contact is %s, want %s", c.text, want)
		}
	})
}

// TestProfileNameIsLockedWhereADirectoryManages shows who manages the name, and refuses a change of it.
func TestProfileNameIsLockedWhereADirectoryManages(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a, o := g.tenant("acme"), g.ownPages()
		a.trust("acme.example")
		b := o.in(a, a.directory("Entra of Acme").create("ada@acme.example", "e1"))
		shows(t, b.Get(o.url+"/me"), http.StatusOK, "Your name is managed by Entra of Acme. Change it there.")
		if b.Page().HasForm("first") {
			t.Error("the page has a form for a name that a directory manages")
		}
		p := b.Fetch("POST", o.url+"/me", "application/x-www-form-urlencoded", []byte(url.Values{"section": {"name"}, "first": {"Eve"}}.Encode()))
		shows(t, p, http.StatusUnprocessableEntity, "managed by")
	})
}

// TestOwnSessionsEnd ends one other session, and all others, never somebody else's.
func TestOwnSessionsEnd(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a, o := g.tenant("acme"), g.ownPages()
		ada, bo := a.somebody("ada@acme.example", "viewer"), a.somebody("bo@acme.example", "viewer")
		one, two, three, theirs := o.in(a, ada), o.in(a, ada), o.in(a, ada), o.in(a, bo)
		in := func(b *chrome.Browser) bool {
			return b.Fetch("GET", o.url+"/me", "", nil).Status == http.StatusOK
		}
		shows(t, one.Get(o.url+"/me/sessions"), http.StatusOK, "this browser", "Sign out all others")
		sessions := one.Page().Forms()
		if len(sessions) != 3 { // two others, and all others
			t.Fatalf("the page has %d forms", len(sessions))
		}
		shows(t, one.Submit(sessions[0], nil), http.StatusOK, "One session has ended.")
		if in(two) == in(three) {
			t.Errorf("of two others %v and %v are in, want one", in(two), in(three))
		}
		foreign := g.must(http.StatusOK, "GET", "/tenants/acme/sessions?member="+bo, nil).items()[0]["id"].(string)
		p := one.Fetch("POST", o.url+"/me/sessions", "application/x-www-form-urlencoded", []byte("session="+foreign))
		if p.Header.Get("Location") != "/me/sessions?ended=0" || !in(theirs) {
			t.Errorf("somebody else's session: %d %s, in %v", p.Status, p.Header.Get("Location"), in(theirs))
		}
		forms := one.Get(o.url + "/me/sessions").Forms()
		shows(t, one.Submit(forms[len(forms)-1], nil), http.StatusOK, "One session has ended.")
		if !in(one) || in(two) || in(three) || !in(theirs) {
			t.Errorf("in: %v %v %v %v, want the first and the other person's", in(one), in(two), in(three), in(theirs))
		}
	})
}

// TestX5OwnPagesRefuseOtherSites posts to each page as another site's page makes a browser do.
func TestX5OwnPagesRefuseOtherSites(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a, o := g.tenant("acme"), g.ownPages()
		b := o.in(a, a.somebody("ada@acme.example", "viewer"))
		b.Header = http.Header{"Sec-Fetch-Site": {"cross-site"}, "Origin": {"https://evil.example"}}
		for _, path := range []string{"/me", "/me/sessions", "/me/security", "/me/email"} {
			if p := b.Fetch("POST", o.url+path, "application/x-www-form-urlencoded", []byte("section=name&first=Eve&session=others")); p.Status != http.StatusForbidden {
				t.Errorf("POST %s from elsewhere = %d", path, p.Status)
			}
		}
	})
}

// TestPromiseA20ProfileInChromium sees the box unticked in a real browser, ticks it, and finds it ticked.
func TestPromiseA20ProfileInChromium(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a, o := g.tenant("acme"), g.ownPages()
		ada := a.somebody("ada@acme.example", "viewer")
		ctx := chromium.New(t)
		o.tab(ctx, t, a.browser(ada))
		ticked := func(steps ...chromedp.Action[chromedp.Void]) bool {
			t.Helper()
			if err := chromedp.Do(ctx, steps...); err != nil {
				t.Fatal(err)
			}
			is, err := chromedp.Run(ctx, chromedp.Evaluate[bool](`document.getElementById("sms").checked`))
			if err != nil {
				t.Fatal(err)
			}
			return is
		}
		if ticked(chromedp.Navigate(o.url+"/me"), chromedp.WaitVisible("#sms")) {
			t.Error("the box is ticked before anybody agreed")
		}
		if !ticked(chromedp.SendKeys("#phone", "030 901820"), chromedp.Click("#sms"), chromedp.Submit("#phone"), chromedp.WaitVisible(".notice.good")) {
			t.Error("the box is not ticked after the person agreed")
		}
		if r := g.recipients("member=" + ada)["ada@acme.example"]; r["sms"] != true {
			t.Errorf("the recipient is %v", r)
		}
	})
}
