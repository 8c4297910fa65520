package acceptance

import (
	"maps"
	"net/http"
	"net/url"
	"slices"

	"rollcall/internal/roster"
	"rollcall/internal/secret"
	"rollcall/internal/tenant"
)

// invitation is an invite as its inviter has it: with its link.
type invitation struct {
	a    *account
	id   string
	hash [32]byte
}

// invite invites somebody by the API, without a mail.
func (a *account) invite(email, role string, more ...object) *invitation {
	a.g.t.Helper()
	body := object{"email": email, "role": role, "no_mail": true}
	for _, m := range more {
		maps.Copy(body, m)
	}
	return a.linked(a.g.must(http.StatusCreated, "POST", "/tenants/acme/invites", body))
}

// linked reads the link that an answer shows.
func (a *account) linked(r reply) *invitation {
	a.g.t.Helper()
	link := do[*url.URL](a.g.t)(url.Parse(r.get("accept_url")))
	owner, hash, err := secret.ParseInvite(link.Query().Get("token"))
	if err != nil || owner != a.id.UUID || link.Path != "/invite/accept" {
		a.g.t.Fatalf("the link %q is none: %v", link, err)
	}
	return &invitation{a: a, id: r.get("id"), hash: hash}
}

// accept accepts it as the page does.
func (i *invitation) accept() (roster.Accepted, error) {
	_, hash := secret.NewBound(i.a.id.UUID, secret.Session)
	return i.a.g.roster.AcceptInvite(i.a.g.t.Context(), i.a.id, roster.Acceptance{
		Hash: i.hash, Names: roster.Names{First: "Ada", Last: "Berg"}, Password: "$argon2id$fake",
		Session: roster.SessionStart{Method: roster.MethodPassword, Hash: hash, Client: roster.Client{RequestID: "r1"}},
	})
}

// in accepts it, which must work.
func (i *invitation) in() roster.Accepted {
	i.a.g.t.Helper()
	got, err := i.accept()
	if err != nil {
		i.a.g.t.Fatalf("accept: %v", err)
	}
	if _, err := i.a.g.roster.Store.Reader(i.a.id).LiveSession(i.a.g.t.Context(), got.Session.Hash, i.a.g.clock.Now()); err != nil {
		i.a.g.t.Errorf("the session after accepting: %v", err)
	}
	return got
}

// refused accepts it, which must be refused with the code, and changes nothing.
func (i *invitation) refused(code roster.Code) {
	i.a.g.t.Helper()
	before := i.a.everything()
	state := i.state()
	_, err := i.accept()
	refusal(i.a.g.t, err, code)
	if after := i.a.everything(); after != before || i.state() != state {
		i.a.g.t.Errorf("an acceptance refused with %s changed %+v %s to %+v %s", code, before, state, after, i.state())
	}
}

// state is what the API says of it.
func (i *invitation) state() string {
	i.a.g.t.Helper()
	return i.a.g.must(http.StatusOK, "GET", "/tenants/acme/invites/"+i.id, nil).get("state")
}

func (i *invitation) stands(want string) {
	i.a.g.t.Helper()
	if got := i.state(); got != want {
		i.a.g.t.Errorf("the invite is %s, want %s", got, want)
	}
}

// anAdmin is a member who may manage the tenant, and speaks as one.
func (a *account) anAdmin(email string) (roster.Member, roster.Staff) {
	a.g.t.Helper()
	m := do[roster.Member](a.g.t)(a.g.roster.AddMember(a.g.t.Context(), a.staff, email, "admin", "An Admin"))
	return m, roster.Staff{Tenant: a.id, Actor: roster.Actor{Source: roster.SourceAdmin, ID: m.ID.String()}}
}

func draftFor(email, role string) (roster.InviteDraft, [32]byte) {
	_, hash := secret.NewInvite(tenant.UUID{1})
	return roster.InviteDraft{Email: email, Role: role, Hash: hash}, hash
}

// claims names the sources of a member's claims.
func claims(m roster.Member) []roster.Source {
	var out []roster.Source
	for _, c := range m.Claims {
		out = append(out, c.Source)
	}
	slices.Sort(out)
	return out
}

// byInvite makes an account with a proven domain.
func (g *gateway) byInvite() *account {
	g.t.Helper()
	a := g.tenant("acme")
	a.trust("acme.example")
	return a
}
