package team

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"github.com/gorilla/mux"

	"rollcall/console"
	"rollcall/internal/roster"
	"rollcall/internal/tenant"
	"rollcall/internal/web"
)

// Sessions tells who a browser is.
type Sessions interface {
	Resume(w http.ResponseWriter, r *http.Request) (roster.LiveSession, error)
}

// Made is what became of one line of an invite.
type Made struct {
	roster.InviteResult
	Link string // empty: none was made. It is kept nowhere
}

// Inviter makes invites with their links and mails. Errors are those of the roster's methods of these names.
type Inviter interface {
	CreateMany(ctx context.Context, by roster.Staff, lines []roster.InviteDraft) ([]Made, error)
	Resend(ctx context.Context, by roster.Staff, id roster.InviteID) (roster.Invite, string, error)
	// Languages are those that mails are written in, as language tags.
	Languages() []string
	// Mails says whether mails leave at all; else links are handed on by hand.
	Mails() bool
}

// Config is what a Door needs. Fields that are not said to be optional are required.
type Config struct {
	Roster   *roster.Roster
	Store    roster.Store
	Sessions Sessions
	Invites  Inviter
	Pages    *console.Pages
	// MailReset mails a member a link to set a password. Optional: without it none is offered.
	MailReset func(context.Context, tenant.ID, roster.MemberID) (roster.Member, error)
	// FactorsReset writes the mail that tells a person that their second factors were reset. Optional.
	FactorsReset func() roster.NoticeFunc
	RequestID    func(context.Context) string // optional
	Log          *slog.Logger
	Now          func() time.Time
}

// Door serves the pages for admins. It is safe for concurrent use.
type Door struct{ Config }

// New makes a door. The error says what the configuration lacks.
func New(c Config) (*Door, error) {
	if c.Roster == nil || c.Store == nil || c.Sessions == nil || c.Invites == nil || c.Pages == nil || c.Log == nil || c.Now == nil {
		return nil, errors.New("team: all of the configuration but MailReset, FactorsReset and RequestID is required")
	}
	if c.RequestID == nil {
		c.RequestID = func(context.Context) string { return "" }
	}
	if c.FactorsReset == nil {
		c.FactorsReset = func() roster.NoticeFunc { return nil }
	}
	return &Door{c}, nil
}

// Prefix is the path under which the pages are.
const Prefix = "/console"

// visit is a request of somebody who is signed in.
type visit struct {
	live  roster.LiveSession
	staff roster.Staff
	now   time.Time
}

// tenant is that of the session.
func (v *visit) tenant() tenant.Tenant { return v.live.Tenant }

// shell is what stands around the visitor's pages.
func (v *visit) shell(here string) console.Shell {
	m := v.live.Member
	return console.Shell{Tenant: v.live.Tenant.Name, Person: nameOf(m), Role: m.Standing.Role, Admin: true, Here: here}
}

type pageFunc func(w http.ResponseWriter, r *http.Request, v *visit) error

// Routes mounts the door on r. All of it but the way in is for admins.
func (d *Door) Routes(r *mux.Router) {
	own := http.NewCrossOriginProtection()
	own.SetDenyHandler(http.HandlerFunc(d.foreign))
	mount := func(method, path string, f pageFunc) {
		methods := []string{method}
		if method == http.MethodGet {
			methods = append(methods, http.MethodHead)
		}
		r.Path(Prefix + path).Methods(methods...).Handler(own.Handler(d.admin(f)))
	}
	r.Path(Prefix).Methods(http.MethodGet, http.MethodHead).Handler(d.signedIn(d.home))
	r.Path(Prefix+"/").Methods(http.MethodGet, http.MethodHead).Handler(d.signedIn(d.home))
	for _, t := range [][]route{d.memberRoutes(), d.workRoutes()} {
		for _, p := range t {
			mount(p.method, p.path, p.serve)
		}
	}
}

// route is one row of a table of pages.
type route struct {
	method, path string
	serve        pageFunc
}

func (d *Door) memberRoutes() []route {
	return []route{
		{http.MethodGet, "/members", d.members},
		{http.MethodGet, "/members.csv", d.membersCSV},
		{http.MethodPost, "/members/selected", d.selected},
		{http.MethodGet, "/members/{member}", d.member},
		{http.MethodPost, "/members/{member}/active", d.setActive},
		{http.MethodPost, "/members/{member}/role", d.setRole},
		{http.MethodPost, "/members/{member}/sessions", d.endSessions},
		{http.MethodPost, "/members/{member}/password-link", d.mailReset},
		{http.MethodPost, "/members/{member}/factors", d.resetFactors},
		{http.MethodPost, "/members/{member}/remove", d.remove},
	}
}

// signedIn finds out who the browser is. Who is not signed in goes to do that, and comes back to what they read.
func (d *Door) signedIn(f pageFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		live, err := d.Sessions.Resume(w, r)
		if errors.Is(err, roster.Unauthorized) && r.Method != http.MethodPost {
			see(w, "/login?"+url.Values{"return": {r.URL.RequestURI()}}.Encode())
			return
		}
		if err == nil {
			web.From(r.Context()).Tenant = live.Tenant.ID
			err = f(w, r, &visit{
				live: live, now: d.Now(),
				staff: roster.Staff{
					Tenant: live.Tenant.ID, Actor: roster.Actor{Source: roster.SourceAdmin, ID: live.Member.ID.String()},
					RequestID: d.RequestID(r.Context()),
				},
			})
		}
		if err != nil {
			d.refuse(w, r, err)
		}
	})
}

// admin lets admins in, and nobody else.
func (d *Door) admin(f pageFunc) http.Handler {
	return d.signedIn(func(w http.ResponseWriter, r *http.Request, v *visit) error {
		if !roster.IsAdmin(v.live.Tenant, v.live.Member) {
			return &roster.Error{Kind: roster.Forbidden, Detail: "This page is for the admins of " + v.live.Tenant.Name + "."}
		}
		return f(w, r, v)
	})
}

// home leads admins to the team, and everybody else to what is theirs.
func (d *Door) home(w http.ResponseWriter, _ *http.Request, v *visit) error {
	to := "/me"
	if roster.IsAdmin(v.live.Tenant, v.live.Member) {
		to = Prefix + "/members"
	}
	see(w, to)
	return nil
}

// see leads the browser to another page, without a page of its own.
func see(w http.ResponseWriter, path string) {
	w.Header().Set("Location", path)
	w.WriteHeader(http.StatusSeeOther)
}

// to answers a change that was done: the browser reads a page anew, with a word about it.
func to(w http.ResponseWriter, path, done string) error {
	see(w, path+"?"+url.Values{"done": {done}}.Encode())
	return nil
}
