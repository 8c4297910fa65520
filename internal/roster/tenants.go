package roster

import (
	"context"
	"errors"
	"time"

	"rollcall/internal/tenant"
)

// CreateTenant makes an active tenant. Conflict when the slug is taken, Invalid
// for a slug, name or role set that can't be used.
func (r *Roster) CreateTenant(ctx context.Context, slug, name string, roles tenant.RoleSet) (tenant.Tenant, error) {
	var t tenant.Tenant
	if err := tenant.CheckSlug(slug); err != nil {
		return t, &Error{Kind: Invalid, Field: "slug", Detail: "The " + err.Error() + "."}
	}
	if err := roles.Check(); err != nil {
		return t, &Error{Kind: Invalid, Field: "roles", Detail: "The role set can't be used: " + err.Error() + "."}
	}
	if err := checkName(name); err != nil {
		return t, err
	}
	now := r.Now().UTC().Truncate(time.Millisecond) // as it is stored
	t = tenant.Tenant{
		ID: tenant.ID{UUID: tenant.NewUUID(now)}, Slug: slug, Name: name, Status: tenant.Active, Roles: roles,
		Version: 1, CreatedAt: now, ChangedAt: now,
	}
	if err := r.Locator.CreateTenant(ctx, t); err != nil {
		return tenant.Tenant{}, err
	}
	err := r.Store.Update(ctx, t.ID, func(tx Tx) error {
		return tx.AppendEvent(ctx, Event{Kind: TenantCreated, Actor: Actor{Source: SourceOperator}, Data: details{Name: slug}.json()})
	})
	return t, err
}

// maxName bounds the names of tenants, directories and labels, in bytes.
const maxName = 200

func checkName(name string) error {
	if name == "" || len(name) > maxName {
		return &Error{Kind: Invalid, Field: "name", Detail: "A name has 1 to 200 characters."}
	}
	return nil
}

// SetTenantStatus suspends or resumes a tenant. Members keep their standing;
// while suspended, none of them has access.
func (r *Roster) SetTenantStatus(ctx context.Context, s Staff, st tenant.Status) (tenant.Tenant, error) {
	kind := TenantSuspended
	if st == tenant.Active {
		kind = TenantResumed
	}
	return r.configure(ctx, s, kind, func(c *tenant.Config) error {
		was := c.Tenant.Status
		c.Tenant.Status = st
		switch {
		case st == tenant.Active:
			c.Tenant.Policy.SuspendedAt = time.Time{}
		case was == tenant.Active:
			c.Tenant.Policy.SuspendedAt = r.Now()
		}
		return nil
	})
}

// SetTenantPolicy replaces a tenant's policy and settles its members anew.
func (r *Roster) SetTenantPolicy(ctx context.Context, s Staff, p tenant.Policy) (tenant.Tenant, error) {
	return r.configure(ctx, s, TenantChanged, func(c *tenant.Config) error {
		c.Tenant.Policy = p
		return checkDefault(*c, p.DefaultRole)
	})
}

func (r *Roster) configure(ctx context.Context, s Staff, kind EventKind, change func(*tenant.Config) error) (tenant.Tenant, error) {
	var out tenant.Tenant
	err := r.staffAlone(ctx, s, func(tx Tx) error {
		cfg, err := tx.Config(ctx)
		if err != nil {
			return err
		}
		before := cfg.Tenant
		if err := s.If.Check(before.Version); err != nil {
			return err
		}
		if err := change(&cfg); err != nil {
			return err
		}
		out = cfg.Tenant
		rules := !out.Policy.SameRules(before.Policy) || !out.Roles.SameRules(before.Roles)
		if !rules && out.Policy.Equal(before.Policy) && out.Status == before.Status && out.Name == before.Name && out.Roles.Equal(before.Roles) {
			return nil
		}
		cfg.Tenant.Version++
		cfg.Tenant.ChangedAt = tx.Now()
		out = cfg.Tenant
		if err := tx.PutTenant(ctx, cfg.Tenant); err != nil {
			return err
		}
		if err := errors.Join(closeTenant(ctx, tx, s, out), resumeInvites(ctx, tx, before, out)); err != nil {
			return err
		}
		if rules {
			if err := r.walk(ctx, tx, cfg, s.source(), Scope{}, nil); err != nil {
				return err
			}
		}
		return tx.AppendEvent(ctx, s.event(kind, details{Status: string(out.Status)}))
	})
	return out, r.recorded(ctx, s.Tenant, s.source(), err)
}

// resumeInvites sets the clock of invites going again, which stood still while a tenant was suspended.
func resumeInvites(ctx context.Context, tx Tx, before, now tenant.Tenant) error {
	since := before.Policy.SuspendedAt
	if since.IsZero() || now.Status != tenant.Active {
		return nil
	}
	return tx.ShiftInvites(ctx, since, tx.Now().Sub(since))
}

func (s Staff) event(kind EventKind, d details) Event {
	return Event{Kind: kind, Actor: s.Actor, RequestID: s.RequestID, Data: d.json()}
}
