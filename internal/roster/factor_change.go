package roster

import (
	"context"
	"slices"

	"rollcall/internal/tenant"
)

// The events of second factors. Data names the kind: passkey, totp, recovery_codes, or all.
const (
	FactorAdded   EventKind = "factor.added"
	FactorRemoved EventKind = "factor.removed"
)

// CodeFactorNeeded refuses to take the last second factor away where the tenant wants one.
const CodeFactorNeeded Code = "second_factor_needed"

// maxPasskeys is how many passkeys a member may have.
const maxPasskeys = 20

// NoticeFunc writes the mail that tells a person of a change to how they sign in; nil: none is sent.
type NoticeFunc = func(Addressee) (MailDraft, error)

// Addressee is a member who is told something by mail.
type Addressee struct {
	Member   Member
	Config   tenant.Config
	Language string // that the member wants; empty: unknown
}

// changeFactors changes what a member proves themselves by, at their own word, and tells them by mail.
func (r *Roster) changeFactors(ctx context.Context, s Staff, id MemberID, kind EventKind, what string, notice NoticeFunc, change func(tx Tx, f Factors, cfg tenant.Config) error) error {
	return r.update(ctx, s.Tenant, s.source(), func(tx Tx, _ bool) error {
		if !s.Itself(id) {
			return &Error{Kind: Forbidden, Detail: "Only the person changes how they sign in."}
		}
		m, cfg, err := lockLive(ctx, tx, Staff{Tenant: s.Tenant}, id)
		if err == nil {
			err = mayUse(cfg, m, tx.Now())
		}
		if err != nil {
			return err
		}
		f, err := tx.Factors(ctx, id)
		if err != nil {
			return err
		}
		if err := change(tx, f, cfg); err != nil {
			return err
		}
		return noteFactor(ctx, tx, cfg, s.source(), m, kind, what, notice)
	})
}

// noteFactor tells a member by mail of a change to their factors, and writes the event.
func noteFactor(ctx context.Context, tx Tx, cfg tenant.Config, from origin, m Member, kind EventKind, what string, notice NoticeFunc) error {
	if err := sendNotice(ctx, tx, m, cfg, notice); err != nil {
		return err
	}
	e := Event{Kind: kind, Member: m.ID, Actor: from.actor, RequestID: from.requestID, Version: m.Version, Data: details{Kind: what}.json()}
	return tx.AppendEvent(ctx, e)
}

// NewApp is an authenticator app that somebody sets up, whose first code, of the step, was shown.
type NewApp struct {
	Sealed []byte // the secret, as of TOTP
	Step   int64
	// Recovery are the hashes of recovery codes, which the member gets with the first second factor.
	Recovery [][32]byte
	Notice   NoticeFunc // tells the member; nil: no mail
}

func (a NewApp) put(ctx context.Context, tx Tx, id MemberID, f Factors) error {
	if err := tx.PutTOTP(ctx, TOTP{Member: id, Sealed: a.Sealed, ConfirmedAt: tx.Now(), Step: a.Step}); err != nil {
		return err
	}
	if len(a.Recovery) == 0 || f.RecoveryCodes > 0 {
		return nil
	}
	return tx.PutRecoveryCodes(ctx, id, a.Recovery)
}

func appThere() error {
	return &Error{Kind: Conflict, Field: "totp", Detail: "There is an authenticator app already. Remove it first."}
}

// AddTOTP sets a member's authenticator app up. Conflict when there is one already. Errors else as of SignInLocal.
func (r *Roster) AddTOTP(ctx context.Context, s Staff, id MemberID, a NewApp) error {
	return r.changeFactors(ctx, s, id, FactorAdded, "totp", a.Notice, func(tx Tx, f Factors, _ tenant.Config) error {
		if !f.TOTP.ConfirmedAt.IsZero() {
			return appThere()
		}
		return a.put(ctx, tx, id, f)
	})
}

// RemoveTOTP takes a member's authenticator app away. Refused with second_factor_needed when it is the last second factor
// where the tenant wants one.
func (r *Roster) RemoveTOTP(ctx context.Context, s Staff, id MemberID, notice NoticeFunc) error {
	return r.changeFactors(ctx, s, id, FactorRemoved, "totp", notice, func(tx Tx, f Factors, cfg tenant.Config) error {
		if f.TOTP.ConfirmedAt.IsZero() {
			return &Error{Kind: NotFound, Field: "totp", Detail: "There is no authenticator app."}
		}
		f.TOTP = TOTP{}
		if err := stillEnough(f, cfg); err != nil {
			return err
		}
		if !f.Second() {
			if err := tx.PutRecoveryCodes(ctx, id, nil); err != nil {
				return err
			}
		}
		return tx.DropTOTP(ctx, id)
	})
}

// AddPasskey gives a member a passkey, and recovery codes with the first second factor. TooMany; Conflict for one that
// somebody else has.
func (r *Roster) AddPasskey(ctx context.Context, s Staff, k Passkey, hashes [][32]byte, notice NoticeFunc) error {
	return r.changeFactors(ctx, s, k.Member, FactorAdded, "passkey", notice, func(tx Tx, f Factors, _ tenant.Config) error {
		if len(f.Passkeys) >= maxPasskeys {
			return &Error{Kind: Invalid, Field: "passkey", Detail: "There are 20 passkeys already. Remove one that you don't use."}
		}
		k.CreatedAt = tx.Now()
		if err := tx.PutPasskey(ctx, k); err != nil {
			return err
		}
		if len(hashes) == 0 || f.RecoveryCodes > 0 {
			return nil
		}
		return tx.PutRecoveryCodes(ctx, k.Member, hashes)
	})
}

// RemovePasskey takes one away; NotFound. Refused as RemoveTOTP.
func (r *Roster) RemovePasskey(ctx context.Context, s Staff, id MemberID, key []byte, notice NoticeFunc) error {
	return r.changeFactors(ctx, s, id, FactorRemoved, "passkey", notice, func(tx Tx, f Factors, cfg tenant.Config) error {
		left := slices.DeleteFunc(slices.Clone(f.Passkeys), func(k Passkey) bool { return slices.Equal(k.ID, key) })
		if len(left) == len(f.Passkeys) {
			return &Error{Kind: NotFound, Field: "passkey", Detail: "There is no such passkey."}
		}
		f.Passkeys = left
		if err := stillEnough(f, cfg); err != nil {
			return err
		}
		if !f.Second() {
			if err := tx.PutRecoveryCodes(ctx, id, nil); err != nil {
				return err
			}
		}
		return tx.DropPasskey(ctx, id, key)
	})
}

// RenewRecoveryCodes replaces a member's recovery codes. Invalid for who has no second factor that they could stand in for.
func (r *Roster) RenewRecoveryCodes(ctx context.Context, s Staff, id MemberID, hashes [][32]byte, notice NoticeFunc) error {
	return r.changeFactors(ctx, s, id, FactorAdded, "recovery_codes", notice, func(tx Tx, f Factors, _ tenant.Config) error {
		if !f.Second() {
			return &Error{Kind: Invalid, Field: "recovery", Detail: "Recovery codes stand in for a second factor: set one up first."}
		}
		return tx.PutRecoveryCodes(ctx, id, hashes)
	})
}

func stillEnough(f Factors, cfg tenant.Config) error {
	if f.Second() || cfg.Tenant.Policy.SecondFactor != tenant.SecondFactorRequired {
		return nil
	}
	return &Error{Kind: Refused, Code: CodeFactorNeeded, Detail: "Your organization asks for a second factor, and this is the last one. Set another one up first."}
}
