package storage

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// groupColumns are what a group is made of, in the order of scanGroup.
const groupColumns = `g.id, g.directory_id, g.name, g.name_unique, g.external_id, g.attributes, g.version, g.created_at, g.changed_at`

func scanGroup(r row) (roster.Group, error) {
	var g roster.Group
	var id, directory ident
	var attributes []byte
	var created, changed instant
	err := r.Scan(&id, &directory, &g.Name, &g.NameUnique, &g.ExternalID, &attributes, &g.Version, &created, &changed)
	g.ID.UUID, g.Directory.UUID = tenant.UUID(id), tenant.UUID(directory)
	g.CreatedAt, g.ChangedAt = created.time(), changed.time()
	if len(attributes) > 0 {
		g.Attributes = attributes
	}
	return g, err //nolint:wrapcheck // the caller does
}

const groupByID = `SELECT ` + groupColumns + ` FROM groups g WHERE g.tenant_id = $1 AND g.id = $2`

// Group implements roster.Reader.
func (r *reader) Group(ctx context.Context, s roster.Scope, id roster.GroupID) (roster.Group, error) {
	return r.group(ctx, s, id, groupByID)
}

func (r *reader) group(ctx context.Context, s roster.Scope, id roster.GroupID, sql string) (roster.Group, error) {
	var g roster.Group
	found := false
	err := r.run(ctx, "find group", statement{sql: sql, args: []any{r.me(), ident(id.UUID)}, each: func(row row) (err error) {
		found = true
		g, err = scanGroup(row)
		return err
	}})
	if err != nil {
		return roster.Group{}, err
	}
	if !found || !sees(s, g.Directory, false) {
		return roster.Group{}, notFound("group")
	}
	return g, nil
}

// LockGroup implements roster.Tx.
func (t *tx) LockGroup(ctx context.Context, s roster.Scope, id roster.GroupID) (roster.Group, error) {
	g, err := t.group(ctx, s, id, groupByID+t.db.dialect.forUpdate("g"))
	if err == nil {
		t.groups[g.ID] = g.Version
	}
	return g, err
}

const (
	insertGroup = `
		INSERT INTO groups (tenant_id, id, created_at, directory_id, name, name_fold, name_key, name_unique, external_id,
		  attributes, search, version, changed_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`
	updateGroup = `
		UPDATE groups SET directory_id = $4, name = $5, name_fold = $6, name_key = $7, name_unique = $8, external_id = $9,
		  attributes = $10, search = $11, version = $12, changed_at = $13
		WHERE tenant_id = $1 AND id = $2 AND version = $3`
)

func groupArgs(g roster.Group) ([]any, error) {
	if err := errors.Join(storableText("name", g.Name), storableText("external_id", g.ExternalID)); err != nil {
		return nil, err
	}
	folded, err := g.Attributes.Folded()
	if err != nil {
		return nil, err //nolint:wrapcheck // it says what
	}
	if err := storableJSON(folded); err != nil {
		return nil, err
	}
	name := roster.Fold(g.Name)
	key := name
	if !g.NameUnique {
		key = g.ID.UUID.UUID()
	}
	return []any{
		ident(g.Directory.UUID), g.Name, name, key, g.NameUnique, g.ExternalID,
		string(g.Attributes), string(folded), g.Version, instant(g.ChangedAt),
	}, nil
}

// InsertGroup implements roster.Tx.
func (t *tx) InsertGroup(ctx context.Context, g roster.Group) error {
	args, err := groupArgs(g)
	if err != nil {
		return fmt.Errorf("insert group: %w", err)
	}
	keys, err := t.keyChanges(ctx, groupOwner(g), indexable{}, indexable{g.Attributes, true})
	if err != nil {
		return err
	}
	t.groups[g.ID] = g.Version
	list := append(t.tally(g.Directory, 0, 1), statement{
		sql: insertGroup, args: append([]any{t.me(), ident(g.ID.UUID), instant(g.CreatedAt)}, args...),
		taken: &taken{field: takenName},
	})
	return t.later(ctx, "insert group", append(list, keys...)...)
}

// UpdateGroup implements roster.Tx; see UpdateMember for the lock.
func (t *tx) UpdateGroup(ctx context.Context, before, after roster.Group) error {
	stored, locked := t.groups[before.ID]
	if !locked {
		g, err := t.LockGroup(ctx, roster.Scope{}, before.ID)
		if err != nil && !errors.Is(err, roster.NotFound) {
			return err
		}
		stored = g.Version // 0: it is not there, which is another version too
	}
	if err := (roster.Precondition{Version: before.Version}).Check(stored); err != nil {
		return fmt.Errorf("update group: %w", err)
	}
	args, err := groupArgs(after)
	if err != nil {
		return fmt.Errorf("update group: %w", err)
	}
	var list []statement
	if before.Directory != after.Directory {
		list = append(t.tally(before.Directory, 0, -1), t.tally(after.Directory, 0, 1)...)
	}
	list = append(list, statement{
		sql: updateGroup, args: append([]any{t.me(), ident(after.ID.UUID), before.Version}, args...),
		taken: &taken{field: takenName},
	})
	if !bytes.Equal(before.Attributes, after.Attributes) {
		keys, err := t.keyChanges(ctx, groupOwner(after), indexable{before.Attributes, true}, indexable{after.Attributes, true})
		if err != nil {
			return err
		}
		list = append(list, keys...)
	}
	t.groups[after.ID] = after.Version
	return t.later(ctx, "update group", list...)
}

// DeleteGroup implements roster.Tx. The statement that deletes the row knows its directory.
func (t *tx) DeleteGroup(ctx context.Context, id roster.GroupID) error {
	args := []any{t.me(), ident(id.UUID)}
	keys, err := t.dropKeys(ctx, owner{tenant.GroupResource, id.UUID})
	if err != nil {
		return err
	}
	delete(t.groups, id)
	rows := statement{sql: `DELETE FROM group_members WHERE tenant_id = $1 AND group_id = $2`, args: args}
	group := statement{sql: `DELETE FROM groups WHERE tenant_id = $1 AND id = $2`, args: args}
	if t.db.dialect == postgres {
		group.sql = `WITH gone AS (` + group.sql + ` RETURNING tenant_id, directory_id)
			INSERT INTO tallies (tenant_id, directory_id, members, groups)
			SELECT tenant_id, coalesce(directory_id, '00000000-0000-0000-0000-000000000000'), 0, -1 FROM gone`
		return t.later(ctx, "delete group", append(keys, rows, group)...)
	}
	untally := statement{sql: `UPDATE tallies SET groups = groups - 1 WHERE tenant_id = $1 AND directory_id =
		(SELECT coalesce(directory_id, '00000000-0000-0000-0000-000000000000') FROM groups WHERE tenant_id = $1 AND id = $2)`, args: args}
	return t.later(ctx, "delete group", append(keys, rows, untally, group)...)
}
