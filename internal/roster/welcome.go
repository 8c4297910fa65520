package roster

import (
	"context"

	"rollcall/internal/tenant"
)

// welcome writes a member that came, or came back, and its event. It links the
// person of its address.
func (r *Roster) welcome(ctx context.Context, tx Tx, cfg tenant.Config, from origin, before Member, after *Member, kind EventKind) error {
	if err := checkUnique(ctx, tx, cfg, memberValues(before), memberValues(*after)); err != nil {
		return err
	}
	err := supersede(ctx, tx, cfg, from, after)
	if err == nil {
		err = r.linkPerson(ctx, tx, cfg, after)
	}
	if err != nil {
		return err
	}
	if before.Version == 0 {
		err = tx.InsertMember(ctx, *after)
	} else {
		err = putMember(ctx, tx, from, before, *after)
	}
	if err != nil {
		return err
	}
	if err := foundAdmin(ctx, tx, cfg, *after); err != nil {
		return err
	}
	return tx.AppendEvent(ctx, memberEvent(kind, from, cfg, before, *after))
}

// primaryEmail parses the address that a change names; none is fine.
func primaryEmail(c Change) (Email, error) {
	if c.Email == "" {
		return "", nil
	}
	return ParseEmail(c.Email)
}

// linkPerson gives a proven member the person of its address. A sign-in's word is good within its
// tenant only: a person is for who owns the domain, or for whom a person vouched (SECURITY J16).
func (r *Roster) linkPerson(ctx context.Context, tx Tx, cfg tenant.Config, m *Member) error {
	if !m.Proven || m.Email == "" || !m.Person.IsZero() {
		return nil
	}
	if d, _ := cfg.Domain(m.Email.Domain()); !d.Owned() && !vouched(*m) {
		return nil
	}
	if err := r.onlyTenant(ctx, tx, m.Email); err != nil {
		return err
	}
	var err error
	m.Person, err = tx.Person(ctx, m.Email)
	return err
}

// linkAddress is linkPerson for a member that may have got another address: the
// person stays the same and has that address too.
func (r *Roster) linkAddress(ctx context.Context, tx Tx, cfg tenant.Config, before Member, after *Member) error {
	if !after.Proven || after.Person.IsZero() || after.Email == before.Email {
		return r.linkPerson(ctx, tx, cfg, after)
	}
	if err := r.onlyTenant(ctx, tx, after.Email); err != nil {
		return err
	}
	return tx.AddAddress(ctx, after.Person, after.Email)
}

// onlyTenant refuses an address that is proven in another tenant, where the
// deployment allows one only.
func (r *Roster) onlyTenant(ctx context.Context, tx Tx, e Email) error {
	if !r.OneTenantPerEmail {
		return nil
	}
	taken, err := tx.PersonElsewhere(ctx, e)
	if err != nil || !taken {
		return err
	}
	return &Error{
		Kind: Conflict, Code: CodeEmailExists, Field: "email",
		Detail: "This e-mail address is in use already. Use another address, or ask the operator of the application.",
	}
}

// foundAdmin clears the mark of a tenant that had lost its last admin.
func foundAdmin(ctx context.Context, tx Tx, c tenant.Config, m Member) error {
	if !c.Tenant.NoAdmin || !isAdmin(c, m) {
		return nil
	}
	t := c.Tenant
	t.NoAdmin = false
	return tx.PutTenant(ctx, t)
}

// IsAdmin says whether a member may manage its tenant now: it has access, and the admin role.
func IsAdmin(t tenant.Tenant, m Member) bool {
	return HasAccess(t, m) && m.Standing.Role == t.Roles.Admin()
}

func isAdmin(c tenant.Config, m Member) bool {
	return m.Standing.State == StateActive && m.Standing.Role == c.Tenant.Roles.Admin()
}
