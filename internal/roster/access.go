package roster

import (
	"context"
	"errors"

	"rollcall/internal/tenant"
)

// Next says what happens when a person comes to the door now.
type Next string

// What may happen next. Names never change their meaning.
const (
	NextSignsIn Next = "signs_in" // they are a member with access
	NextAccepts Next = "accepts"  // they accept the invite that they have
	NextJoins   Next = "joins"    // their first sign-in makes them a member
	NextAsks    Next = "asks"     // their first sign-in asks an admin, or has asked already
	NextRefused Next = "refused"  // nothing; Code says why
)

// The reason codes of people who are no members yet.
const (
	CodeNotAMember Code = "not_a_member" // nobody has brought the person here
	CodeInvited    Code = "invited"      // an open invite waits for them
	CodeMayJoin    Code = "may_join"     // their domain lets them in, or ask
)

// Access is whether a person may come in.
type Access struct {
	Allowed bool
	Code    Code   // why not; empty: they may
	Member  Member // zero: they are none
	Next    Next
	// SSO says that the person must come through the tenant's identity provider.
	SSO bool
}

// CheckAccess says whether the person with an address may come in, and what would happen if they tried. That nobody
// knows the address is an answer like any other. Invalid for what is no address, NotFound for a tenant that is not there.
func (r *Roster) CheckAccess(ctx context.Context, id tenant.ID, email string) (Access, error) {
	address, err := ParseEmail(email)
	if err != nil {
		return Access{}, err
	}
	rd := r.Store.Reader(id)
	cfg, err := rd.Config(ctx)
	if err != nil {
		return Access{}, err
	}
	rows, err := rd.SignIn(ctx, SignInKey{Email: address})
	if err != nil {
		return Access{}, err
	}
	a := accessOf(cfg, rows, address)
	if a.Allowed || a.Next == NextSignsIn || cfg.Tenant.Status != tenant.Active || !a.Member.ID.IsZero() && !a.Member.Removed() {
		return a, nil
	}
	i, err := rd.PendingInvite(ctx, address)
	switch {
	case errors.Is(err, NotFound):
	case err != nil:
		return Access{}, err
	case i.StateAt(r.Now()) == InvitePending:
		a.Code, a.Next = CodeInvited, NextAccepts
	}
	return a, nil
}

// accessOf decides from what is known. It is pure.
func accessOf(cfg tenant.Config, rows SignInRows, address Email) Access {
	a := Access{Code: CodeNotAMember, Next: NextRefused, SSO: cfg.Tenant.Policy.SSO.Enforced}
	var gone *Member
	for i, m := range rows.Members {
		switch {
		case m.Email != address: // it was the address until lately: that alone lets nobody in
		case m.Removed():
			gone = &rows.Members[i]
		default:
			return accessOfMember(cfg, m, a)
		}
	}
	d, _ := cfg.Domain(address.Domain())
	pending := false
	for _, q := range rows.Requests {
		pending = pending || q.Email == address && q.State == JoinPending
	}
	switch {
	case cfg.Tenant.Status != tenant.Active:
		a.Code = CodeTenantSuspended
	case pending:
		a.Code, a.Next = CodeApprovalPending, NextAsks
	case gone != nil:
		a.Code, a.Member = CodeRemoved, *gone
	case d.Joins() == tenant.AutoJoinOn:
		a.Code, a.Next = CodeMayJoin, NextJoins
	case d.Joins() == tenant.AutoJoinApprove:
		a.Code, a.Next = CodeMayJoin, NextAsks
	}
	return a
}

func accessOfMember(cfg tenant.Config, m Member, a Access) Access {
	a.Member, a.Code = m, m.Standing.Reason
	switch {
	case cfg.Tenant.Status != tenant.Active:
		a.Code = CodeTenantSuspended
	case HasAccess(cfg.Tenant, m):
		a.Allowed, a.Code, a.Next = true, "", NextSignsIn
	}
	return a
}
