package roster

import (
	"context"

	"rollcall/internal/tenant"
)

// RoleMove is one person's change of role.
type RoleMove struct {
	Member   MemberID
	Login    string
	Email    Email
	From, To string
}

// MappingPreview is what new mappings would do.
type MappingPreview struct {
	Members int               // of the directory
	Moves   map[RoleShift]int // how many from which role to which
	First   []RoleMove        // the first of them, by member
	// Refusal is why SetMappings would be refused; nil: it would not.
	Refusal error
}

// RoleShift is a change from one role to another.
type RoleShift struct{ From, To string }

// PreviewMappings tells what SetMappings would do, and changes nothing: who would
// have which other role, and whether it would be refused because no admin were
// left. It returns the names of at most limit people. Errors are those of
// SetMappings, without last_admin.
func (r *Roster) PreviewMappings(ctx context.Context, s Staff, id tenant.DirectoryID, mappings []tenant.RoleMapping, limit int) (MappingPreview, error) {
	var p MappingPreview
	err := r.Store.View(ctx, s.Tenant, func(rd Reader) error {
		p = MappingPreview{Moves: map[RoleShift]int{}}
		cfg, err := rd.Config(ctx)
		if err != nil {
			return err
		}
		d, ok := cfg.Directory(id)
		if !ok {
			return &Error{Kind: NotFound, Field: "directory", Detail: "There is no such directory."}
		}
		if err := checkMappings(ctx, rd, cfg, d, mappings); err != nil {
			return err
		}
		d.Mappings = mappings
		admins, err := rd.Admins(ctx, cfg.Tenant.Roles.Admin(), MemberID{})
		if err != nil {
			return err
		}
		lost := 0
		err = eachMember(ctx, rd, Query{Scope: Scope{Directory: id}, Limit: walkPage, WithGroups: true}, func(m Member) error {
			p.Members++
			after := m
			after.Claims = mappedRole(m, d, r.Now())
			after.Standing = Judge(after, cfg).Standing
			if after.Standing.Role == m.Standing.Role {
				return nil
			}
			switch {
			case isAdmin(cfg, m):
				lost++
				admins--
			case isAdmin(cfg, after):
				admins++
			}
			p.Moves[RoleShift{m.Standing.Role, after.Standing.Role}]++
			if len(p.First) < limit {
				p.First = append(p.First, RoleMove{Member: m.ID, Login: m.Login, Email: m.Email, From: m.Standing.Role, To: after.Standing.Role})
			}
			return nil
		})
		if lost > 0 && admins <= 0 {
			p.Refusal = noAdminLeft()
		}
		return err
	})
	return p, err
}

func noAdminLeft() error {
	return &Error{
		Kind: Refused, Code: CodeLastAdmin,
		Detail: "This would leave the tenant without an active admin. Make somebody else an admin first, then repeat the change.",
	}
}
