package roster

import (
	"context"
	"errors"
	"time"

	"rollcall/internal/tenant"
)

// Membership is where an address can sign in.
type Membership struct {
	Tenant tenant.ID `json:"tenant"`
	Member MemberID  `json:"member,omitzero"`
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
	// Email is the address that the proof was asked for, which must be the member's still: one that was theirs leads
	// nobody in. Empty: the proof does not rest on it.
	Email Email
	// Password is the hash that the password fitted, which must be the stored one still; with MethodPassword.
	Password string
	// Second says that a second factor was shown, too, or that the first one stands for both.
	Second bool
	// Rehash is a password hash at today's cost; empty: none.
	Rehash string
	// TOTP is the step of the authenticator's code that was shown, and Recovery the hash of a recovery code; each is
	// used up by it.
	TOTP     int64
	Recovery *[32]byte
	// Passkey is the one that was shown, as it is now. It must be the member's still.
	Passkey *Passkey
	// First is the second factor that the member sets up on the way in, for who has none; nil: none.
	First *NewApp
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
// Errors: NotFound; Unauthorized when the password or the passkey was changed or taken away meanwhile; Refused with why the
// member is off, tenant_suspended, sso_required where the tenant enforces SSO and the member does not stand outside,
// second_factor_required, or factor_used; Conflict for a First of who has a second factor.
func (r *Roster) SignInLocal(ctx context.Context, id tenant.ID, m MemberID, p LocalProof, s SessionStart) (SignedIn, error) {
	var out SignedIn
	from := origin{actor: Actor{Source: SourceSignIn, ID: m.String()}, requestID: s.Client.RequestID}
	s.Method, s.Connection, s.Subject, s.IDPSession = p.Method, tenant.ConnectionID{}, "", ""
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
		started := s
		started.Second = true // or none is required
		if b, ok := cfg.Tenant.Policy.SSO.Exception(m.UUID); ok && cfg.Tenant.Policy.SSO.Enforced {
			started.NotAfter = b.Until
		}
		out.Session, err = StartSession(ctx, tx, cfg, before, started)
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
	if p.Email != "" && (p.Email != m.Email || !m.Proven) {
		return &Error{Kind: NotFound, Field: "email", Detail: "The address is not the member's any more."}
	}
	if err := mayUse(cfg, m, tx.Now()); err != nil {
		return err
	}
	if err := samePassword(ctx, tx, m.ID, p); err != nil {
		return err
	}
	if err := secondShown(ctx, tx, cfg, from, m, p); err != nil {
		return err
	}
	if err := useUp(ctx, tx, m.ID, p); err != nil || !cfg.Tenant.Policy.SSO.Enforced {
		return err
	}
	b, _ := cfg.Tenant.Policy.SSO.Exception(m.ID.UUID)
	return tx.AppendEvent(ctx, Event{
		Kind: BreakGlassUsed, Member: m.ID, Actor: from.actor, RequestID: from.requestID, Version: m.Version,
		Data: details{Method: string(p.Method), Status: b.Reason}.json(),
	})
}

// secondShown sees that a second factor was shown where one is wanted, or sets the first one up.
func secondShown(ctx context.Context, tx Tx, cfg tenant.Config, from origin, m Member, p LocalProof) error {
	f, err := tx.Factors(ctx, m.ID)
	switch {
	case err != nil:
		return err
	case p.Passkey != nil && !f.holds(p.Passkey.ID):
		return &Error{Kind: Unauthorized, Detail: "The passkey was removed meanwhile."}
	case p.First != nil && f.Second():
		return appThere()
	case p.First != nil:
		if err := p.First.put(ctx, tx, m.ID, f); err != nil {
			return err
		}
		return noteFactor(ctx, tx, cfg, from, m, FactorAdded, "totp", p.First.Notice)
	case !p.Second && (f.Second() || cfg.Tenant.Policy.SecondFactor == tenant.SecondFactorRequired):
		return &Error{Kind: Refused, Code: CodeFactorWanted, Detail: "A second factor has to be shown, too."}
	}
	return nil
}

// samePassword sees that the password was not changed since it was looked at.
func samePassword(ctx context.Context, tx Tx, m MemberID, p LocalProof) error {
	if p.Password == "" {
		return nil
	}
	now, err := tx.Password(ctx, m)
	if err != nil && !errors.Is(err, NotFound) {
		return err
	}
	if err != nil || now.Hash != p.Password {
		return &Error{Kind: Unauthorized, Detail: "The password was changed meanwhile. Type the new one."}
	}
	return nil
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

// endLocal ends the sessions of who signed in without an identity provider, and does not stand outside SSO.
func endLocal(ctx context.Context, tx Tx, s Staff, p tenant.SSOPolicy) error {
	for _, method := range localMethods() {
		f := SessionFilter{Method: method, Spared: outside(p, tx.Now())}
		if err := tx.EndSessions(ctx, f, s.source().end(EndSSORequired)); err != nil {
			return err
		}
	}
	return nil
}

// endLocalOf ends the sessions that a member began without an identity provider.
func endLocalOf(ctx context.Context, tx Tx, s Staff, id MemberID) error {
	for _, method := range localMethods() {
		if err := tx.EndSessions(ctx, SessionFilter{Method: method, Member: id}, s.source().end(EndSSORequired)); err != nil {
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
