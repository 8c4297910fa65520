package acceptance

import (
	"context"
	"log/slog"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"rollcall/console"
	locals "rollcall/internal/account"
	letters "rollcall/internal/mail"
	"rollcall/internal/password"
	"rollcall/internal/reason"
	"rollcall/internal/roster"
	"rollcall/internal/session"
	"rollcall/internal/tenant"
	chrome "rollcall/internal/testenv/browser"
	"rollcall/internal/testenv/mailsink"
	"rollcall/internal/web"
	"rollcall/jit"
	"rollcall/storage"
	"rollcall/storage/shortlived"
)

// lodge is the sign-in door and that of people without an identity provider, over HTTP, with a mail server.
type lodge struct {
	*portal
	people *locals.Door
	post   letters.Post
	sink   *mailsink.Sink
	sender *letters.Sender
	away   bool // nothing that is short-lived can be asked
}

// lodgeState is what steps of sign-ins are kept in, and tries counted by.
type lodgeState struct{ l *lodge }

func (s lodgeState) gone() error {
	if s.l.away {
		return roster.Unavailable
	}
	return nil
}

func (s lodgeState) Put(ctx context.Context, id string, value []byte, ttl time.Duration) error {
	if err := s.gone(); err != nil {
		return err
	}
	return s.l.short.Put(ctx, shortlived.Key{Use: "step", Name: id}, value, ttl)
}

func (s lodgeState) Take(ctx context.Context, id string) ([]byte, error) {
	if err := s.gone(); err != nil {
		return nil, err
	}
	return s.l.short.Take(ctx, shortlived.Key{Use: "step", Name: id})
}

func (s lodgeState) Wait(ctx context.Context, use, name string) (time.Duration, error) {
	if err := s.gone(); err != nil {
		return 0, err
	}
	d, err := s.l.short.Allow(ctx, shortlived.Key{Use: use, Name: name}, shortlived.Rate(locals.Rates()[use]), 1)
	if err != nil || d.Allowed {
		return 0, err
	}
	return d.RetryAfter, nil
}

// onEachLodge runs a test on each database.
func onEachLodge(t *testing.T, f func(t *testing.T, l *lodge)) {
	t.Helper()
	onEach(t, func(t *testing.T, g *gateway) { f(t, g.lodge()) })
}

func (g *gateway) lodge() *lodge {
	g.t.Helper()
	l := &lodge{portal: g.portal(), sink: mailsink.New(g.t)}
	l.post = letters.Post{Key: g.connect.Key}
	db, ok := g.roster.Store.(*storage.DB)
	if !ok {
		g.t.Fatal("the store is none of ours")
	}
	from := do[letters.Sent](g.t)(letters.ParseFrom("Rollcall <no-reply@rollcall.example>"))
	server := do[letters.Server](g.t)(letters.ParseServer(l.sink.URL()))
	l.sender = &letters.Sender{
		Queue: db, Store: db, Post: l.post, Now: g.clock.Now, Log: slog.New(slog.DiscardHandler), Carrier: &letters.SMTP{Server: server, From: from, Now: g.clock.Now},
		Lease: time.Minute,
	}
	pages := do[*console.Pages](g.t)(console.New("Rollcall"))
	who := &session.Service{Roster: g.roster, Now: g.clock.Now, Log: slog.New(slog.DiscardHandler), Insecure: true}
	joiner := jit.Joiner{Roster: g.roster}
	desk := reason.Desk{Pages: pages, Public: l.url, Now: g.clock.Now, RequestID: web.RequestID}
	l.people = do[*locals.Door](g.t)(locals.New(locals.Config{
		Roster: g.roster, Locator: g.roster.Locator, Sessions: who, State: lodgeState{l}, Limits: lodgeState{l}, Post: l.post, Pages: pages,
		Refuse: desk.Refuse, DeviceKey: []byte("a key for marks"), FactorKey: g.connect.Key, Public: l.url, RequestID: web.RequestID, Log: slog.New(slog.DiscardHandler), Now: g.clock.Now,
		Sender: func(r *http.Request) string { return r.Header.Get("X-From") }, Later: func(f func()) { f() },
		JoinByMail: func(ctx context.Context, id tenant.ID, email string, n roster.Names, c roster.Client) (locals.Joined, error) {
			in, err := joiner.JoinByMail(ctx, id, email, n, c)
			return locals.Joined{Session: in.Session, Token: in.Token}, err
		},
	}))
	l.door.Local = l.people.Local
	web.Mount(l.routes, web.Door{Name: "account", Routes: l.people.Routes})
	return l
}

// place is the transport of a browser in some network.
type place string

func (n place) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("X-From", string(n))
	return http.DefaultTransport.RoundTrip(r)
}

// from is a new browser in a network.
func (l *lodge) from(name string) *chrome.Browser { return chrome.New(l.t, place(name)) }

// asks types an address on the sign-in page.
func (l *lodge) asks(b *chrome.Browser, email string) *chrome.Page {
	l.t.Helper()
	return b.Submit(b.Get(l.url+"/login").FormWith("email"), map[string]string{"email": email})
}

// knocks types an address and a password.
func (l *lodge) knocks(b *chrome.Browser, email, text string) *chrome.Page {
	l.t.Helper()
	page := b.SubmitWith(b.Get(l.url+"/login").FormWith("email"), map[string]string{"email": email}, "other")
	return b.Submit(page.FormWith("password"), map[string]string{"password": text})
}

// wantsCode asks for a mailed code.
func (l *lodge) wantsCode(b *chrome.Browser, email string) *chrome.Page {
	l.t.Helper()
	page := b.SubmitWith(b.Get(l.url+"/login").FormWith("email"), map[string]string{"email": email}, "other")
	for _, f := range page.Forms() {
		if strings.HasSuffix(f.Action.Path, "/login/code") {
			return b.Submit(f, nil)
		}
	}
	l.t.Fatalf("no code can be asked for: %s", page.Text())
	return nil
}

// mails sends what is queued and returns the mails to an address.
func (l *lodge) mails(address string) []mailsink.Mail {
	l.t.Helper()
	if err := l.sender.Drain(l.t.Context()); err != nil {
		l.t.Fatalf("send mails: %v", err)
	}
	var out []mailsink.Mail
	for _, m := range l.sink.Mails() {
		if strings.EqualFold(m.To, address) {
			out = append(out, m)
		}
	}
	return out
}

var eightDigits = regexp.MustCompile(`\b\d{8}\b`)

// code is the one of the latest mail to an address.
func (l *lodge) code(address string) string {
	l.t.Helper()
	all := l.mails(address)
	if len(all) == 0 {
		l.t.Fatalf("no mail came to %s", address)
	}
	code := eightDigits.FindString(all[len(all)-1].Text)
	if code == "" {
		l.t.Fatalf("no code in %s", all[len(all)-1].Text)
	}
	return code
}

// types takes the page that asks for a code.
func (l *lodge) types(b *chrome.Browser, page *chrome.Page, code string) *chrome.Page {
	l.t.Helper()
	f := page.FormWith("code")
	if f == nil {
		l.t.Fatalf("no code is asked for: %d %s", page.Status, page.Text())
	}
	return b.Submit(f, map[string]string{"code": code})
}

// settled makes a member with a password.
func (l *lodge) settled(a *account, email, role, text string) roster.Member {
	l.t.Helper()
	m := do[roster.Member](l.t)(l.roster.AddMember(l.t.Context(), a.staff, email, role, ""))
	l.gives(a, m, text)
	return m
}

func (l *lodge) gives(a *account, m roster.Member, text string) {
	l.t.Helper()
	hash := do[string](l.t)(password.Hash(text))
	if err := l.roster.SetPassword(l.t.Context(), a.staff, m.ID, hash, roster.SessionID{}, nil); err != nil {
		l.t.Fatalf("set a password: %v", err)
	}
}

// in says whether a browser is signed in, and must be.
func (l *lodge) isIn(b *chrome.Browser, want bool) {
	l.t.Helper()
	page := b.Get(l.url + "/")
	if got := page.Has("signed in to"); got != want {
		l.t.Errorf("signed in: %v, want %v; %s: %s", got, want, page.URL, page.Text())
	}
}
