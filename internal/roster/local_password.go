package roster

import (
	"context"
	"crypto/sha256"
	"errors"

	"rollcall/internal/tenant"
)

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
func (r *Roster) SetPassword(ctx context.Context, s Staff, m MemberID, hash string, keep SessionID, notice NoticeFunc) error {
	return r.setPassword(ctx, s, m, hash, keep, notice, func(Tx, Member) error { return nil })
}

// PasswordLink is what a link to set a password is good for: as long as the member has the address that it went to, and the
// password that was set when it was made.
type PasswordLink struct {
	Email Email
	Mark  [32]byte // see Roster.PasswordMark
}

// ResetPassword is SetPassword for who came by a link. Refused with link_over, too, when the link is good for nothing any
// more: of several that use it at once, one does.
func (r *Roster) ResetPassword(ctx context.Context, s Staff, m MemberID, l PasswordLink, hash string, notice NoticeFunc) error {
	return r.setPassword(ctx, s, m, hash, SessionID{}, notice, func(tx Tx, before Member) error {
		mark, err := passwordMark(ctx, tx, m)
		if err != nil {
			return err
		}
		if l.Email != before.Email || l.Mark != mark {
			return &Error{Kind: Refused, Code: CodeLinkOver, Detail: "The link was used before, or the password or the address was changed since it was made."}
		}
		return nil
	})
}

// PasswordLinkMade tells that somebody else than the member had a link made by which the member sets a password.
const PasswordLinkMade EventKind = "password.link_made"

// NotePasswordLink writes the event of that. Errors as of MayUsePassword.
func (r *Roster) NotePasswordLink(ctx context.Context, s Staff, m MemberID) error {
	return r.update(ctx, s.Tenant, s.source(), func(tx Tx, _ bool) error {
		before, cfg, err := lockLive(ctx, tx, Staff{Tenant: s.Tenant}, m)
		if err != nil {
			return err
		}
		if err := mayUse(cfg, before, tx.Now()); err != nil {
			return err
		}
		e := s.event(PasswordLinkMade, details{})
		e.Member, e.Version = m, before.Version
		return tx.AppendEvent(ctx, e)
	})
}

// CodeLinkOver refuses a mailed link that is good for nothing any more.
const CodeLinkOver Code = "link_over"

// PasswordMark stands for the password that a member has, or for having none. It tells nothing of it, and is another one
// as soon as it is set anew.
func (r *Roster) PasswordMark(ctx context.Context, id tenant.ID, m MemberID) ([32]byte, error) {
	return passwordMark(ctx, r.Store.Reader(id), m)
}

func passwordMark(ctx context.Context, rd PasswordReader, m MemberID) ([32]byte, error) {
	p, err := rd.Password(ctx, m)
	if errors.Is(err, NotFound) {
		p, err = Password{}, nil
	}
	return sha256.Sum256([]byte("password mark\x00" + m.String() + "\x00" + p.Hash)), err
}

func (r *Roster) setPassword(
	ctx context.Context, s Staff, m MemberID, hash string, keep SessionID, notice NoticeFunc, may func(Tx, Member) error,
) error {
	return r.update(ctx, s.Tenant, s.source(), func(tx Tx, _ bool) error {
		before, cfg, err := lockLive(ctx, tx, Staff{Tenant: s.Tenant}, m)
		if err != nil {
			return err
		}
		if err := may(tx, before); err != nil {
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
func sendNotice(ctx context.Context, tx Tx, m Member, cfg tenant.Config, write NoticeFunc) error {
	if write == nil || m.Email == "" {
		return nil
	}
	language, err := Language(ctx, tx, m.ID)
	if err != nil {
		return err
	}
	draft, err := write(Addressee{Member: m, Config: cfg, Language: language})
	if err != nil {
		return err
	}
	draft.Member = m.ID
	_, err = tx.QueueMail(ctx, draft)
	return err
}

// SendMail queues mails: all of them, or none.
func (r *Roster) SendMail(ctx context.Context, id tenant.ID, drafts ...MailDraft) error {
	return r.Store.Update(ctx, id, func(tx Tx) error {
		for _, d := range drafts {
			if _, err := tx.QueueMail(ctx, d); err != nil {
				return err
			}
		}
		return nil
	})
}
