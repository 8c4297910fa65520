package roster

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"rollcall/internal/tenant"
)

// CreateDirectory makes a directory without credentials. Invalid for a provider
// that is not known.
func (r *Roster) CreateDirectory(ctx context.Context, s Staff, name string, p tenant.Provider, set tenant.DirectorySettings) (tenant.Directory, error) {
	var out tenant.Directory
	if !p.Known() {
		return out, &Error{Kind: Invalid, Field: "provider", Detail: "The provider is " + tenant.ProviderWords() + ", not " + quote(string(p)) + "."}
	}
	if err := checkName(name); err != nil {
		return out, err
	}
	err := r.staffAlone(ctx, s, func(tx Tx) error {
		if _, err := tx.Config(ctx); err != nil {
			return err
		}
		out = tenant.Directory{
			ID: tenant.DirectoryID{UUID: tenant.NewUUID(tx.Now())}, Name: name, Provider: p, Status: tenant.DirectoryActive,
			Settings: set, Version: 1, CreatedAt: tx.Now(), ChangedAt: tx.Now(),
		}
		if err := tx.PutDirectory(ctx, out); err != nil {
			return err
		}
		return tx.AppendEvent(ctx, s.event(DirectoryCreated, details{Name: name}))
	})
	return out, err
}

// SetMappings replaces a directory's group mappings, first match first, and
// gives its members the roles that follow. Invalid for a role that is not there,
// NotFound for a group or directory, Refused when no admin would be left.
func (r *Roster) SetMappings(ctx context.Context, s Staff, id tenant.DirectoryID, mappings []tenant.RoleMapping) (tenant.Directory, error) {
	return r.changeDirectory(ctx, s, id, DirectoryChanged, func(tx Tx, d *tenant.Directory, cfg tenant.Config) (func(Member) Member, error) {
		if err := checkMappings(ctx, tx, cfg, *d, mappings); err != nil {
			return nil, err
		}
		d.Mappings = mappings
		return func(m Member) Member {
			m.Claims = mappedRole(m, *d, tx.Now())
			return m
		}, nil
	})
}

// checkMappings says what is wrong with a directory's new mappings.
func checkMappings(ctx context.Context, rd Reader, cfg tenant.Config, d tenant.Directory, mappings []tenant.RoleMapping) error {
	if d.Status == tenant.DirectoryRemoved {
		return &Error{Kind: NotFound, Field: "directory", Detail: "The directory was removed. Restore it before its mappings are changed."}
	}
	for _, m := range mappings {
		if m.Role == "" {
			return &Error{Kind: Invalid, Field: "role", Detail: "A mapping names a role. The tenant's roles are: " + list(cfg.Tenant.Roles.Roles) + "."}
		}
		if err := checkRole(cfg, m.Role); err != nil {
			return err
		}
		if known := slices.Contains(d.Mappings, m); known {
			continue
		}
		if _, err := rd.Group(ctx, Scope{Directory: d.ID}, GroupID{m.Group}); err != nil {
			return err
		}
	}
	return nil
}

// RemoveDirectory ends a directory: its credentials open nothing any more. keep
// leaves its active people as members at an admin's word, and those it had
// turned off stay off; otherwise all are turned off. RestoreDirectory undoes it
// for 30 days.
func (r *Roster) RemoveDirectory(ctx context.Context, s Staff, id tenant.DirectoryID, keep bool) (tenant.Directory, error) {
	return r.changeDirectory(ctx, s, id, DirectoryRemoved, func(tx Tx, d *tenant.Directory, _ tenant.Config) (func(Member) Member, error) {
		if d.Status == tenant.DirectoryRemoved {
			return nil, &Error{Kind: NotFound, Field: "directory", Detail: "The directory was removed already."}
		}
		if waiting, err := tx.Held(ctx, HeldQuery{Directory: id, Limit: 1}); err != nil || len(waiting) > 0 {
			return nil, cmp.Or(err, error(&Error{Kind: Invalid, Field: "directory", Detail: "Changes of the directory are held back. Release or refuse them first."}))
		}
		d.Status, d.RemovedAt = tenant.DirectoryRemoved, tx.Now()
		return func(m Member) Member { return orphan(m, s, id, keep, tx.Now()) }, nil
	})
}

// orphan takes a member out of a removed directory's hands and notes what is
// needed to undo that. What the directory said of one that waits for an admin
// never counted: such a member stays in only if others let it in.
func orphan(m Member, s Staff, id tenant.DirectoryID, keep bool, now time.Time) Member {
	active, conflict := m.DirectoryActive, m.Conflict
	if c, ok := m.Claim(SourceDirectory); ok { // what counts of its word: an admin may have refused a "no"
		active = c.Active == nil || *c.Active
	}
	stays := active
	if conflict != "" {
		stays = m.Standing.State == StateActive
	}
	former := Claim{Source: SourceFormer, By: id.String(), Active: &active, At: now}
	m = released(m)
	m.Conflict = conflict
	m.Claims = withClaim(m.Claims, former)
	c, _ := m.Claim(SourceAdmin)
	c.Source, c.By, c.At, c.Here = SourceAdmin, s.Actor.ID, now, true
	if c.Active == nil && (!keep || !stays) {
		c.By = removedBy(id)
		off := false
		c.Active = &off
	}
	m.Claims = withClaim(m.Claims, c)
	return m
}

const removal = "removed:"

// removedBy marks a block that only the removal of a directory set.
func removedBy(id tenant.DirectoryID) string { return removal + id.String() }

// liftRemoval takes such a block away, and says whether there was one.
func liftRemoval(claims []Claim, by string) ([]Claim, bool) {
	i := slices.IndexFunc(claims, func(c Claim) bool { return c.Source == SourceAdmin && strings.HasPrefix(c.By, removal) })
	if i < 0 {
		return claims, false
	}
	claims = slices.Clone(claims)
	claims[i].By, claims[i].Active = by, nil
	return claims, true
}

// undoPeriod is how long the removal of a directory can be undone.
const undoPeriod = 30 * 24 * time.Hour

// RestoreDirectory undoes RemoveDirectory within 30 days, with the same ids.
// Members that another directory has taken over since stay with that one.
func (r *Roster) RestoreDirectory(ctx context.Context, s Staff, id tenant.DirectoryID) (tenant.Directory, error) {
	return r.changeDirectory(ctx, s, id, DirectoryChanged, func(tx Tx, d *tenant.Directory, _ tenant.Config) (func(Member) Member, error) {
		if d.Status != tenant.DirectoryRemoved {
			return nil, &Error{Kind: Invalid, Field: "directory", Detail: "The directory is not removed."}
		}
		if tx.Now().Sub(d.RemovedAt) > undoPeriod {
			return nil, &Error{Kind: Invalid, Field: "directory", Detail: "The directory was removed more than 30 days ago. Create a new one; its users are adopted by their addresses."}
		}
		d.Status, d.RemovedAt = tenant.DirectoryActive, time.Time{}
		return func(m Member) Member { return reclaim(m, *d, tx.Now()) }, nil
	})
}

// reclaim gives a member back to a restored directory.
func reclaim(m Member, d tenant.Directory, now time.Time) Member {
	former, ok := m.Claim(SourceFormer)
	if !ok || former.By != d.ID.String() || !m.Directory.IsZero() {
		return m
	}
	m.Directory, m.DirectoryActive = d.ID, former.Active == nil || *former.Active
	m.Claims = withoutClaims(m.Claims, SourceFormer)
	if c, ok := m.Claim(SourceAdmin); ok {
		if c.By == removedBy(d.ID) {
			c.Active = nil
		}
		c.Here = false
		m.Claims = withoutClaims(m.Claims, SourceAdmin)
		if c.Active != nil || c.Role != "" {
			m.Claims = append(m.Claims, c)
		}
	}
	m = heard(m, m.DirectoryActive, now)
	m.Claims = mappedRole(m, d, now)
	return m
}

// changeDirectory changes a directory alone, then settles the members it
// concerns: its own, and for a restored one all of the tenant's.
func (r *Roster) changeDirectory(ctx context.Context, s Staff, id tenant.DirectoryID, kind EventKind,
	change func(Tx, *tenant.Directory, tenant.Config) (func(Member) Member, error),
) (tenant.Directory, error) {
	var out tenant.Directory
	err := r.staffAlone(ctx, s, func(tx Tx) error {
		cfg, err := tx.Config(ctx)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(cfg.Directories, func(d tenant.Directory) bool { return d.ID == id })
		if i < 0 {
			return &Error{Kind: NotFound, Field: "directory", Detail: "There is no such directory."}
		}
		out = cfg.Directories[i]
		if err := s.If.Check(out.Version); err != nil {
			return err
		}
		scope := Scope{Directory: id}
		if out.Status == tenant.DirectoryRemoved {
			scope = Scope{}
		}
		each, err := change(tx, &out, cfg)
		if err != nil {
			return err
		}
		out.Version++
		out.ChangedAt = tx.Now()
		if err := tx.PutDirectory(ctx, out); err != nil {
			return err
		}
		cfg.Directories = slices.Clone(cfg.Directories)
		cfg.Directories[i] = out
		if err := tx.AppendEvent(ctx, s.event(kind, details{Name: out.Name, Status: string(out.Status)})); err != nil {
			return err
		}
		return r.walk(ctx, tx, cfg, s.source(), scope, each)
	})
	return out, r.recorded(ctx, s.Tenant, s.source(), err)
}
