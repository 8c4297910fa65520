package storage

import (
	"context"
	"slices"

	"rollcall/internal/roster"
)

// manyMembers are worth a round trip to find out who is in the group already: a full push of a large
// group names all of them, and locking one costs more than looking for it.
const manyMembers = 1000

// AddToGroup implements roster.Tx. It touches only the rows that it adds. Both lists come back in
// the order of ids. The members' rows are locked against writers: a member who is removed meanwhile
// would not see the new row, and would stay in the group for ever.
func (t *tx) AddToGroup(ctx context.Context, s roster.Scope, id roster.GroupID, ids []roster.MemberID) (added, unknown []roster.MemberID, err error) {
	if len(ids) >= manyMembers {
		if ids, err = t.absent(ctx, id, ids); err != nil {
			return nil, nil, err
		}
	}
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

// absent returns those of ids that are not in the group.
func (t *tx) absent(ctx context.Context, id roster.GroupID, ids []roster.MemberID) ([]roster.MemberID, error) {
	var present []roster.MemberID
	d := t.db.dialect
	err := t.run(ctx, "add to group", statement{
		sql:  `SELECT member_id FROM group_members WHERE tenant_id = $1 AND group_id = $2` + d.amongGroup("member_id", "$3"),
		args: []any{t.me(), ident(id.UUID), d.list(memberIdents(ids))}, each: collect(&present),
	})
	return except(slices.Clone(ids), present), err
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
	const everybody = `DELETE FROM group_members WHERE tenant_id = $1 AND group_id = $2`
	args := []any{t.me(), ident(id.UUID)}
	d := t.db.dialect
	var removed []roster.MemberID
	var list []statement
	remove := func(which string, more ...any) {
		list = append(list, statement{
			sql: everybody + which + ` RETURNING member_id`, args: append(slices.Clone(args), more...), each: collect(&removed),
		})
	}
	switch {
	case all:
		remove("")
	case d == sqlite || len(ids) >= manyMembers:
		remove(d.amongGroup("member_id", "$3"), d.list(memberIdents(ids)))
	default:
		for _, m := range ids {
			remove(" AND member_id = $3", ident(m.UUID))
		}
	}
	if len(list) == 0 {
		return nil, nil
	}
	err := t.run(ctx, "remove from group", list...)
	sortIDs(removed)
	return removed, err
}

// KeepInGroup implements roster.Tx. The ids come back in order. The two lists are compared here:
// given as an argument, PostgreSQL would compare each member with each id.
func (t *tx) KeepInGroup(ctx context.Context, id roster.GroupID, ids []roster.MemberID) ([]roster.MemberID, error) {
	if len(ids) == 0 {
		return t.RemoveFromGroup(ctx, id, nil, true)
	}
	var present []roster.MemberID
	err := t.run(ctx, "keep in group", statement{
		sql:  `SELECT member_id FROM group_members WHERE tenant_id = $1 AND group_id = $2`,
		args: []any{t.me(), ident(id.UUID)}, each: collect(&present),
	})
	if err != nil {
		return nil, err
	}
	return t.RemoveFromGroup(ctx, id, except(present, ids), false)
}

// except returns those of list that are not among others.
func except(list, others []roster.MemberID) []roster.MemberID {
	sorted := slices.Clone(others)
	sortIDs(sorted)
	return slices.DeleteFunc(list, func(id roster.MemberID) bool {
		_, found := slices.BinarySearchFunc(sorted, id, compareIDs)
		return found
	})
}

// LockGroupsOf implements roster.Tx. It leaves together with what comes next.
func (t *tx) LockGroupsOf(ctx context.Context, id roster.MemberID) error {
	if t.db.dialect == sqlite {
		return nil
	}
	// The ids are gathered first: see lockMatches.
	const groupsOfOne = `SELECT group_id FROM group_members WHERE tenant_id = $1 AND member_id = $2`
	return t.later(ctx, "lock groups of member", statement{
		sql: `SELECT g.id FROM groups g WHERE g.tenant_id = $1 AND g.id = ANY (ARRAY(` + groupsOfOne + `)) ORDER BY g.id` +
			t.db.dialect.forUpdate("g"),
		args: []any{t.me(), ident(id.UUID)},
	})
}
