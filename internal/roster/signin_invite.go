package roster

import (
	"context"
	"errors"

	"rollcall/internal/tenant"
)

// goodInvite is the invite, if who made it may invite people still: else it opens nothing (SECURITY I9, I10).
func goodInvite(ctx context.Context, rd Reader, cfg tenant.Config, i *Invite) (*Invite, error) {
	if i == nil {
		return nil, nil //nolint:nilnil // there is none
	}
	_, err := mayInvite(ctx, rd, cfg, i.By)
	if refusal, ok := errors.AsType[*Error](err); ok && refusal.Code == CodeInviterGone {
		return nil, nil //nolint:nilnil // there is none that counts
	}
	return i, err
}

// join makes the member that a sign-in makes, or brings one back whom an invite wants back.
func (w *welcomer) join(ctx context.Context) (Member, error) {
	from := w.a.source()
	t := w.facts.Tombstone
	if !w.plan.Accept || t == nil || !t.Directory.IsZero() {
		out := w.invited(newcomer(w.a, w.plan, w.cfg, w.tx.Now()), Member{})
		return out, w.r.welcome(ctx, w.tx, w.cfg, from, Member{}, &out, MemberCreated)
	}
	out := byInvite(*t, *w.facts.Invite, w.plan.Names, w.cfg, w.tx)
	if out.Standing.State != StateActive { // somebody turned the person off whom an invite may not turn on
		return out, notIn(out)
	}
	return out, w.r.welcome(ctx, w.tx, w.cfg, from, *t, &out, MemberRestored)
}

// invited adds the claim of the invite that the sign-in accepts.
func (w *welcomer) invited(m, before Member) Member {
	if !w.plan.Accept {
		return m
	}
	m.Claims = withClaim(m.Claims, inviteClaim(*w.facts.Invite, w.cfg, w.tx))
	m.Version = before.Version
	return seal(m, w.cfg, w.tx.Now())
}

// accept uses the invite up.
func (w *welcomer) accept(ctx context.Context, m Member) error {
	i, err := w.tx.LockInvite(ctx, w.facts.Invite.ID)
	if err == nil && i.State != InvitePending {
		err = ended(i)
	}
	if err != nil {
		return err
	}
	if err := intoGroups(ctx, w.tx, w.a.source(), i.Groups, m); err != nil {
		return err
	}
	i, err = spend(ctx, w.tx, w.a.source(), i, m)
	if err == nil {
		err = w.r.tellInviter(ctx, w.tx, w.cfg, MailInviteAccepted, i)
	}
	return err
}
