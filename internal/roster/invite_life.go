package roster

import (
	"context"
	"errors"
	"time"

	"rollcall/internal/tenant"
)

// Invites lists invites, newest first. The limit is 100 when none is given.
func (r *Roster) Invites(ctx context.Context, s Staff, q InviteQuery) (Page[Invite], error) {
	if q.Limit <= 0 {
		q.Limit = listPage
	}
	if q.Now.IsZero() {
		q.Now = r.Now()
	}
	return r.Store.Reader(s.Tenant).Invites(ctx, q)
}

// Invite finds one; NotFound.
func (r *Roster) Invite(ctx context.Context, s Staff, id InviteID) (Invite, error) {
	return r.Store.Reader(s.Tenant).Invite(ctx, id)
}

// mayInvite says who speaks, by name, and that they may invite people: the operator, programs, and admins who are
// admins still (SECURITY I9). Refused with inviter_gone.
func mayInvite(ctx context.Context, rd Reader, cfg tenant.Config, a Actor) (name string, err error) {
	if a.Source != SourceAdmin {
		return "", nil
	}
	id, err := ParseMemberID(a.ID)
	if err != nil {
		return "", nil //nolint:nilerr // a credential of the tenant's speaks, not a member
	}
	m, err := rd.Member(ctx, Scope{}, id, false)
	if err != nil && !errors.Is(err, NotFound) {
		return "", err
	}
	if err != nil || !isAdmin(cfg, m) {
		return "", &Error{Kind: Refused, Code: CodeInviterGone, Detail: "Whoever sent this invite may not invite people any more."}
	}
	if name = m.Attributes.Text("displayName"); name == "" {
		name = string(m.Email)
	}
	return name, nil
}

// ResendInvite gives a pending invite, expired or not, another token, the same period anew and another mail. The old
// token is dead at once (SECURITY I8).
//
// Errors: NotFound; Conflict with invite_used, invite_revoked or invite_superseded; RateLimited with invite_limit
// after InviteSends; as CreateInvite when the person may not be invited any more.
func (r *Roster) ResendInvite(ctx context.Context, s Staff, id InviteID, hash [32]byte, mail InviteMailFunc) (Invite, error) {
	hosts := r.hosts()
	var out Invite
	err := hosts.with(ctx, func() error {
		var err error
		out, err = r.changeInvite(ctx, s, id, r.resend(ctx, s, hosts, hash, mail))
		return err
	})
	return out, err
}

func (r *Roster) resend(ctx context.Context, s Staff, hosts *hosts, hash [32]byte, mail InviteMailFunc) func(Tx, tenant.Config, *Invite) error {
	return func(tx Tx, cfg tenant.Config, i *Invite) error {
		if i.Sends >= InviteSends {
			return &Error{Kind: RateLimited, Code: CodeInviteLimit, Field: "invite", Detail: "This invite was sent ten times. Revoke it and invite the person anew."}
		}
		by, err := mayInvite(ctx, tx, cfg, s.Actor)
		if err != nil {
			return err
		}
		if err := r.stillWanted(ctx, tx, cfg, hosts, *i); err != nil {
			return err
		}
		if err := tx.DropMails(ctx, i.ID); err != nil {
			return err
		}
		now := tx.Now()
		period := i.ExpiresAt.Sub(i.SentAt)
		i.SentAt, i.ExpiresAt, i.Sends, i.AskedAt, i.By = now, now.Add(min(max(period, MinInvitePeriod), MaxInvitePeriod)), i.Sends+1, time.Time{}, s.Actor
		i.Version++
		return post(ctx, tx, cfg, i, by, hash, mail, inviteEvent(InviteWasResent, s.source(), *i, details{}))
	}
}

// stillWanted judges a pending invite as if it were made now.
func (r *Roster) stillWanted(ctx context.Context, tx Tx, cfg tenant.Config, hosts *hosts, i Invite) error {
	facts, err := tx.InviteFacts(ctx, []Email{i.Email}, tx.Now().Add(-inviteDay), r.OneTenantPerEmail)
	if err == nil {
		err = hosts.know(facts)
	}
	if err != nil {
		return err
	}
	f := facts[0]
	f.Invite = InviteID{}
	if _, refusal := judgeInvite(cfg, f, hosts.blocks[f.Owner], tx.Now()); refusal != nil {
		return refusal
	}
	return nil
}

// ChangeInvite gives a pending invite another role; empty: what else the rules give. Errors as of ResendInvite, and
// Invalid for a role that there is not.
func (r *Roster) ChangeInvite(ctx context.Context, s Staff, id InviteID, role string) (Invite, error) {
	return r.changeInvite(ctx, s, id, func(tx Tx, cfg tenant.Config, i *Invite) error {
		if err := checkRole(cfg, role); err != nil || role == i.Role {
			return err
		}
		if _, err := mayInvite(ctx, tx, cfg, s.Actor); err != nil {
			return err
		}
		e := inviteEvent(InviteWasChanged, s.source(), *i, details{Role: &change{From: i.Role, To: role}})
		i.Role = role
		i.By = s.Actor // who raises the role answers for it
		i.Version++
		if err := tx.PutInvite(ctx, *i); err != nil {
			return err
		}
		return tx.AppendEvent(ctx, e)
	})
}

// RevokeInvite makes the token of a pending invite good for nothing; what was not sent of it never is. Revoking one that
// is revoked changes nothing. Errors as of ResendInvite.
func (r *Roster) RevokeInvite(ctx context.Context, s Staff, id InviteID) (Invite, error) {
	out, err := r.changeInvite(ctx, s, id, func(tx Tx, _ tenant.Config, i *Invite) error {
		i.State, i.EndedAt = InviteRevoked, tx.Now()
		i.Version++
		if err := tx.DropMails(ctx, i.ID); err != nil {
			return err
		}
		if err := tx.PutInvite(ctx, *i); err != nil {
			return err
		}
		return tx.AppendEvent(ctx, inviteEvent(InviteWasRevoked, s.source(), *i, details{}))
	})
	if err != nil && out.State == InviteRevoked {
		return out, nil
	}
	return out, err
}

// changeInvite changes a pending invite, whether it has expired or not.
func (r *Roster) changeInvite(ctx context.Context, s Staff, id InviteID, f func(Tx, tenant.Config, *Invite) error) (Invite, error) {
	var out Invite
	err := r.update(ctx, s.Tenant, s.source(), func(tx Tx, _ bool) error {
		cfg, err := tx.Config(ctx)
		if err != nil {
			return err
		}
		if out, err = tx.LockInvite(ctx, id); err != nil {
			return err
		}
		if err := s.If.Check(out.Version); err != nil {
			return err
		}
		if out.State != InvitePending {
			return ended(out)
		}
		return f(tx, cfg, &out)
	})
	return out, err
}

// ended is the refusal of what only a pending invite allows.
func ended(i Invite) error {
	e := &Error{Kind: Conflict, Field: "invite"}
	switch i.State {
	case InviteAccepted:
		e.Code, e.Detail = CodeInviteUsed, "The invite was accepted: the person is a member."
	case InviteRevoked:
		e.Code, e.Detail = CodeInviteRevoked, "The invite was revoked. Invite the person anew."
	case InviteSuperseded:
		e.Code, e.Detail = CodeInviteSuperseded, "The person came in by another door, so the invite is over."
	default:
		e.Code, e.Detail = CodeInviteExpired, "The invite has expired, and another one took its place."
	}
	return e
}

// AskForInvite notes that whoever holds an expired link wants another one. Asking again changes nothing. The inviter
// hears of it by mail. NotFound for a token that is none; as ended for invites that are over.
func (r *Roster) AskForInvite(ctx context.Context, id tenant.ID, hash [32]byte, requestID string) error {
	return r.Store.Update(ctx, id, func(tx Tx) error {
		cfg, err := tx.Config(ctx)
		if err != nil {
			return err
		}
		found, _, err := tx.InviteByToken(ctx, hash)
		if err != nil {
			return err
		}
		i, err := tx.LockInvite(ctx, found.ID)
		switch {
		case err != nil:
			return err
		case i.State != InvitePending:
			return ended(i)
		case !i.AskedAt.IsZero():
			return nil
		}
		i.AskedAt = tx.Now()
		i.Version++
		if err := tx.PutInvite(ctx, i); err != nil {
			return err
		}
		if err := r.tellInviter(ctx, tx, cfg, MailInviteAsked, i); err != nil {
			return err
		}
		return tx.AppendEvent(ctx, inviteEvent(InviteLinkAsked, origin{actor: Actor{Source: SourceInvite, ID: i.ID.String()}, requestID: requestID}, i, details{}))
	})
}
