package jit_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
	"rollcall/jit"
	"rollcall/sso"
)

// invitedFor is an invite of an address that is open for a week.
func invitedFor(email roster.Email) *roster.Invite {
	return &roster.Invite{Email: email, Role: "editor", State: roster.InvitePending, ExpiresAt: t0.Add(7 * 24 * time.Hour)}
}

// TestDecideInvited_RULES goes through what an invite of the address changes.
func TestDecideInvited_RULES(t *testing.T) {
	t.Parallel()
	const ada, guest = "ada@off.example", "ada@else.example"
	with := func(f jit.Facts, i *roster.Invite) jit.Facts {
		f.Invite = i
		return f
	}
	foreign := func(f jit.Facts) jit.Facts {
		f.Elsewhere = true
		return f
	}
	revoked := invitedFor(ada)
	revoked.State = roster.InviteRevoked
	gone := jit.Facts{Tombstone: removed(member(ada))}
	goneLinked := linked(removed(member(ada)))
	goneLinked.Tombstone = goneLinked.Linked
	joins := want{Outcome: roster.SignInJoins}
	again, links, vouched := joins, want{Outcome: roster.SignInLinks, Member: adaID, Vouch: true}, want{Outcome: roster.SignInKnown, Member: adaID, Vouch: true}
	again.Relink = true
	waits := awaiting(managed("ada@else.example", true))
	tests := []struct {
		name   string
		id     sso.Identity
		facts  jit.Facts
		now    time.Time
		want   want
		accept bool
	}{
		{"A-26 auto-join off", as(ada), with(jit.Facts{}, invitedFor(ada)), t0, joins, true},
		{"A-28 nobody is invited", as(ada), jit.Facts{}, t0, refused(roster.CodeUserNotProvisioned), false},
		{"A-29 another address came back", as("bo@off.example"), jit.Facts{}, t0, refused(roster.CodeUserNotProvisioned), false},
		{"A-29 the invite is of another address", as(ada), with(jit.Facts{}, invitedFor("bo@off.example")), t0, refused(roster.CodeUserNotProvisioned), false},
		{"I7 the last moment", as(ada), with(jit.Facts{}, invitedFor(ada)), t0.Add(7*24*time.Hour - 1), joins, true},
		{"I7 expired", as(ada), with(jit.Facts{}, invitedFor(ada)), t0.Add(7 * 24 * time.Hour), refused(roster.CodeUserNotProvisioned), false},
		{"revoked", as(ada), with(jit.Facts{}, revoked), t0, refused(roster.CodeUserNotProvisioned), false},
		{"address not vouched for", unvouched(ada), with(jit.Facts{}, invitedFor(ada)), t0, refused(roster.CodeEmailNotVerified), false},
		{"guest of no domain of the tenant's", as(guest), with(jit.Facts{}, invitedFor(guest)), t0, joins, true},
		{"I12 guest of another tenant's domain", as(guest), with(foreign(jit.Facts{}), invitedFor(guest)), t0, joins, true},
		{"one tenant per address", as(ada), with(jit.Facts{Known: true}, invitedFor(ada)), t0, refused(roster.CodeEmailExists), false},
		{"R10 removed", as(ada), with(gone, invitedFor(ada)), t0, joins, true},
		{"R10 removed, whose key it is", as(ada), with(goneLinked, invitedFor(ada)), t0, again, true},
		{"removed, whose key it is, the invite has expired", as(ada), with(goneLinked, invitedFor(ada)), t0.Add(8 * 24 * time.Hour), refusedFor(adaID, roster.CodeRemoved), false},
		{"removed, whose key it is, address not vouched for", unvouched(ada), with(goneLinked, invitedFor(ada)), t0, refusedFor(adaID, roster.CodeRemoved), false},
		{"R3 turned off by the directory", as(ada), with(holder(managed(ada, false)), invitedFor(ada)), t0, refusedFor(adaID, roster.CodeDeactivatedByDirectory), false},
		{"awaiting proof", as(guest), with(holder(waits), invitedFor(guest)), t0, links, true},
		{"awaiting proof, another tenant's domain", as(guest), with(foreign(holder(waits)), invitedFor(guest)), t0, links, true},
		{"awaiting proof, linked", as(guest), with(linkedHolder(waits), invitedFor(guest)), t0, vouched, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			d := jit.Decide(world(), tt.id, tt.facts, tt.now)
			got := want{d.Outcome, d.Code, d.Member, d.Email, d.Vouch, d.Relink}
			if diff := cmp.Diff(tt.want, got); diff != "" || d.Accept != tt.accept {
				t.Errorf("Decide mismatch (-want +got):\n%saccepts %v\n%v", diff, d.Accept, d)
			}
		})
	}
	suspended := world(func(c *tenant.Config) { c.Tenant.Status = tenant.Suspended })
	if d := jit.Decide(suspended, as(ada), with(jit.Facts{}, invitedFor(ada)), t0); d.Code != roster.CodeTenantSuspended || d.Accept {
		t.Errorf("with the tenant suspended: %+v", d)
	}
}
