package roster

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"rollcall/internal/tenant"
)

// The events of the policy of sign-ins.
const (
	SSOEnforced      EventKind = "sso.enforced"
	SSOOptional      EventKind = "sso.optional"
	BreakGlassAdded  EventKind = "break_glass.added"
	BreakGlassTaken  EventKind = "break_glass.removed"
	SessionsChanged  EventKind = "tenant.sessions_changed"
	testGoodFor                = 24 * time.Hour
	maxReason                  = 500
	maxPolicyContact           = 500
)

// EnforceSSO makes a tenant's people sign in through a connection, or no longer. It is refused with sso_not_tested
// unless a test sign-in passed on an active connection within 24 hours, and with no_break_glass unless an active admin
// stands outside: else one mistake at the identity provider would lock everybody out.
func (r *Roster) EnforceSSO(ctx context.Context, s Staff, on bool) (tenant.Tenant, error) {
	kind := SSOOptional
	if on {
		kind = SSOEnforced
	}
	return r.changePolicy(ctx, s, func(tx Tx, cfg tenant.Config, p *tenant.Policy) (Event, error) {
		if on && !p.SSO.Enforced {
			if err := r.mayEnforce(ctx, tx, cfg); err != nil {
				return Event{}, err
			}
		}
		p.SSO.Enforced = on
		if on {
			if err := endLocal(ctx, tx, s, p.SSO); err != nil {
				return Event{}, err
			}
		}
		return s.event(kind, details{}), nil
	})
}

func (r *Roster) mayEnforce(ctx context.Context, tx Tx, cfg tenant.Config) error {
	tested := slices.ContainsFunc(cfg.Connections, func(c tenant.Connection) bool {
		return c.Usable() && !c.TestedAt.IsZero() && tx.Now().Sub(c.TestedAt) <= testGoodFor
	})
	if !tested {
		return &Error{
			Kind: Refused, Code: CodeSSONotTested, Field: "enforced",
			Detail: "Nobody has signed in through an active connection in test mode within the last 24 hours with its settings as they are. Test one first, so that it is known to work.",
		}
	}
	found, err := standsOutside(ctx, tx, cfg, cfg.Tenant.Policy.SSO)
	if err != nil || found {
		return err
	}
	return &Error{
		Kind: Refused, Code: CodeNoBreakGlass, Field: "enforced",
		Detail: "No active admin may sign in when the identity provider does not work. Name one as break-glass first.",
	}
}

// standsOutside says whether a policy excepts an active admin now: the exceptions of others help nobody.
func standsOutside(ctx context.Context, tx Tx, cfg tenant.Config, p tenant.SSOPolicy) (bool, error) {
	for _, b := range p.BreakGlass {
		if !p.Excepts(b.Member, tx.Now()) {
			continue
		}
		m, err := tx.Member(ctx, Scope{}, MemberID{b.Member}, false)
		if err == nil && isAdmin(cfg, m) {
			return true, nil
		}
		if err != nil && !errors.Is(err, NotFound) {
			return false, err
		}
	}
	return false, nil
}

// AddBreakGlass lets a member sign in another way while SSO is enforced, until a time; zero: until taken away. Refused
// with break_glass_not_admin for anybody but an active admin, with break_glass_full beyond tenant.MaxBreakGlass. Naming
// one again replaces reason and time.
func (r *Roster) AddBreakGlass(ctx context.Context, s Staff, id MemberID, reason string, until time.Time) (tenant.Tenant, error) {
	reason = strings.TrimSpace(reason)
	if reason == "" || len(reason) > maxReason {
		return tenant.Tenant{}, &Error{Kind: Invalid, Field: "reason", Detail: "Say in up to 500 characters why this member stands outside SSO; whoever looks later wants to know."}
	}
	return r.changePolicy(ctx, s, func(tx Tx, cfg tenant.Config, p *tenant.Policy) (Event, error) {
		m, err := tx.Member(ctx, Scope{}, id, false)
		switch {
		case err != nil:
			return Event{}, err
		case !until.IsZero() && !until.After(tx.Now()):
			return Event{}, &Error{Kind: Invalid, Field: "until", Detail: "The time has passed already."}
		case !isAdmin(cfg, m):
			return Event{}, &Error{
				Kind: Refused, Code: CodeBreakGlassNoAdmin, Field: "member",
				Detail: "Break-glass is for active admins, who can put things right. Make the member an admin first, or name another one.",
			}
		}
		all := slices.DeleteFunc(slices.Clone(p.SSO.BreakGlass), func(b tenant.BreakGlass) bool {
			return b.Member == id.UUID || !p.SSO.Excepts(b.Member, tx.Now()) // those that are over make room
		})
		if len(all) >= tenant.MaxBreakGlass {
			return Event{}, &Error{
				Kind: Refused, Code: CodeBreakGlassFull, Field: "member",
				Detail: "Five members stand outside SSO already, the most there may be. Take one away first.",
			}
		}
		all = append(all, tenant.BreakGlass{Member: id.UUID, Reason: reason, Since: tx.Now(), Until: until})
		p.SSO.BreakGlass = all
		e := s.event(BreakGlassAdded, details{})
		e.Member = id
		return e, nil
	})
}

// RemoveBreakGlass takes a member's exception back. Refused with no_break_glass when no other active admin would
// get in while SSO is enforced; NotFound when the member has none.
func (r *Roster) RemoveBreakGlass(ctx context.Context, s Staff, id MemberID) (tenant.Tenant, error) {
	return r.changePolicy(ctx, s, func(tx Tx, cfg tenant.Config, p *tenant.Policy) (Event, error) {
		all := slices.DeleteFunc(slices.Clone(p.SSO.BreakGlass), func(b tenant.BreakGlass) bool { return b.Member == id.UUID })
		if len(all) == len(p.SSO.BreakGlass) {
			return Event{}, &Error{Kind: NotFound, Field: "member", Detail: "The member does not stand outside SSO."}
		}
		if p.SSO.BreakGlass = all; len(all) == 0 {
			p.SSO.BreakGlass = nil
		}
		if p.SSO.Enforced {
			others, err := standsOutside(ctx, tx, cfg, p.SSO)
			if err != nil {
				return Event{}, err
			}
			if !others {
				return Event{}, &Error{
					Kind: Refused, Code: CodeNoBreakGlass, Field: "member",
					Detail: "SSO is enforced and no other active admin gets in without it. Name another one first, or switch the enforcement off.",
				}
			}
		}
		if p.SSO.Enforced {
			if err := endLocalOf(ctx, tx, s, id); err != nil {
				return Event{}, err
			}
		}
		e := s.event(BreakGlassTaken, details{})
		e.Member = id
		return e, nil
	})
}

// SetSessions says how long sessions last from now on; zero values are the defaults. Invalid outside the bounds of
// tenant.SessionPolicy.
func (r *Roster) SetSessions(ctx context.Context, s Staff, want tenant.SessionPolicy) (tenant.Tenant, error) {
	if err := want.Check(); err != nil {
		return tenant.Tenant{}, &Error{Kind: Invalid, Field: "sessions", Detail: "The times of sessions can't be used: " + err.Error() + "."}
	}
	return r.changePolicy(ctx, s, func(_ Tx, _ tenant.Config, p *tenant.Policy) (Event, error) {
		p.Sessions = want
		return s.event(SessionsChanged, details{}), nil
	})
}

// SetContact says whom people are told to ask when they are refused; empty: nobody.
func (r *Roster) SetContact(ctx context.Context, s Staff, contact string) (tenant.Tenant, error) {
	contact = strings.TrimSpace(contact)
	if len(contact) > maxPolicyContact || strings.ContainsFunc(contact, func(c rune) bool { return c < ' ' || c == 0x7f }) {
		return tenant.Tenant{}, &Error{Kind: Invalid, Field: "contact", Detail: "The contact is one line of up to 500 characters."}
	}
	return r.changePolicy(ctx, s, func(_ Tx, _ tenant.Config, p *tenant.Policy) (Event, error) {
		p.Contact = contact
		return s.event(TenantChanged, details{Fields: []string{"contact"}}), nil
	})
}

// changePolicy changes what of a tenant's policy is no part of the rules of members. An event is written when something
// changed.
func (r *Roster) changePolicy(ctx context.Context, s Staff, change func(Tx, tenant.Config, *tenant.Policy) (Event, error)) (tenant.Tenant, error) {
	var out tenant.Tenant
	err := r.staffAlone(ctx, s, func(tx Tx) error {
		cfg, err := tx.Config(ctx)
		if err != nil {
			return err
		}
		if err := s.If.Check(cfg.Tenant.Version); err != nil {
			return err
		}
		out = cfg.Tenant
		event, err := change(tx, cfg, &out.Policy)
		if err != nil || out.Policy.Equal(cfg.Tenant.Policy) {
			return err
		}
		out.Version++
		out.ChangedAt = tx.Now()
		if err := tx.PutTenant(ctx, out); err != nil {
			return err
		}
		return tx.AppendEvent(ctx, event)
	})
	return out, r.recorded(ctx, s.Tenant, s.source(), err)
}
