package jit

import (
	"context"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/secret"
	"rollcall/internal/tenant"
	"rollcall/sso"
)

// RuleMail is the rule of those whose mailbox is the proof.
const RuleMail = "JIT in a tenant without SSO, who proves an address by mail is vouched for"

// DecideMail is Decide for somebody who has proven an address by a code that was mailed to it, in a tenant whose people
// have no identity provider to sign in through. It is pure.
func DecideMail(cfg tenant.Config, id sso.Identity, f Facts, now time.Time) Decision {
	d := &decider{cfg: cfg, id: id, f: f, now: now}
	d.id.EmailVouched = true
	d.email, d.emailErr = roster.ParseEmail(id.Email)
	switch {
	case cfg.Tenant.Status != tenant.Active:
		d.refuse(RuleTenant, roster.CodeTenantSuspended, nil, "The operator suspended the tenant. Ask the operator of the application.")
	case f.Holder != nil && roster.Judge(*f.Holder, cfg).State == roster.StateActive: // who may have a second factor
		d.refuse(RuleMail, roster.CodeMemberAlready, f.Holder, "The person is a member already, and signs in as one.")
	case cfg.WithoutSSO():
		d.by(RuleMail)
		d.first()
	default:
		d.refuse(RuleMail, roster.CodeSSORequired, nil, "The tenant's people sign in through its identity provider, and join by that.")
	}
	return d.out
}

// JoinByMail is Join for somebody who has proven an address by mail. Errors as of Join.
func (j Joiner) JoinByMail(ctx context.Context, id tenant.ID, email string, names roster.Names, client roster.Client) (Outcome, error) {
	who := sso.Identity{Tenant: id, Method: roster.MethodCode, Email: email, FirstName: names.First, LastName: names.Last, DisplayName: names.Display}
	var d Decision
	decide := func(cfg tenant.Config, f roster.SignInFacts, now time.Time) roster.SignInPlan {
		d = DecideMail(cfg, who, f, now)
		return d.SignInPlan
	}
	token, hash := secret.NewBound(id.UUID, secret.Session)
	in, err := j.Roster.Arrive(ctx, arrivalOf(who, client), decide, roster.SessionStart{Hash: hash})
	if err != nil {
		return Outcome{Decision: d}, err //nolint:wrapcheck // a refusal is for the door as it is
	}
	return Outcome{Decision: d, Member: in.Member, Session: in.Session, Token: token}, nil
}
