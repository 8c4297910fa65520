package team

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/gorilla/mux"

	"rollcall/console"
	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

const (
	historyPage = 50
	sessionPage = 20
)

// named reads the member that a path names.
func named(r *http.Request) (roster.MemberID, error) {
	id, err := roster.ParseMemberID(mux.Vars(r)["member"])
	if err != nil {
		return id, &roster.Error{Kind: roster.NotFound, Detail: "There is no such member.", Err: err}
	}
	return id, nil
}

func memberURL(id roster.MemberID) string { return Prefix + "/members/" + id.String() }

// member shows one member.
func (d *Door) member(w http.ResponseWriter, r *http.Request, v *visit) error {
	id, err := named(r)
	if err != nil {
		return err
	}
	page, err := d.memberPage(r, v, id)
	if err != nil {
		return err
	}
	page.Done = doneWords()[r.URL.Query().Get("done")]
	d.Pages.Show(w, http.StatusOK, page)
	return nil
}

func (d *Door) memberPage(r *http.Request, v *visit, id roster.MemberID) (console.MemberPage, error) {
	ctx, rd := r.Context(), d.Store.Reader(v.staff.Tenant)
	var page console.MemberPage
	why, err := d.Roster.Explain(ctx, v.staff, id)
	if err != nil {
		return page, err
	}
	cfg, err := rd.Config(ctx)
	if err != nil {
		return page, err
	}
	seen, err := rd.LastActive(ctx, id)
	if err != nil {
		return page, err
	}
	live, err := d.Roster.Sessions(ctx, v.staff.Tenant, roster.SessionQuery{Filter: roster.SessionFilter{Member: id}, Limit: sessionPage})
	if err != nil {
		return page, err
	}
	events, err := rd.MemberEvents(ctx, id, historyPage)
	if err != nil {
		return page, err
	}
	m := why.Member
	page = console.MemberPage{
		Shell: v.shell(hereMembers), Row: memberRow(roster.TeamMember{Member: m, LastActive: seen}, cfg, v.now), Why: readable(why.Lines),
		Roles: roleChoices(cfg.Tenant.Roles, m.Standing.Role), Managed: directoryOf(cfg, m.Directory),
		On: !turnedOff(m), Removed: m.Removed(), Self: m.ID == v.live.Member.ID, Facts: facts(m), History: history(events, d.Roster.ActorNames(ctx, v.staff), cfg, v.now),
	}
	page.RoleLocked, page.ActiveLocked = locks(m, cfg)
	if page.SignIn, err = d.signIn(r, v, m, cfg); err != nil {
		return page, err
	}
	for _, s := range live.Items {
		page.Sessions = append(page.Sessions, console.LiveRow{
			Started: ago(s.CreatedAt, v.now), Seen: ago(s.SeenAt, v.now), Device: s.Client.UserAgent, Method: string(s.Method),
		})
	}
	return page, nil
}

// signIn tells what the member signs in with, never more than that there is something.
func (d *Door) signIn(r *http.Request, v *visit, m roster.Member, cfg tenant.Config) (console.MemberSignIn, error) {
	rd := d.Store.Reader(v.staff.Tenant)
	var s console.MemberSignIn
	links, err := rd.Links(r.Context(), roster.LinkQuery{Member: m.ID})
	if err != nil {
		return s, err
	}
	for _, l := range links {
		if c, ok := cfg.Connection(l.Connection); ok {
			s.Ways = append(s.Ways, c.Name)
		}
	}
	has, err := rd.Factors(r.Context(), m.ID)
	if err != nil {
		return s, err
	}
	if has.Password {
		s.Ways = append(s.Ways, "password")
	}
	if n := len(has.Passkeys); n > 0 {
		s.Second = append(s.Second, passkeys(n))
	}
	if !has.TOTP.ConfirmedAt.IsZero() {
		s.Second = append(s.Second, "authenticator app")
	}
	sso := cfg.Tenant.Policy.SSO
	local := !m.Removed() && m.Standing.State == roster.StateActive && m.Proven && (!sso.Enforced || sso.Excepts(m.ID.UUID, v.now))
	s.MayMail, s.MayReset = local && d.MailReset != nil, !m.Removed() && has.Second() && m.ID != v.live.Member.ID
	return s, nil
}

func passkeys(n int) string {
	if n == 1 {
		return "1 passkey"
	}
	return strconv.Itoa(n) + " passkeys"
}

// turnedOff says whether somebody said that the member has no access.
func turnedOff(m roster.Member) bool { return m.Standing.State == roster.StateInactive }

// locks says why the role, and the access, are not for an admin to change here; empty: they are.
func locks(m roster.Member, cfg tenant.Config) (role, active string) {
	name := directoryOf(cfg, m.Directory)
	if w := roster.Judge(m, cfg).Rank.Winner; w != nil {
		switch w.Source {
		case roster.SourceDirectoryGroup, roster.SourceDirectoryRoles:
			role = "Managed by " + name + ". Change it there, or change the mapping of its groups."
		case roster.SourceOperator:
			role = "Given by the operator of the application, who can change it."
		}
	}
	switch m.Standing.State {
	case roster.StateInactive:
		switch m.Standing.Reason {
		case roster.CodeDeactivatedByDirectory:
			active = "Turned off in " + name + ". Turn it on there."
		case roster.CodeDeactivatedByOperator:
			active = "Turned off by the operator of the application, who can turn it on."
		}
	case roster.StateAwaitingProof:
		active = "Has no access until the domain of the address is proven."
	case roster.StateNeedsConfirmation:
		active = "Has no access until an admin decides whether the directory's record is this person."
	case roster.StateActive, roster.StateRemoved:
	}
	return role, active
}

func facts(m roster.Member) []console.Field {
	var out []console.Field
	for _, f := range []console.Field{
		{Name: "Member", Value: m.ID.String()},
		{Name: "Login", Value: m.Login},
		{Name: "External id", Value: m.ExternalID},
		{Name: "Addresses", Value: strings.Join(m.Addresses, ", ")},
		{Name: "Since", Value: exactly(m.CreatedAt)},
		{Name: "Last change", Value: exactly(m.ChangedAt)},
		{Name: "Removed", Value: exactly(m.RemovedAt)},
	} {
		if f.Value != "" {
			out = append(out, f)
		}
	}
	return out
}
