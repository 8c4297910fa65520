package roster

import (
	"context"
	"time"

	"rollcall/internal/tenant"
)

// EmailChange is a member's own wish for another address, both of which they have proven.
type EmailChange struct {
	From, To Email
	Notice   NoticeFunc // goes to the former address; nil: none
}

// MayChangeEmail says whether members change the address of this one themselves: errors as of ChangeEmail, as far as they do
// not depend on the new address.
func (r *Roster) MayChangeEmail(ctx context.Context, id tenant.ID, m MemberID) error {
	return r.Store.View(ctx, id, func(rd Reader) error {
		cfg, err := rd.Config(ctx)
		if err != nil {
			return err
		}
		before, err := rd.Member(ctx, Scope{}, m, false)
		if err != nil {
			return err
		}
		return ownsAddress(ctx, rd, cfg, before, r.Now())
	})
}

// ChangeEmail gives a member another address at their own word. Whoever calls has seen both addresses proven: the former one
// still leads to the member until then. It ends all sessions of the member, and pending links to set a password; the former
// address is kept as an alias for AliasPeriod, and leads nobody in.
//
// Errors: Forbidden for who is not the member; NotFound; Refused with why the member is off, tenant_suspended or sso_required,
// with managed_by_directory where a directory says what the address is, with managed_by_connection where a provider that
// the member signs in through does, with domain_not_proven when the former address is of a domain of the tenant's and the new
// one is not, or when the new one is of a tenant that wants none of its people as guests; Conflict with email_exists when a
// member has it, or, where an address may have one tenant, it is a member's elsewhere; Stale when the address is From no more.
func (r *Roster) ChangeEmail(ctx context.Context, s Staff, id MemberID, c EmailChange) (Member, error) {
	var out Member
	hosts := r.hosts()
	err := hosts.with(ctx, func() error {
		var err error
		out, err = r.amend(ctx, s, id, func(m Member, cfg tenant.Config, tx Tx) (Member, error) {
			if !s.Itself(id) {
				return m, &Error{Kind: Forbidden, Detail: "Only the person changes their address."}
			}
			return r.readdress(ctx, tx, cfg, hosts, s, m, c)
		})
		return err
	})
	return out, err
}

func (r *Roster) readdress(ctx context.Context, tx Tx, cfg tenant.Config, hosts *hosts, s Staff, m Member, c EmailChange) (Member, error) {
	now := tx.Now()
	if err := ownsAddress(ctx, tx, cfg, m, now); err != nil {
		return m, err
	}
	if m.Email != c.From {
		return m, &Error{Kind: Stale, Field: "email", Detail: "Your address was changed meanwhile. Begin again."}
	}
	if c.To == m.Email {
		return m, nil
	}
	facts, err := tx.InviteFacts(ctx, []Email{c.To}, now, false)
	if err == nil {
		err = hosts.know(facts)
	}
	if err == nil {
		err = acceptable(cfg, m, facts[0], hosts.blocks[facts[0].Owner])
	}
	if err != nil {
		return m, err
	}
	if err := sendNotice(ctx, tx, m, cfg, c.Notice); err != nil {
		return m, err
	}
	if !facts[0].Invite.IsZero() { // who was invited is here already
		err := tx.EndInvites(ctx, c.To, s.source().superseded(m))
		if err != nil {
			return m, err
		}
	}
	return moved(m, c.To, now), nil
}

// moved gives a member another address. The person is that of the new one, whose mailbox is theirs, too.
func moved(m Member, to Email, now time.Time) Member {
	m.Aliases = append(liveAliases(m.Aliases, to, now), Alias{Email: m.Email, Until: now.Add(AliasPeriod)})
	if m.Login == string(m.Email) {
		m.Login = string(to)
	}
	m.Email, m.Addresses, m.Proven, m.Person = to, []string{string(to)}, true, PersonID{}
	return m
}

// ownsAddress says whether the member, and nobody else, says what their address is.
func ownsAddress(ctx context.Context, rd Reader, cfg tenant.Config, m Member, now time.Time) error {
	if err := mayUse(cfg, m, now); err != nil {
		return err
	}
	if !m.Directory.IsZero() {
		return &Error{Kind: Refused, Code: CodeManagedByDirectory, Detail: "Your address is managed by " + directoryName(cfg, m.Directory) + ". Change it there."}
	}
	links, err := rd.Links(ctx, LinkQuery{Member: m.ID})
	if err != nil {
		return err
	}
	for _, l := range links {
		if c, ok := cfg.Connection(l.Connection); ok {
			return &Error{Kind: Refused, Code: CodeManagedByConnection, Detail: "You sign in through " + c.Name + ", which says what your address is. Change it there."}
		}
	}
	return nil
}

// CodeManagedByConnection refuses to change what the provider says that a member signs in through.
const CodeManagedByConnection Code = "managed_by_connection"

// acceptable judges a new address. Who is a member by an address of the tenant's own domains keeps one of them: an address
// elsewhere would outlast the mailbox that says whether somebody still belongs to the company.
func acceptable(cfg tenant.Config, m Member, f InviteFacts, blocked bool) error {
	was, _ := cfg.Domain(m.Email.Domain())
	is, _ := cfg.Domain(f.Email.Domain())
	switch {
	case !f.Member.IsZero() && f.Member != m.ID:
		return &Error{Kind: Conflict, Code: CodeEmailExists, Field: "email", Detail: "Somebody of your team has this address already."}
	case was.Owned() && !is.Owned():
		return &Error{Kind: Refused, Code: CodeDomainNotProven, Field: "email", Detail: "Your address is one of " + was.Name + ". Choose one of a domain that your organization has proven."}
	case blocked && !is.Owned():
		return &Error{Kind: Refused, Code: CodeDomainNotProven, Field: "email", Detail: "The organization that " + f.Email.Domain() + " belongs to does not want its addresses used here. Choose another one."}
	}
	return nil
}
