package jit

import (
	"time"
	"unicode/utf8"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
	"rollcall/sso"
)

// Decide says what an identity leads to. It is pure: the same configuration, identity, facts and time give the
// same decision.
//
// Known people come first: the subject's link leads to its member whatever the address is now. Else the
// address, if it may, leads to a member of the tenant; else auto-join makes one, or asks.
func Decide(cfg tenant.Config, id sso.Identity, f Facts, now time.Time) Decision {
	d := &decider{cfg: cfg, id: id, f: f, now: now}
	d.email, d.emailErr = roster.ParseEmail(id.Email)
	d.decide()
	return d.out
}

// maxSubject bounds a provider's key: RFC-wise 255 (OpenID Connect Core §2) or 256 (SAML core §8.3.7).
const maxSubject = 256

type decider struct {
	cfg      tenant.Config
	con      tenant.Connection // as it is now
	id       sso.Identity
	f        Facts
	now      time.Time
	email    roster.Email // empty: none that can be used
	emailErr error
	out      Decision
}

// by notes that a rule was asked.
func (d *decider) by(rule string) { d.out.Rules = append(d.out.Rules, rule) }

func (d *decider) note(s string) { d.out.Notes = append(d.out.Notes, s) }

// refuse ends in a refusal by a rule. What was planned before is forgotten.
func (d *decider) refuse(rule string, code roster.Code, m *roster.Member, detail string) {
	d.by(rule)
	d.out.SignInPlan = roster.SignInPlan{Outcome: roster.SignInRefuse, Code: code, Detail: detail}
	if m != nil {
		d.out.Member = m.ID
	}
}

func (d *decider) decide() {
	var ok bool
	d.con, ok = d.cfg.Connection(d.id.Connection.ID)
	switch {
	case d.cfg.Tenant.Status != tenant.Active:
		d.refuse(RuleTenant, roster.CodeTenantSuspended, nil, "The operator suspended the tenant. Ask the operator of the application.")
	case !ok || !d.con.Usable():
		d.refuse(RuleConnection, roster.CodeConnectionDisabled, nil,
			"Nobody signs in through this connection now: it is disabled, removed, or still being set up. Activate it, or use another one.")
	case !usableSubject(d.id.Subject):
		d.refuse(RuleSubject, roster.CodeSubjectInvalid, nil,
			"The identity provider sent no key for the person that can be used: 1 to 256 bytes without control characters. Correct the name id or the sub claim there.")
	case d.f.Link != nil && d.f.Linked != nil && !d.f.Linked.Removed():
		d.known(*d.f.Linked)
	default:
		d.first()
	}
}

func usableSubject(s string) bool {
	if s == "" || len(s) > maxSubject || !utf8.ValidString(s) {
		return false
	}
	for _, c := range s {
		if c < ' ' || c == 0x7f {
			return false
		}
	}
	return true
}

// known decides on a subject that is a member already.
func (d *decider) known(m roster.Member) {
	d.by(RuleSubject)
	vouch, ok := d.standing(m)
	if !ok {
		return
	}
	if dom, listed := d.cfg.Domain(m.Email.Domain()); listed && !dom.Owned() && !dom.GraceEnds().IsZero() {
		d.by(RuleGrace)
		if !d.now.Before(dom.GraceEnds()) {
			d.refuse(RuleGrace, roster.CodeDomainNotProven, &m,
				"The tenant lost the domain of the member's e-mail address more than 7 days ago. Prove the domain again.")
			return
		}
	}
	d.out.SignInPlan = roster.SignInPlan{Outcome: roster.SignInKnown, Member: m.ID, Vouch: vouch, Accept: vouch && d.opens()}
	d.address(m)
	d.fill(&m)
}

// standing looks at the member's "no"s, none of which a sign-in lifts. vouch says that only proof was missing, and this
// sign-in is it.
func (d *decider) standing(m roster.Member) (vouch, ok bool) {
	j := roster.Judge(m, d.cfg)
	switch j.State {
	case roster.StateActive:
		return false, true
	case roster.StateAwaitingProof:
		if d.vouches(m) {
			return true, true
		}
		d.refuse(RuleProof, roster.CodeAwaitingProof, &m,
			"Nobody has shown that the e-mail domain is the tenant's, and this sign-in does not vouch for the member's address. Prove the domain.")
	case roster.StateNeedsConfirmation:
		d.refuse(RuleConfirm, j.Reason, &m, "A directory's record of this person waits for an admin's decision: rollcall conflict list.")
	case roster.StateRemoved:
		d.refuse(RuleTombstone, roster.CodeRemoved, &m, "The member was removed. Only the directory that removed it, or an admin, brings it back.")
	default:
		d.refuse(j.Access.Rule, j.Reason, &m, offDetail(j.Reason))
	}
	return false, false
}

func offDetail(c roster.Code) string {
	switch c {
	case roster.CodeDeactivatedByDirectory:
		return "The directory that manages the member turned it off. Turn the person on, or assign the application, there."
	case roster.CodeDeactivatedByOperator:
		return "The operator turned the member off. Ask the operator of the application."
	}
	return "An admin turned the member off, or a removed directory left it off: rollcall member activate."
}

// vouches says whether this sign-in is the proof that a member waits for: for the very address, which the provider
// vouches for, and which is not somebody else's domain, nor one that the tenant lost, unless an admin invited it.
func (d *decider) vouches(m roster.Member) bool {
	dom, listed := d.cfg.Domain(m.Email.Domain())
	foreign := (d.f.Elsewhere || listed && dom.Lost()) && !d.opens()
	if m.Email == "" || m.Email != d.email || !d.id.EmailVouched || foreign || d.f.More || m.Conflict != "" {
		return false
	}
	if h := d.f.Holder; h != nil && h.ID != m.ID { // somebody else has the address
		return false
	}
	d.by(RuleVouch)
	return true
}

// address changes the address of a linked member, where the tenant owns the new one and nobody has or had it. A
// directory's member keeps what the directory says (R5). Else it stays, and the sign-in goes on.
func (d *decider) address(m roster.Member) {
	if d.id.Email == "" || d.email == m.Email {
		return
	}
	dom, _ := d.cfg.Domain(d.email.Domain())
	switch {
	case d.emailErr != nil:
		d.note("The address that came is none that mail could reach; the member keeps its own.")
	case !d.id.EmailVouched:
		d.note("The provider does not vouch for the address that came; the member keeps its own.")
	case !m.Directory.IsZero():
		d.by(RuleWriter)
		d.note("Another address came; the member keeps the one that its directory says.")
	case !dom.Owned():
		d.note("Another address came, of a domain that the tenant has not proven; the member keeps its own.")
	case d.f.Holder != nil || d.f.Alias != nil || d.f.Tombstone != nil || d.f.Known:
		d.note("Another address came that somebody else has or had; the member keeps its own.")
	default:
		d.out.Email = d.email
	}
}

// fill plans what is written of a person who is let in, or asks to be: names, role and groups. m is nil for a new one.
func (d *decider) fill(m *roster.Member) {
	d.out.Names = namesOf(d.id)
	if m != nil && !m.Directory.IsZero() {
		d.by(RuleWriter)
		d.out.FillOnly = true
	}
	if len(d.con.Mapping.Rules) == 0 {
		return
	}
	d.by(RuleMapping)
	given := apply(d.con.Mapping, d.id, d.cfg.Tenant.Roles, d.f.ByHand)
	d.out.Role, d.out.Give = given.role, given.groups
	d.out.Notes = append(d.out.Notes, given.notes...)
	if d.id.GroupsUnknown {
		d.out.Keep = true
		d.note("The provider did not send all groups; what rests on them stays as it was.")
	}
}

func namesOf(id sso.Identity) roster.Names {
	n := roster.Names{First: id.FirstName, Last: id.LastName, Display: id.DisplayName}
	if n.Display == "" && n.First != "" && n.Last != "" {
		n.Display = n.First + " " + n.Last
	}
	n.First, n.Last, n.Display = clip(n.First), clip(n.Last), clip(n.Display)
	return n
}

// maxName bounds what is kept of a name, in bytes.
const maxName = 256

// clip makes a text fit to be stored: valid, without control characters, and not endless.
func clip(s string) string {
	out := make([]rune, 0, min(len(s), maxName))
	size := 0
	for _, c := range s {
		if c < ' ' || c == 0x7f {
			continue
		}
		if size += utf8.RuneLen(c); size > maxName {
			break
		}
		out = append(out, c)
	}
	return string(out)
}
