package roster

import (
	"context"
	"errors"
	"time"

	"rollcall/internal/tenant"
)

// Membership is where an address can sign in.
type Membership struct {
	Tenant tenant.ID
	Member MemberID
}

// MembershipLocator finds memberships before the tenant is known.
type MembershipLocator interface {
	// Memberships finds the members, not removed, of all tenants who are the person of an address, at most limit,
	// the latest first. What it tells is for who has proven the address, or for a look at their passwords.
	Memberships(ctx context.Context, e Email, limit int) ([]Membership, error)
}

// LocalProof is how somebody proved who they are to the gateway itself.
type LocalProof struct {
	Method Method
	// Second says that a second factor was shown, too, or that the first one stands for both.
	Second bool
	// Rehash is a password hash at today's cost; empty: none.
	Rehash string
	// TOTP is the step of the authenticator's code that was shown, and Recovery the hash of a recovery code; each is
	// used up by it.
	TOTP     int64
	Recovery *[32]byte
	// Passkey is the one that was shown, as it is now.
	Passkey *Passkey
}

// The events and codes of sign-ins without an identity provider.
const (
	BreakGlassUsed    EventKind = "break_glass.used"
	PasswordChanged   EventKind = "password.changed"
	PasswordRemoved   EventKind = "password.removed"
	CodeWrongPassword Code      = "wrong_password"
	CodeFactorWanted  Code      = "second_factor_required"
	CodeFactorUsed    Code      = "factor_used" // a code that was used before
)

// SignInLocal signs a member in who proved to the gateway itself who they are. In one transaction it sees that the member
// has access, that the tenant lets its people in like this, uses factors up and starts the session.
//
// Errors: NotFound; Refused with why the member is off, tenant_suspended, sso_required where the tenant enforces SSO and
// the member does not stand outside, second_factor_required, or factor_used.
func (r *Roster) SignInLocal(ctx context.Context, id tenant.ID, m MemberID, p LocalProof, s SessionStart) (SignedIn, error) {
	var out SignedIn
	from := origin{actor: Actor{Source: SourceSignIn}, requestID: s.Client.RequestID}
	s.Method = p.Method
	err := r.Store.Update(ctx, id, func(tx Tx) error {
		out = SignedIn{}
		before, cfg, err := lockLive(ctx, tx, Staff{Tenant: id}, m)
		if err != nil {
			return err
		}
		out.Member = before
		if err := r.letInLocal(ctx, tx, cfg, from, before, p); err != nil {
			return err
		}
		out.Session, err = StartSession(ctx, tx, cfg, before, s)
		return err
	})
	return out, r.localRefused(ctx, id, m, p, from, err)
}

// localRefused writes the event of a refusal by a rule.
func (r *Roster) localRefused(ctx context.Context, id tenant.ID, m MemberID, p LocalProof, from origin, err error) error {
	refusal, ok := errors.AsType[*Error](err)
	if !ok || refusal.Code == "" || refusal.Code == CodeFactorWanted {
		return err
	}
	e := Event{Kind: SignInRefused, Member: m, Actor: from.actor, RequestID: from.requestID, Data: details{Code: refusal.Code, Method: string(p.Method)}.json()}
	if werr := r.Store.Update(ctx, id, func(tx Tx) error { return tx.AppendEvent(ctx, e) }); werr != nil {
		return werr
	}
	return err
}

func (r *Roster) letInLocal(ctx context.Context, tx Tx, cfg tenant.Config, from origin, m Member, p LocalProof) error {
	if err := mayUse(cfg, m, tx.Now()); err != nil {
		return err
	}
	if cfg.Tenant.Policy.SSO.Enforced {
		e := Event{Kind: BreakGlassUsed, Member: m.ID, Actor: from.actor, RequestID: from.requestID, Version: m.Version, Data: details{Method: string(p.Method)}.json()}
		if err := tx.AppendEvent(ctx, e); err != nil {
			return err
		}
	}
	f, err := tx.Factors(ctx, m.ID)
	if err != nil {
		return err
	}
	if !p.Second && (f.Second() || cfg.Tenant.Policy.SecondFactor == tenant.SecondFactorRequired) {
		return &Error{Kind: Refused, Code: CodeFactorWanted, Detail: "A second factor has to be shown, too."}
	}
	return useUp(ctx, tx, m.ID, p)
}

// mayUse says whether a member may sign in without an identity provider now.
func mayUse(cfg tenant.Config, m Member, now time.Time) error {
	switch {
	case cfg.Tenant.Status != tenant.Active:
		return &Error{Kind: Refused, Code: CodeTenantSuspended, Detail: "The tenant is suspended: nobody signs in."}
	case m.Standing.State != StateActive:
		return &Error{Kind: Refused, Code: m.Standing.Reason, Detail: "The member has no access."}
	case cfg.Tenant.Policy.SSO.Enforced && !cfg.Tenant.Policy.SSO.Excepts(m.ID.UUID, now):
		return &Error{Kind: Refused, Code: CodeSSORequired, Detail: "The tenant asks its people to sign in through its identity provider."}
	}
	return nil
}

// useUp notes what was shown, so that it is not good a second time.
func useUp(ctx context.Context, tx Tx, m MemberID, p LocalProof) error {
	used := &Error{Kind: Refused, Code: CodeFactorUsed, Detail: "That code was used before. Wait for the next one."}
	if p.TOTP != 0 {
		if done, err := tx.UseTOTP(ctx, m, p.TOTP); err != nil || !done {
			return firstError(err, used)
		}
	}
	if p.Recovery != nil {
		if done, err := tx.UseRecoveryCode(ctx, m, *p.Recovery); err != nil || !done {
			return firstError(err, used)
		}
	}
	if p.Passkey != nil {
		key := *p.Passkey
		key.Member, key.UsedAt = m, tx.Now()
		if err := tx.PutPasskey(ctx, key); err != nil {
			return err
		}
	}
	if p.Rehash != "" {
		return tx.PutPassword(ctx, Password{Member: m, Hash: p.Rehash, SetAt: tx.Now()})
	}
	return nil
}

func firstError(err error, other *Error) error {
	if err != nil {
		return err
	}
	return other
}

// MayUsePassword says whether a password of the member would be good for anything now: errors as of SignInLocal.
func (r *Roster) MayUsePassword(ctx context.Context, id tenant.ID, m MemberID) (Member, error) {
	var out Member
	err := r.Store.View(ctx, id, func(rd Reader) error {
		cfg, err := rd.Config(ctx)
		if err != nil {
			return err
		}
		if out, err = rd.Member(ctx, Scope{}, m, false); err != nil {
			return err
		}
		return mayUse(cfg, out, r.Now())
	})
	return out, err
}

// SetPassword sets a member's password, ends the member's other sessions, and mails what notice writes; nil: nothing. keep
// is a session that goes on; zero: none. An empty hash takes the password away.
//
// Errors as of SignInLocal, but for second factors.
func (r *Roster) SetPassword(ctx context.Context, s Staff, m MemberID, hash string, keep SessionID, notice func(Member, tenant.Config) (MailDraft, error)) error {
	return r.update(ctx, s.Tenant, s.source(), func(tx Tx, _ bool) error {
		before, cfg, err := lockLive(ctx, tx, Staff{Tenant: s.Tenant}, m)
		if err != nil {
			return err
		}
		if err := mayUse(cfg, before, tx.Now()); err != nil && hash != "" {
			return err
		}
		kind := PasswordChanged
		if hash == "" {
			kind = PasswordRemoved
			err = tx.DropPassword(ctx, m)
		} else {
			err = tx.PutPassword(ctx, Password{Member: m, Hash: hash, SetAt: tx.Now()})
		}
		if err != nil {
			return err
		}
		if err := tx.EndSessions(ctx, SessionFilter{Member: m, Except: keep}, s.source().end(EndPassword)); err != nil {
			return err
		}
		if err := sendNotice(ctx, tx, before, cfg, notice); err != nil {
			return err
		}
		e := s.event(kind, details{})
		e.Member, e.Version = m, before.Version
		return tx.AppendEvent(ctx, e)
	})
}

// sendNotice mails a member what was changed for them.
func sendNotice(ctx context.Context, tx Tx, m Member, cfg tenant.Config, write func(Member, tenant.Config) (MailDraft, error)) error {
	if write == nil || m.Email == "" {
		return nil
	}
	draft, err := write(m, cfg)
	if err != nil {
		return err
	}
	draft.Member = m.ID
	_, err = tx.QueueMail(ctx, draft)
	return err
}

// SendMail queues a mail to a member on its own.
func (r *Roster) SendMail(ctx context.Context, id tenant.ID, d MailDraft) error {
	return r.Store.Update(ctx, id, func(tx Tx) error {
		_, err := tx.QueueMail(ctx, d)
		return err
	})
}

// endLocal ends the sessions of who signed in without an identity provider, and does not stand outside SSO.
func endLocal(ctx context.Context, tx Tx, s Staff, p tenant.SSOPolicy) error {
	for _, method := range []Method{MethodPassword, MethodPasskey, MethodCode} {
		f := SessionFilter{Method: method, Spared: outside(p, tx.Now())}
		if err := tx.EndSessions(ctx, f, s.source().end(EndSSORequired)); err != nil {
			return err
		}
	}
	return nil
}

// outside are the members who stand outside SSO now.
func outside(p tenant.SSOPolicy, now time.Time) [tenant.MaxBreakGlass]MemberID {
	var ids [tenant.MaxBreakGlass]MemberID
	n := 0
	for _, b := range p.BreakGlass {
		if n < len(ids) && p.Excepts(b.Member, now) {
			ids[n] = MemberID{b.Member}
			n++
		}
	}
	return ids
}
