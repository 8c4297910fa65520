package acceptance

import (
	"errors"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"rollcall/internal/roster"
)

// TestAttackI4FiftyAcceptAtOnce: one token, one member, whoever else sends it in the same moment.
func TestAttackI4FiftyAcceptAtOnce(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.byInvite()
		i := a.invite("ada@acme.example", "editor")
		var wg sync.WaitGroup
		results := make([]error, 50)
		for n := range results {
			wg.Go(func() { _, results[n] = i.accept() })
		}
		wg.Wait()
		in := 0
		for _, err := range results {
			e, _ := errors.AsType[*roster.Error](err)
			switch {
			case err == nil:
				in++
			case e == nil || e.Code != roster.CodeInviteUsed:
				t.Errorf("one of fifty: %v", err)
			}
		}
		if in != 1 {
			t.Errorf("%d of fifty were let in", in)
		}
		a.members(1)
		if n := a.count("invite.accepted"); n != 1 {
			t.Errorf("%d events of acceptance", n)
		}
		i.refused(roster.CodeInviteUsed)
	})
}

// TestAttackI7ExpiryEdge: good until just before, and not at, the moment it ends.
func TestAttackI7ExpiryEdge(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.byInvite()
		i := a.invite("ada@acme.example", "editor")
		created := do[time.Time](t)(time.Parse(time.RFC3339Nano, g.must(http.StatusOK, "GET", "/tenants/acme/invites/"+i.id, nil).get("expires_at")))
		g.clock.advance(created.Sub(g.clock.Now()) - 20*time.Millisecond)
		late := a.invite("bo@acme.example", "editor", object{"expires_in_days": 1})
		i.in()
		ends := do[time.Time](t)(time.Parse(time.RFC3339Nano, g.must(http.StatusOK, "GET", "/tenants/acme/invites/"+late.id, nil).get("expires_at")))
		inv := roster.Invite{State: roster.InvitePending, ExpiresAt: ends}
		if !inv.Open(ends.Add(-1)) || inv.Open(ends) || inv.StateAt(ends) != roster.InviteExpired {
			t.Error("the edge is not strict")
		}
		g.clock.advance(ends.Sub(g.clock.Now()))
		late.refused(roster.CodeInviteExpired)
		late.stands("expired")
	})
}

// TestAttackI8ResendKillsTheOldLink: the invite stays, its old token is dead at once.
func TestAttackI8ResendKillsTheOldLink(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.byInvite()
		old := a.invite("ada@acme.example", "editor")
		g.clock.advance(8 * 24 * time.Hour)
		old.refused(roster.CodeInviteExpired)
		fresh := a.linked(g.must(http.StatusOK, "POST", "/tenants/acme/invites/"+old.id+"/resend?no_mail=true", nil))
		if fresh.id != old.id || fresh.hash == old.hash {
			t.Error("resending makes another token for the same invite")
		}
		old.refused(roster.CodeInviteReplaced)
		fresh.in()
		old.refused(roster.CodeInviteUsed)
	})
}

// TestAttackI9RevokedOrInviterGone: what an admin sent dies with the right to send it.
func TestAttackI9RevokedOrInviterGone(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.byInvite()
		i := a.invite("ada@acme.example", "editor")
		g.must(http.StatusOK, "POST", "/tenants/acme/invites/"+i.id+"/revoke", nil)
		i.refused(roster.CodeInviteRevoked)
		a.anAdmin("root@acme.example")
		who, staff := a.anAdmin("boss@acme.example")
		d, hash := draftFor("bo@acme.example", "admin")
		made := do[roster.Invite](t)(g.roster.CreateInvite(t.Context(), staff, d))
		theirs := &invitation{a: a, id: made.ID.String(), hash: hash}
		do[roster.Member](t)(g.roster.SetRole(t.Context(), a.staff, who.ID, "viewer"))
		theirs.refused(roster.CodeInviterGone)
		idp := a.idp() // and not by a sign-in either
		idp.refused(idp.vouches("k1", "bo@acme.example"), roster.CodeUserNotProvisioned)
		_, err := g.roster.CreateInvite(t.Context(), staff, d)
		refusal(t, err, roster.CodeInviterGone)
		do[roster.Member](t)(g.roster.SetRole(t.Context(), a.staff, who.ID, "admin"))
		if err := g.roster.RemoveMember(t.Context(), a.staff, who.ID); err != nil {
			t.Fatal(err)
		}
		theirs.refused(roster.CodeInviterGone)
	})
}

// TestAttackI10RoleIsTheInvites: nothing that the invited person submits names a role, and one that is gone is not given.
func TestAttackI10RoleIsTheInvites(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.byInvite()
		if r := g.call("POST", "/tenants/acme/invites", object{"email": "x@acme.example", "role": "owner", "no_mail": true}); r.status != http.StatusConflict && r.status != http.StatusUnprocessableEntity {
			t.Errorf("a role that there is not: %d %s", r.status, r.text)
		}
		i := a.invite("ada@acme.example", "editor")
		g.must(http.StatusOK, "PATCH", "/tenants/acme", object{"unavailable_roles": []string{"editor"}})
		if m := i.in().Member; m.Standing.Role != "viewer" {
			t.Errorf("a role that the plan lacks by now was given: %s", m.Standing.Role)
		}
	})
}

// TestAttackI12GuestsOfAnotherTenantsDomain: the owner is told, or has it blocked, and hears no name.
func TestAttackI12GuestsOfAnotherTenantsDomain(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a, owner := g.byInvite(), g.tenant("beta")
		owner.trust("beta.example")
		a.invite("bo@beta.example", "viewer")
		if n := owner.count("domain.invited_elsewhere"); n != 1 {
			t.Errorf("the owner was told %d times", n)
		}
		g.must(http.StatusOK, "PATCH", "/tenants/beta", object{"guests": "block"})
		r := g.call("POST", "/tenants/acme/invites", object{"email": "cy@deep.beta.example", "no_mail": true})
		if r.get("code") != "guests_blocked" {
			t.Errorf("inviting a guest of who blocks that: %d %s", r.status, r.text)
		}
		g.must(http.StatusOK, "PATCH", "/tenants/beta", object{"guests": "allow"})
		a.invite("cy@beta.example", "viewer")
		if n := owner.count("domain.invited_elsewhere"); n != 1 {
			t.Errorf("the owner was told %d times after it said that it need not be", n)
		}
	})
}

// TestAttackI6NoOracle: an address that is somebody elsewhere is invited like one that nobody knows.
func TestAttackI6NoOracle(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a, other := g.byInvite(), g.tenant("beta")
		there := do[roster.Member](t)(g.roster.AddMember(t.Context(), other.staff, "bo@free.example", "editor", "Bo Elsewhere"))
		known, unknown := a.invite("bo@free.example", "viewer"), a.invite("nobody@free.example", "viewer")
		for _, i := range []*invitation{known, unknown} {
			i.stands("pending")
		}
		m := known.in().Member
		if m.ID == there.ID || m.Standing.Role != "viewer" {
			t.Errorf("the second membership is %v as %s", m.ID, m.Standing.Role)
		}
		if e := other.explain(uuidOf(there)); e.Role != "editor" || e.Member.Version != there.Version {
			t.Error("accepting here changed the member there")
		}
	})
}

// TestAttackI13Quotas: nobody is mailed without end.
func TestAttackI13Quotas(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.byInvite()
		for n := range roster.InvitesPerAddress {
			i := a.invite("ada@acme.example", "viewer")
			g.must(http.StatusOK, "POST", "/tenants/acme/invites/"+i.id+"/revoke", nil)
			if n == roster.InvitesPerAddress-1 {
				if r := g.call("POST", "/tenants/acme/invites", object{"email": "ada@acme.example", "no_mail": true}); r.status != http.StatusTooManyRequests || r.get("code") != "invite_limit" {
					t.Errorf("the invite after %d: %d %s", n+1, r.status, r.text)
				}
			}
		}
		g.clock.advance(25 * time.Hour)
		i := a.invite("ada@acme.example", "viewer")
		resend := func(want int) {
			t.Helper()
			r := g.call("POST", "/tenants/acme/invites/"+i.id+"/resend?no_mail=true", nil)
			if r.status != want || want != http.StatusOK && r.get("code") != "invite_limit" {
				t.Errorf("resent: %d %s, want %d", r.status, r.text, want)
			}
		}
		for range roster.InvitesPerAddress - 1 { // what is resent counts, too
			resend(http.StatusOK)
		}
		resend(http.StatusTooManyRequests)
		for range roster.InviteSends - roster.InvitesPerAddress {
			g.clock.advance(25 * time.Hour)
			resend(http.StatusOK)
		}
		g.clock.advance(25 * time.Hour)
		resend(http.StatusTooManyRequests) // ever
		lines := make([]object, 1000)
		total := 0
		for part := range 7 {
			for n := range lines {
				lines[n] = object{"email": fmt.Sprintf("p%d-%d@acme.example", part, n)}
			}
			r := g.must(http.StatusOK, "POST", "/tenants/acme/invites/bulk", object{"invites": lines, "no_mail": true})
			n, _ := r.body["invited"].(float64)
			total += int(n)
		}
		if total != roster.InvitesPerActor {
			t.Errorf("%d of 7000 were invited in a day", total)
		}
	})
}

// TestInvitesInBulk: each line has its own fate, the check says the same before, and nothing is written by it.
func TestInvitesInBulk(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.byInvite()
		a.invite("in@acme.example", "viewer").in()
		a.invite("open@acme.example", "viewer")
		body := object{"no_mail": true, "invites": []object{
			{"email": "new@acme.example", "role": "editor"},
			{"email": "nobody"},
			{"email": "NEW@acme.example"},
			{"email": "in@acme.example"},
			{"email": "open@acme.example"},
			{"email": "role@acme.example", "role": "owner"},
			{"email": "fine@elsewhere.example"},
		}}
		want := []string{"will_be_invited", "invalid", "twice", "already_member", "already_invited", "invalid", "will_be_invited"}
		verdicts := func(path string) []string {
			r := g.must(http.StatusOK, "POST", "/tenants/acme/invites/"+path, body)
			lines, _ := r.body["lines"].([]any)
			var out []string
			for _, l := range lines {
				o, _ := l.(object)
				v, _ := o["verdict"].(string)
				out = append(out, v)
			}
			return out
		}
		for _, path := range []string{"check", "check", "bulk"} {
			if got := verdicts(path); fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("%s: %v, want %v", path, got, want)
			}
		}
		if n := a.count("invite.created"); n != 4 {
			t.Errorf("%d invites were made", n)
		}
	})
}
