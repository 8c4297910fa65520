package storage

import (
	"context"

	"rollcall/internal/roster"
)

// LeaveGroups implements roster.Tx. The groups' rows are locked in the order of their ids, so that two
// members who leave the same groups at once wait for each other instead of standing in each other's way.
func (t *tx) LeaveGroups(ctx context.Context, id roster.MemberID, groups []roster.GroupID) error {
	if len(groups) == 0 {
		return nil
	}
	d := t.db.dialect
	ids := d.list(groupIdents(groups))
	for _, g := range groups {
		delete(t.groups, g) // its version is another one now
	}
	return t.run(ctx, "leave groups",
		statement{
			sql: `UPDATE groups SET version = version + 1, changed_at = $4 WHERE tenant_id = $1 AND id IN (
				SELECT g.id FROM groups g JOIN group_members gm ON gm.tenant_id = g.tenant_id AND gm.group_id = g.id
				WHERE g.tenant_id = $1 AND gm.member_id = $2 AND ` + d.in("g.id", "$3") + ` ORDER BY g.id` + d.forUpdate("g") + `)`,
			args: []any{t.me(), ident(id.UUID), ids, d.time(t.Now())},
		},
		statement{
			sql:  `DELETE FROM group_members WHERE tenant_id = $1 AND member_id = $2 AND ` + d.in("group_id", "$3"),
			args: []any{t.me(), ident(id.UUID), ids},
		})
}
