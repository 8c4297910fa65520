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

var (
	t0       = time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	on       = new(true)
	off      = new(false)
	conID    = tenant.ConnectionID{UUID: tenant.UUID{1}}
	otherCon = tenant.ConnectionID{UUID: tenant.UUID{2}}
	dirID    = tenant.DirectoryID{UUID: tenant.UUID{3}}
	adaID    = roster.MemberID{UUID: tenant.UUID{4}}
	eveID    = roster.MemberID{UUID: tenant.UUID{5}}
	handID   = roster.GroupID{UUID: tenant.UUID{6}}
	pushedID = roster.GroupID{UUID: tenant.UUID{7}}
)

// world is a tenant that owns acme.example, joins its people, and has an active connection.
func world(change ...func(*tenant.Config)) tenant.Config {
	c := tenant.Config{
		Tenant: tenant.Tenant{Status: tenant.Active, Roles: tenant.ContentRoles()},
		Domains: []tenant.Domain{
			{Name: "acme.example", Status: tenant.DomainProven, AutoJoin: tenant.AutoJoinOn, DefaultRole: "contributor"},
			{Name: "pending.example", Status: tenant.DomainPending, AutoJoin: tenant.AutoJoinOn},
			{Name: "withdrawn.example", Status: tenant.DomainWithdrawn, AutoJoin: tenant.AutoJoinOn},
			{Name: "lost.example", Status: tenant.DomainUnproven, AutoJoin: tenant.AutoJoinOn, LostAt: t0},
			{Name: "gone.example", Status: tenant.DomainRemoved, AutoJoin: tenant.AutoJoinOn, LostAt: t0},
			{Name: "stale.example", Status: tenant.DomainStale, AutoJoin: tenant.AutoJoinOn},
			{Name: "off.example", Status: tenant.DomainTrusted, AutoJoin: tenant.AutoJoinOff},
			{Name: "ask.example", Status: tenant.DomainTrusted, AutoJoin: tenant.AutoJoinApprove},
		},
		Connections: []tenant.Connection{
			{ID: conID, Status: tenant.ConnectionActive}, {ID: otherCon, Status: tenant.ConnectionActive},
		},
	}
	for _, f := range change {
		f(&c)
	}
	return c
}

func connectionIs(s tenant.ConnectionStatus) func(*tenant.Config) {
	return func(c *tenant.Config) { c.Connections[0].Status = s }
}

// as is a verified identity with an address.
func as(email string) sso.Identity {
	return sso.Identity{Connection: tenant.Connection{ID: conID}, Subject: "S1", Email: email, EmailVouched: true}
}

func unvouched(email string) sso.Identity {
	id := as(email)
	id.EmailVouched = false
	return id
}

// member is one whom an admin made, with more claims.
func member(email roster.Email, claims ...roster.Claim) *roster.Member {
	m := &roster.Member{ID: adaID, Email: email, Proven: true, Version: 1}
	m.Claims = append([]roster.Claim{{Source: roster.SourceAdmin, Here: true, At: t0}}, claims...)
	return m
}

// managed is one whom a directory made.
func managed(email roster.Email, active bool, claims ...roster.Claim) *roster.Member {
	m := &roster.Member{ID: adaID, Email: email, Proven: true, Version: 1, Directory: dirID, DirectoryActive: active}
	m.Claims = append([]roster.Claim{{Source: roster.SourceDirectory, By: dirID.String(), Here: true, Active: &active, At: t0}}, claims...)
	return m
}

func awaiting(m *roster.Member) *roster.Member {
	m.Proven = false
	return m
}

func removed(m *roster.Member) *roster.Member {
	m.RemovedAt = t0
	return m
}

func waiting(m *roster.Member, c roster.Code) *roster.Member {
	m.Conflict = c
	return m
}

func another(m *roster.Member) *roster.Member {
	m.ID = eveID
	return m
}

// linked are the facts of a subject that is the member's.
func linked(m *roster.Member) jit.Facts {
	return jit.Facts{Link: &roster.Link{Connection: conID, Subject: "S1", Member: m.ID}, Linked: m}
}

// linkedHolder is linked for who has the address that came, too.
func linkedHolder(m *roster.Member) jit.Facts {
	f := linked(m)
	f.Holder = m
	return f
}

func holder(m *roster.Member, others ...roster.Link) jit.Facts {
	return jit.Facts{Holder: m, Others: others}
}

type want struct {
	Outcome roster.SignInOutcome
	Code    roster.Code
	Member  roster.MemberID
	Email   roster.Email
	Vouch   bool
	Relink  bool
}

func refused(c roster.Code) want { return want{Outcome: roster.SignInRefuse, Code: c} }
func refusedFor(m roster.MemberID, c roster.Code) want {
	return want{Outcome: roster.SignInRefuse, Code: c, Member: m}
}

// TestDecide_RULES goes through the JIT section of the rules and the conflicts that involve sign-in.
func TestDecide_RULES(t *testing.T) {
	t.Parallel()
	const ada = "ada@acme.example"
	joins, knows, links := want{Outcome: roster.SignInJoins}, want{Outcome: roster.SignInKnown, Member: adaID}, want{Outcome: roster.SignInLinks, Member: adaID}
	asks := want{Outcome: roster.SignInAsks, Code: roster.CodeApprovalPending}
	adminOff := roster.Claim{Source: roster.SourceAdmin, By: "mem_1", Here: true, Active: off, At: t0}
	operatorOff := roster.Claim{Source: roster.SourceOperator, Active: off, At: t0}
	signIn := roster.Claim{Source: roster.SourceSignIn, Here: true, At: t0}
	otherLink := roster.Link{Connection: otherCon, Subject: "T", Member: adaID}
	formerKey := roster.Link{Connection: conID, Subject: "S0", Member: adaID}
	longSubject := as(ada)
	longSubject.Subject = string(make([]byte, 300))
	noSubject, ctrlSubject := as(ada), as(ada)
	noSubject.Subject, ctrlSubject.Subject = "", "S\n1"
	vouched, moves, relinks := knows, knows, links
	vouched.Vouch, moves.Email, relinks.Relink = true, "new@acme.example", true
	vouchedLink := links
	vouchedLink.Vouch = true
	alias := func(until time.Time) jit.Facts {
		m := member("ada2@acme.example")
		m.Aliases = []roster.Alias{{Email: ada, Until: until}}
		return jit.Facts{Alias: m}
	}
	foreign := func(f jit.Facts) jit.Facts {
		f.Elsewhere = true
		return f
	}
	request := func(s roster.JoinRequestState, at time.Time) jit.Facts {
		return jit.Facts{Request: &roster.JoinRequest{State: s, DecidedAt: at}}
	}
	several := holder(awaiting(managed("ada@pending.example", true)))
	several.More = true
	tombstoneLink := linked(removed(managed(ada, true)))
	tombstoneAnew := linked(another(removed(managed(ada, true))))
	tombstoneAnew.Holder = member(ada)
	stolen := linked(member("old@acme.example"))
	stolen.Holder = another(member("new@acme.example"))
	wasAlias := linked(member("old@acme.example"))
	wasAlias.Alias = another(member("x@acme.example"))
	wasGone := linked(member("old@acme.example"))
	wasGone.Tombstone = another(removed(member("new@acme.example")))
	elsewhere := linked(member("old@acme.example"))
	elsewhere.Known = true
	known := jit.Facts{Known: true}
	day := 24 * time.Hour
	tests := []struct {
		name  string
		cfg   tenant.Config
		id    sso.Identity
		facts jit.Facts
		now   time.Time
		want  want
	}{
		// Auto-join needs all of …
		{"auto-join on, B-05, B-08", world(), as(ada), jit.Facts{}, t0, joins},
		{"folded address", world(), as("Ada@ACME.example"), jit.Facts{}, t0, joins},
		{"S40 connection disabled", world(connectionIs(tenant.ConnectionDisabled)), as(ada), jit.Facts{}, t0, refused(roster.CodeConnectionDisabled)},
		{"S40 connection disabled, linked", world(connectionIs(tenant.ConnectionDisabled)), as(ada), linked(member(ada)), t0, refused(roster.CodeConnectionDisabled)},
		{"S40 connection removed", world(connectionIs(tenant.ConnectionRemoved)), as(ada), linked(member(ada)), t0, refused(roster.CodeConnectionDisabled)},
		{"connection being set up", world(connectionIs(tenant.ConnectionDraft)), as(ada), jit.Facts{}, t0, refused(roster.CodeConnectionDisabled)},
		{"no subject", world(), noSubject, jit.Facts{}, t0, refused(roster.CodeSubjectInvalid)},
		{"endless subject", world(), longSubject, jit.Facts{}, t0, refused(roster.CodeSubjectInvalid)},
		{"control character in the subject", world(), ctrlSubject, jit.Facts{}, t0, refused(roster.CodeSubjectInvalid)},
		{"S38 no address, or several", world(), as(""), jit.Facts{}, t0, refused(roster.CodeEmailMissing)},
		{"J2 address of no grammar", world(), as("ada@acme.example@evil.example"), jit.Facts{}, t0, refused(roster.CodeEmailInvalid)},
		{"O2 not vouched for", world(), unvouched(ada), jit.Facts{}, t0, refused(roster.CodeEmailNotVerified)},
		{"O2 not vouched for, member there", world(), unvouched(ada), holder(member(ada)), t0, refused(roster.CodeEmailNotVerified)},
		{"S24 O1 O3 B-07 foreign domain", world(), as("ceo@victim.example"), jit.Facts{}, t0, refused(roster.CodeDomainNotOwned)},
		{"S24 domain of another tenant", world(), as("ceo@victim.example"), foreign(jit.Facts{}), t0, refused(roster.CodeDomainNotOwned)},
		{"S24 foreign domain, member there by an admin's word", world(), as("ceo@victim.example"), holder(member("ceo@victim.example")), t0, refused(roster.CodeDomainNotOwned)},
		{"B-06 domain behind the own one", world(), as("ada@acme.example.evil.io"), jit.Facts{}, t0, refused(roster.CodeDomainNotOwned)},
		{"B-06 domain that ends alike", world(), as("ada@notacme.example"), jit.Facts{}, t0, refused(roster.CodeDomainNotOwned)},
		{"B-06 sub-domain not listed", world(), as("ada@eu.acme.example"), jit.Facts{}, t0, refused(roster.CodeDomainNotOwned)},
		{"public mail", world(), as("ada@gmail.com"), jit.Facts{}, t0, refused(roster.CodeDomainNotOwned)},
		{"domain pending", world(), as("ada@pending.example"), jit.Facts{}, t0, refused(roster.CodeDomainNotProven)},
		{"domain given up before it was proven", world(), as("ada@withdrawn.example"), jit.Facts{}, t0, refused(roster.CodeDomainNotOwned)},
		{"domain lost, new sign-in", world(), as("ada@lost.example"), jit.Facts{}, t0, refused(roster.CodeDomainNotProven)},
		{"domain lost, member not linked", world(), as("ada@lost.example"), holder(member("ada@lost.example")), t0, refused(roster.CodeDomainNotProven)},
		{"domain removed", world(), as("ada@gone.example"), jit.Facts{}, t0, refused(roster.CodeDomainNotProven)},
		{"domain stale: auto-join stops", world(), as("ada@stale.example"), jit.Facts{}, t0, refused(roster.CodeUserNotProvisioned)},
		{"domain stale: a member is linked", world(), as("ada@stale.example"), holder(member("ada@stale.example")), t0, links},
		{"tenant suspended", world(func(c *tenant.Config) { c.Tenant.Status = tenant.Suspended }), as(ada), jit.Facts{}, t0, refused(roster.CodeTenantSuspended)},
		{"tenant suspended, linked", world(func(c *tenant.Config) { c.Tenant.Status = tenant.Suspended }), as(ada), linked(member(ada)), t0, refused(roster.CodeTenantSuspended)},

		// Modes per domain.
		{"A-28 J14 auto-join off", world(), as("ada@off.example"), jit.Facts{}, t0, refused(roster.CodeUserNotProvisioned)},
		{"auto-join off, member there", world(), as("ada@off.example"), holder(member("ada@off.example")), t0, links},
		{"approve", world(), as("ada@ask.example"), jit.Facts{}, t0, asks},
		{"approve, pending", world(), as("ada@ask.example"), request(roster.JoinPending, time.Time{}), t0, asks},
		{"approve, declined", world(), as("ada@ask.example"), request(roster.JoinDeclined, t0), t0.Add(13 * day), refused(roster.CodeJoinDeclined)},
		{"declined, auto-join on since", world(), as(ada), request(roster.JoinDeclined, t0), t0.Add(13 * day), refused(roster.CodeJoinDeclined)},
		{"approve, declined long ago", world(), as("ada@ask.example"), request(roster.JoinDeclined, t0), t0.Add(14 * day), asks},
		{"pending, auto-join on since", world(), as(ada), request(roster.JoinPending, time.Time{}), t0, joins},
		{"one tenant per address", world(), as(ada), known, t0, refused(roster.CodeEmailExists)},

		// Keyed by (connection, subject).
		{"A-26 linked", world(), as(ada), linkedHolder(member(ada)), t0, knows},
		{"linked, no address came", world(), as(""), linked(member(ada)), t0, knows},
		{"linked, address not vouched for", world(), unvouched("new@acme.example"), linked(member(ada)), t0, knows},
		{"linked, foreign address came", world(), as("ada@evil.example"), linked(member(ada)), t0, knows},
		{"linked, address changed", world(), as("new@acme.example"), linked(member("old@acme.example")), t0, moves},
		{"linked, new address is somebody's", world(), as("new@acme.example"), stolen, t0, knows},
		{"linked, new address was somebody's", world(), as("new@acme.example"), wasAlias, t0, knows},
		{"linked, new address is a tombstone's", world(), as("new@acme.example"), wasGone, t0, knows},
		{"linked, new address is used in another tenant", world(), as("new@acme.example"), elsewhere, t0, knows},
		{"R5 linked and managed, address changed", world(), as("new@acme.example"), linked(managed("old@acme.example", true)), t0, knows},
		{"linked, domain lost, within 7 days", world(), as("ada@lost.example"), linkedHolder(member("ada@lost.example")), t0.Add(7*day - 1), knows},
		{"linked, domain lost, after 7 days", world(), as("ada@lost.example"), linkedHolder(member("ada@lost.example")), t0.Add(7 * day), refusedFor(adaID, roster.CodeDomainNotProven)},
		{"linked, domain lost, another address came", world(), as(ada), linked(member("ada@lost.example")), t0.Add(7 * day), refusedFor(adaID, roster.CodeDomainNotProven)},
		{"S37 O21 known address, other key", world(), as(ada), holder(member(ada), formerKey), t0, refusedFor(adaID, roster.CodeSubjectChanged)},
		{"known address, linked at another connection", world(), as(ada), holder(member(ada), otherLink), t0, refusedFor(adaID, roster.CodeSubjectChanged)},
		{"address was another member's until lately", world(), as(ada), alias(t0.Add(time.Hour)), t0, refusedFor(adaID, roster.CodeAddressMoved)},
		{"address was another member's long ago", world(), as(ada), alias(t0), t0, joins},

		// The "no"s of higher sources.
		{"J13 turned off by the directory", world(), as(ada), linkedHolder(managed(ada, false)), t0, refusedFor(adaID, roster.CodeDeactivatedByDirectory)},
		{"J13 turned off by the directory, not linked", world(), as(ada), holder(managed(ada, false)), t0, refusedFor(adaID, roster.CodeDeactivatedByDirectory)},
		{"turned off by an admin", world(), as(ada), linkedHolder(managed(ada, true, adminOff)), t0, refusedFor(adaID, roster.CodeDeactivatedByAdmin)},
		{"turned off by the operator", world(), as(ada), holder(member(ada, operatorOff)), t0, refusedFor(adaID, roster.CodeDeactivatedByOperator)},
		{"removed", world(), as(ada), jit.Facts{Tombstone: removed(member(ada))}, t0, refusedFor(adaID, roster.CodeRemoved)},
		{"removed by its directory", world(), as(ada), jit.Facts{Tombstone: removed(managed(ada, true))}, t0, refusedFor(adaID, roster.CodeRemoved)},
		{"removed, linked", world(), as("new@acme.example"), tombstoneLink, t0, refusedFor(adaID, roster.CodeRemoved)},
		{"removed, linked, no address", world(), as(""), tombstoneLink, t0, refusedFor(adaID, roster.CodeRemoved)},
		{"re-hire: made anew by an admin, the key is a tombstone's", world(), as(ada), tombstoneAnew, t0, relinks},
		{"waits for confirmation, others' words stand", world(), as(ada), linkedHolder(waiting(managed(ada, true, signIn), roster.CodeNeedsConfirmation)), t0, knows},
		{"waits for confirmation", world(), as(ada), holder(waiting(managed(ada, true), roster.CodeNeedsConfirmation)), t0, refusedFor(adaID, roster.CodeNeedsConfirmation)},
		{"waits for a decision on a recycled name", world(), as(ada), holder(waiting(managed(ada, true), roster.CodeExternalIDConflict)), t0, refusedFor(adaID, roster.CodeExternalIDConflict)},

		// A member whom a directory pushed with an address of an unproven domain.
		{"awaiting proof, this tenant's SSO vouches", world(), as("ada@pending.example"), holder(awaiting(managed("ada@pending.example", true))), t0, vouchedLink},
		{"awaiting proof, domain not listed", world(), as("ada@else.example"), holder(awaiting(managed("ada@else.example", true))), t0, vouchedLink},
		{"awaiting proof, another tenant's domain", world(), as("ada@else.example"), foreign(holder(awaiting(managed("ada@else.example", true)))), t0, refused(roster.CodeDomainNotOwned)},
		{"awaiting proof, domain lost", world(), as("ada@lost.example"), holder(awaiting(managed("ada@lost.example", true))), t0, refused(roster.CodeDomainNotProven)},
		{"awaiting proof, not vouched for", world(), unvouched("ada@pending.example"), holder(awaiting(managed("ada@pending.example", true))), t0, refused(roster.CodeEmailNotVerified)},
		{"awaiting proof, several have the address", world(), as("ada@pending.example"), several, t0, refused(roster.CodeDomainNotProven)},
		{"awaiting proof and turned off", world(), as("ada@pending.example"), holder(awaiting(managed("ada@pending.example", false))), t0, refusedFor(adaID, roster.CodeDeactivatedByDirectory)},
		{"awaiting proof, linked", world(), as("ada@pending.example"), linkedHolder(awaiting(managed("ada@pending.example", true))), t0, vouched},
		{"awaiting proof, linked, another address came", world(), as(ada), linked(awaiting(managed("ada@pending.example", true))), t0, refusedFor(adaID, roster.CodeAwaitingProof)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			d := jit.Decide(tt.cfg, tt.id, tt.facts, tt.now)
			got := want{d.Outcome, d.Code, d.Member, d.Email, d.Vouch, d.Relink}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("Decide mismatch (-want +got):\n%s%v", diff, d)
			}
			if len(d.Rules) == 0 || d.Refused() && d.Detail == "" {
				t.Errorf("Decide does not say why: %+v", d)
			}
		})
	}
}
