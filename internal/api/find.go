package api

import (
	"context"
	"errors"
	"slices"
	"strings"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
	"rollcall/internal/web"
)

// InTenant is the part of a path that names the tenant.
type InTenant struct {
	Tenant string `path:"tenant" doc:"The tenant, by its id (ten_…) or its slug."`
}

// InDirectory names a directory of a tenant.
type InDirectory struct {
	InTenant
	Directory string `path:"directory" doc:"The directory, by its id (dir_…) or the UUID of its base URL."`
}

// InMember names a member of a tenant.
type InMember struct {
	InTenant
	Member string `path:"member" doc:"The member, by its id (mem_…) or the UUID that SCIM shows."`
}

// InGroup names a group of a tenant.
type InGroup struct {
	InTenant
	Group string `path:"group" doc:"The group, by its id (grp_…) or the UUID that SCIM shows."`
}

// none is the answer for what is not there, or is another tenant's.
func none(what string) error {
	return &roster.Error{Kind: roster.NotFound, Field: what, Detail: "There is no such " + what + "."}
}

// config finds the tenant that a path names, with its settings. What the principal does not see is
// not there.
func (d *Door) config(ctx context.Context, in InTenant) (tenant.Config, error) {
	var id tenant.ID
	if !strings.HasPrefix(in.Tenant, "ten_") || id.UnmarshalText([]byte(in.Tenant)) != nil {
		t, err := d.Locator.TenantBySlug(ctx, in.Tenant)
		if errors.Is(err, roster.NotFound) {
			return tenant.Config{}, none("tenant")
		}
		if err != nil {
			return tenant.Config{}, err
		}
		id = t.ID
	}
	if !principal(ctx).sees(id) {
		return tenant.Config{}, none("tenant")
	}
	cfg, err := d.Store.Reader(id).Config(ctx)
	if errors.Is(err, roster.NotFound) {
		return cfg, none("tenant")
	}
	web.From(ctx).Tenant = id
	return cfg, err
}

// staff is the principal at work in the tenant that a path names.
func (d *Door) staff(ctx context.Context, in InTenant) (roster.Staff, error) {
	_, s, err := d.work(ctx, in)
	return s, err
}

// work is config and staff together.
func (d *Door) work(ctx context.Context, in InTenant) (tenant.Config, roster.Staff, error) {
	cfg, err := d.config(ctx, in)
	return cfg, roster.Staff{Tenant: cfg.Tenant.ID, Actor: principal(ctx).actor(), RequestID: web.RequestID(ctx)}, err
}

// directory finds the directory that a path names, removed or not.
func (d *Door) directory(ctx context.Context, in InDirectory) (tenant.Directory, roster.Staff, error) {
	cfg, s, err := d.work(ctx, in.InTenant)
	if err != nil {
		return tenant.Directory{}, s, err
	}
	id, err := tenant.ParseDirectoryID(in.Directory)
	i := slices.IndexFunc(cfg.Directories, func(o tenant.Directory) bool { return o.ID == id })
	if err != nil || i < 0 {
		return tenant.Directory{}, s, none("directory")
	}
	return cfg.Directories[i], s, nil
}

// member finds the id of the member that a path names, and the tenant's settings.
func (d *Door) member(ctx context.Context, in InMember) (tenant.Config, roster.Staff, roster.MemberID, error) {
	id, idErr := roster.ParseMemberID(in.Member)
	cfg, s, err := d.work(ctx, in.InTenant)
	if err == nil && idErr != nil {
		err = none("member")
	}
	return cfg, s, id, err
}
