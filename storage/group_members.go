package storage

import (
	"bytes"
	"context"
	"slices"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// noLimit stands for no limit.
const noLimit = 1 << 30

func memberIdents(ids []roster.MemberID) []ident {
	out := make([]ident, len(ids))
	for i, id := range ids {
		out[i] = ident(id.UUID)
	}
	return out
}

// collect makes an each that gathers member ids.
func collect(into *[]roster.MemberID) func(row) error {
	return func(r row) error {
		var id ident
		err := r.Scan(&id)
		*into = append(*into, roster.MemberID{UUID: tenant.UUID(id)})
		return err
	}
}

func compareIDs(a, b roster.MemberID) int { return bytes.Compare(a.UUID[:], b.UUID[:]) }

func sortIDs(ids []roster.MemberID) { slices.SortFunc(ids, compareIDs) }

// GroupMembers implements roster.Reader.
func (r *reader) GroupMembers(ctx context.Context, id roster.GroupID, after roster.MemberID, limit int) ([]roster.GroupMember, error) {
	if limit <= 0 {
		limit = noLimit
	}
	var out []roster.GroupMember
	err := r.run(ctx, "list members of group", statement{
		sql: `SELECT gm.member_id, m.label FROM group_members gm JOIN members m ON m.tenant_id = gm.tenant_id AND m.id = gm.member_id
			WHERE gm.tenant_id = $1 AND gm.group_id = $2 AND gm.member_id > $3 ORDER BY gm.member_id LIMIT $4`,
		args: []any{r.me(), ident(id.UUID), after.UUID.UUID(), limit},
		each: func(row row) error {
			var id ident
			var m roster.GroupMember
			err := row.Scan(&id, &m.Label)
			m.ID.UUID = tenant.UUID(id)
			out = append(out, m)
			return err
		},
	})
	return out, err
}

func groupIdents(ids []roster.GroupID) []ident {
	out := make([]ident, len(ids))
	for i, id := range ids {
		out[i] = ident(id.UUID)
	}
	return out
}

// MembersOf implements roster.Reader. Groups without members have no entry.
func (r *reader) MembersOf(ctx context.Context, ids []roster.GroupID, limit int) (map[roster.GroupID][]roster.GroupMember, bool, error) {
	if limit <= 0 {
		limit = noLimit
	}
	out, left := make(map[roster.GroupID][]roster.GroupMember, len(ids)), limit
	if len(ids) == 0 {
		return out, true, nil
	}
	d := r.db.dialect
	err := r.run(ctx, "list members of groups", statement{
		sql: `SELECT gm.group_id, gm.member_id, m.label FROM group_members gm JOIN members m ON m.tenant_id = gm.tenant_id AND m.id = gm.member_id
			WHERE gm.tenant_id = $1 AND ` + d.in("gm.group_id", "$2") + ` ORDER BY gm.group_id, gm.member_id LIMIT $3`,
		args: []any{r.me(), d.list(groupIdents(ids)), limit + 1},
		each: func(row row) error {
			if left--; left < 0 {
				return nil
			}
			var group, id ident
			var m roster.GroupMember
			err := row.Scan(&group, &id, &m.Label)
			m.ID.UUID = tenant.UUID(id)
			key := roster.GroupID{UUID: tenant.UUID(group)}
			out[key] = append(out[key], m)
			return err
		},
	})
	return out, left >= 0, err
}

// GroupsOf implements roster.Reader.
func (r *reader) GroupsOf(ctx context.Context, id roster.MemberID) ([]roster.GroupRef, error) {
	var out []roster.GroupRef
	err := r.run(ctx, "list groups of member", statement{
		sql: `SELECT g.id, g.name FROM group_members gm JOIN groups g ON g.tenant_id = gm.tenant_id AND g.id = gm.group_id
			WHERE gm.tenant_id = $1 AND gm.member_id = $2 AND g.directory_id IS NOT NULL ORDER BY g.id`,
		args: []any{r.me(), ident(id.UUID)},
		each: func(row row) error {
			var id ident
			var g roster.GroupRef
			err := row.Scan(&id, &g.Name)
			g.ID.UUID = tenant.UUID(id)
			out = append(out, g)
			return err
		},
	})
	return out, err
}
