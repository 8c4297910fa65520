package main

import (
	"errors"
	"strings"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// tenantFlag names the tenant that a command works in.
type tenantFlag struct {
	Tenant string `required:"" placeholder:"SLUG" help:"The tenant, by its slug or its id."`
}

// staff opens the store, finds the tenant, and returns the operator at work in it.
func (f tenantFlag) staff(p *program) (*roster.Roster, roster.Staff, error) {
	r, err := p.open()
	if err != nil {
		return nil, roster.Staff{}, err
	}
	t, err := findTenant(p, f.Tenant)
	return r, p.operator(t.ID), err
}

func findTenant(p *program, name string) (tenant.Tenant, error) {
	var id tenant.ID
	if strings.HasPrefix(name, "ten_") && id.UnmarshalText([]byte(name)) == nil {
		c, err := p.db.Reader(id).Config(p.ctx)
		return c.Tenant, noSuch(err, "there is no tenant %s; `rollcall tenant list` shows all", name)
	}
	t, err := p.db.TenantBySlug(p.ctx, name)
	return t, noSuch(err, "there is no tenant %q; `rollcall tenant list` shows all", name)
}

// noSuch replaces NotFound by a sentence that names what was asked for.
func noSuch(err error, format string, args ...any) error {
	if errors.Is(err, roster.NotFound) {
		return refused(format, args...)
	}
	return err
}

// findDirectory opens the store and finds a directory by its id, and the
// operator at work in its tenant.
func findDirectory(p *program, name string) (*roster.Roster, roster.Staff, tenant.Directory, error) {
	var none tenant.Directory
	id, err := tenant.ParseDirectoryID(name)
	if err != nil {
		return nil, roster.Staff{}, none, usage("the directory: %w; `rollcall directory list` shows them", err)
	}
	r, err := p.open()
	if err != nil {
		return nil, roster.Staff{}, none, err
	}
	missing := "there is no directory %s; `rollcall directory list --tenant SLUG` shows a tenant's"
	of, err := p.db.TenantOfDirectory(p.ctx, id)
	if err != nil {
		return nil, roster.Staff{}, none, noSuch(err, missing, name)
	}
	c, err := p.db.Reader(of).Config(p.ctx)
	if err != nil {
		return nil, roster.Staff{}, none, err
	}
	for _, d := range c.Directories {
		if d.ID == id {
			return r, p.operator(of), d, nil
		}
	}
	return nil, roster.Staff{}, none, refused(missing, name)
}

// findMember finds a member by id, e-mail address or login. A name that fits
// several is refused with their ids.
func findMember(p *program, s roster.Staff, name string) (roster.MemberID, error) {
	rd := p.db.Reader(s.Tenant)
	if id, err := roster.ParseMemberID(name); err == nil {
		_, err := rd.Member(p.ctx, roster.Scope{}, id, false)
		return id, noSuch(err, "the tenant has no member %s", name)
	}
	page, err := rd.Members(p.ctx, roster.Query{Where: named(name), Limit: 10})
	switch {
	case err != nil:
		return roster.MemberID{}, err
	case len(page.Items) == 1:
		return page.Items[0].ID, nil
	case len(page.Items) == 0:
		return roster.MemberID{}, refused("the tenant has no member %q; name one by id, e-mail address or login, as `rollcall member list` shows them", name)
	}
	ids := list(page.Items, func(m roster.Member) string { return m.ID.String() })
	return roster.MemberID{}, refused("%q fits several members, name one by its id: %s", name, strings.Join(ids, ", "))
}

func named(name string) roster.Predicate {
	is := func(f roster.Field) roster.Predicate {
		return roster.Compare{Field: f, Op: roster.Equal, Value: roster.TextValue(name)}
	}
	return roster.Or{
		is(roster.Field{Column: roster.ColumnLogin}),
		roster.Any{Field: roster.Field{Attribute: "emails"}, Where: is(roster.Field{Sub: "value"})},
	}
}
