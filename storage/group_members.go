package storage

import (
	"context"
	"slices"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

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

func sortIDs(ids []roster.MemberID) {
	slices.SortFunc(ids, func(a, b roster.MemberID) int { return slices.Compare(a.UUID[:], b.UUID[:]) })
}

// GroupMembers implements roster.Reader.
func (r *reader) GroupMembers(ctx context.Context, id roster.GroupID, after roster.MemberID, limit int) ([]roster.GroupMember, error) {
	const most = 1 << 30 // stands for no limit
	if limit <= 0 {
		limit = most
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
	const most = 1 << 30 // stands for no limit
	if limit <= 0 {
		limit = most
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

// AddToGroup implements roster.Tx. It touches only the rows that it adds. Both lists come back in
// the order of ids. The members' rows are locked against writers: a member who is removed meanwhile
// would not see the new row, and would stay in the group for ever.
func (t *tx) AddToGroup(ctx context.Context, s roster.Scope, id roster.GroupID, ids []roster.MemberID) (added, unknown []roster.MemberID, err error) {
	if len(ids) == 0 {
		return nil, nil, nil
	}
	d := t.db.dialect
	from := ` FROM members m WHERE m.tenant_id = $1 AND ` + d.in("m.id", "$2") + ` AND m.removed_at IS NULL`
	args := []any{t.me(), d.list(memberIdents(ids))}
	if !s.Directory.IsZero() {
		from += ` AND m.directory_id = $3`
		args = append(args, ident(s.Directory.UUID))
	}
	var seen, fresh []roster.MemberID
	group := "$4"
	if s.Directory.IsZero() {
		group = "$3"
	}
	err = t.run(ctx, "add to group",
		statement{sql: `SELECT m.id` + from + ` ORDER BY m.id` + d.forShare("m"), args: args, each: collect(&seen)},
		statement{
			sql: `INSERT INTO group_members (tenant_id, group_id, member_id) SELECT m.tenant_id, ` + d.asUUID(group) + `, m.id` + from +
				` ON CONFLICT (tenant_id, group_id, member_id) DO NOTHING RETURNING member_id`,
			args: append(slices.Clip(args), ident(id.UUID)), each: collect(&fresh),
		})
	if err != nil {
		return nil, nil, err
	}
	added, unknown = split(ids, seen, fresh)
	return added, unknown, nil
}

func split(ids, seen, fresh []roster.MemberID) (added, unknown []roster.MemberID) {
	const isSeen, isFresh = 1, 2
	marks := make(map[roster.MemberID]int, len(ids))
	for _, id := range seen {
		marks[id] = isSeen
	}
	for _, id := range fresh {
		marks[id] = isFresh
	}
	for _, id := range ids {
		switch mark, ok := marks[id]; {
		case !ok:
			unknown = append(unknown, id)
		case mark == isFresh:
			added = append(added, id)
		}
		marks[id] = isSeen // named twice: told once
	}
	return added, unknown
}

// RemoveFromGroup implements roster.Tx. The ids come back in order.
func (t *tx) RemoveFromGroup(ctx context.Context, id roster.GroupID, ids []roster.MemberID, all bool) ([]roster.MemberID, error) {
	d := t.db.dialect
	if all {
		return t.removeFromGroup(ctx, id, "", nil)
	}
	if len(ids) == 0 {
		return nil, nil
	}
	return t.removeFromGroup(ctx, id, " AND "+d.in("member_id", "$3"), d.list(memberIdents(ids)))
}

// KeepInGroup implements roster.Tx. The ids come back in order.
func (t *tx) KeepInGroup(ctx context.Context, id roster.GroupID, ids []roster.MemberID) ([]roster.MemberID, error) {
	if len(ids) == 0 {
		return t.removeFromGroup(ctx, id, "", nil)
	}
	d := t.db.dialect
	return t.removeFromGroup(ctx, id, " AND "+d.notIn("member_id", "$3"), d.list(memberIdents(ids)))
}

func (t *tx) removeFromGroup(ctx context.Context, id roster.GroupID, which string, list any) ([]roster.MemberID, error) {
	args := []any{t.me(), ident(id.UUID)}
	if list != nil {
		args = append(args, list)
	}
	var removed []roster.MemberID
	err := t.run(ctx, "remove from group", statement{
		sql:  `DELETE FROM group_members WHERE tenant_id = $1 AND group_id = $2` + which + ` RETURNING member_id`,
		args: args, each: collect(&removed),
	})
	sortIDs(removed)
	return removed, err
}
