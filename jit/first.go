package jit

import (
	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// first decides on a subject that is nobody yet, or whose member is only a tombstone: the address has to lead on.
func (d *decider) first() {
	switch {
	case d.f.Linked != nil && d.f.Holder == nil && (!d.opens() || !d.id.EmailVouched): // the subject is a tombstone's, whom nobody wants back
		d.by(RuleSubject)
		d.standing(*d.f.Linked)
		return
	case d.id.Email == "":
		d.refuse(RuleAddress, roster.CodeEmailMissing, nil,
			"The identity provider sent no e-mail address, or not exactly one. Map one attribute or claim to it.")
		return
	case d.emailErr != nil:
		d.refuse(RuleAddress, roster.CodeEmailInvalid, nil, "The identity provider sent an e-mail address that is none mail could reach. Correct it there.")
		return
	case !d.id.EmailVouched:
		d.refuse(RuleAddress, roster.CodeEmailNotVerified, nil,
			"The identity provider does not vouch for the e-mail address: email_verified must be true in the ID token.")
		return
	}
	d.by(RuleAddress)
	if d.invited() || !d.owned() {
		return
	}
	switch {
	case d.f.Holder != nil:
		d.holder(*d.f.Holder)
	case d.f.Tombstone != nil:
		d.standing(*d.f.Tombstone)
	case d.f.Alias != nil && d.recent(*d.f.Alias):
		d.refuse(RuleMoved, roster.CodeAddressMoved, d.f.Alias,
			"The e-mail address was another member's until lately. If this is a newcomer, add the person by hand; if it is that member, have the identity provider send the new address.")
	default:
		d.newcomer()
	}
}

// invited lets somebody in for whose very address an admin sent an invite that is open, whatever domain it is of, and
// whatever auto-join says. It says whether it decided.
func (d *decider) invited() bool {
	if !d.opens() || d.f.Holder != nil {
		return false
	}
	d.by(RuleInvited)
	if d.f.Known {
		d.refuse(RuleOneTenant, roster.CodeEmailExists, nil,
			"This e-mail address is in use already. Use another address, or ask the operator of the application.")
		return true
	}
	d.out.SignInPlan = roster.SignInPlan{Outcome: roster.SignInJoins, Accept: true, Relink: d.f.Link != nil}
	d.fill(nil)
	return true
}

// opens says whether an invite for the address is open.
func (d *decider) opens() bool {
	i := d.f.Invite
	return i != nil && i.Email == d.email && i.Open(d.now)
}

// owned says whether the tenant owns the address's domain, or has the member waiting whom this sign-in may vouch for.
func (d *decider) owned() bool {
	dom, listed := d.cfg.Domain(d.email.Domain())
	if dom.Owned() {
		d.by(RuleDomain)
		return true
	}
	if h := d.f.Holder; h != nil && !h.Proven && (!d.f.Elsewhere || d.opens()) {
		switch roster.Judge(*h, d.cfg).State {
		case roster.StateAwaitingProof:
			if d.vouches(*h) {
				return true
			}
		case roster.StateInactive:
			d.standing(*h)
			return false
		}
	}
	if !listed || dom.Status == tenant.DomainWithdrawn {
		d.refuse(RuleDomain, roster.CodeDomainNotOwned, nil,
			"The domain of the e-mail address is not one of this tenant's. Add and prove the domain, or sign in with an address of one that is proven.")
		return false
	}
	d.refuse(RuleDomain, roster.CodeDomainNotProven, nil, "The tenant has not proven the domain of the e-mail address, or proves it no more. Prove it in Rollcall.")
	return false
}

// holder decides on the member who has the address.
func (d *decider) holder(m roster.Member) {
	vouch, ok := d.standing(m)
	if !ok {
		return
	}
	if len(d.f.Others) > 0 {
		d.refuse(RuleOnce, roster.CodeSubjectChanged, &m,
			"The member with this e-mail address signs in under another key: the person was made anew at the identity provider, the address went to somebody else, "+
				"or it is another connection. If it is the same person, unlink the old key: rollcall member unlink.")
		return
	}
	d.by(RuleOnce)
	d.out.SignInPlan = roster.SignInPlan{Outcome: roster.SignInLinks, Member: m.ID, Vouch: vouch, Relink: d.f.Link != nil, Accept: d.opens()}
	d.fill(&m)
}

// recent says whether an alias of the member still counts.
func (d *decider) recent(m roster.Member) bool {
	for _, a := range m.Aliases {
		if a.Email == d.email && d.now.Before(a.Until) {
			return true
		}
	}
	return false
}

// newcomer decides on somebody whom the tenant does not know.
func (d *decider) newcomer() {
	dom, _ := d.cfg.Domain(d.email.Domain())
	mode := dom.Joins()
	q := d.f.Request
	switch {
	case mode != tenant.AutoJoinOn && mode != tenant.AutoJoinApprove:
		d.refuse(RuleMode, roster.CodeUserNotProvisioned, nil,
			"Nobody has made a member for this person, and auto-join is off for the domain. Add or invite the person, assign the application in the directory, or turn auto-join on.")
		d.out.Why = roster.CodeAutoJoinOff
		return
	case d.f.Known:
		d.refuse(RuleOneTenant, roster.CodeEmailExists, nil,
			"This e-mail address is in use already. Use another address, or ask the operator of the application.")
		return
	case q != nil && q.State == roster.JoinDeclined && d.now.Before(q.DecidedAt.Add(roster.DeclinePeriod)):
		d.refuse(RuleDeclined, roster.CodeJoinDeclined, nil,
			"An admin declined the person's request to join less than 14 days ago. Add the person by hand, or wait.")
		return
	}
	d.by(RuleMode)
	d.out.SignInPlan = roster.SignInPlan{Outcome: roster.SignInJoins}
	if mode == tenant.AutoJoinApprove {
		d.out.Outcome, d.out.Code = roster.SignInAsks, roster.CodeApprovalPending
		d.out.Detail = "An admin has to approve the first sign-in of people of this domain: rollcall join-request list."
	}
	d.fill(nil)
}
