package storage

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// Directories look for one member by its login or external id before nearly every change, in the
// form of a list with a predicate. These few predicates take the way of the statements that are kept
// prepared. What they mean is the same, and the suite compares.

// key is a column that must equal a value.
type key struct {
	condition string // with $2 for the value
	value     any
	also      any  // $4, if the condition has one
	none      bool // the value can't be one of the column
	many      bool // several rows may have it
}

// byColumn returns the column and text that a query asks to be equal, when that is all it asks and
// it asks as a directory.
func byColumn(q roster.Query) (roster.Column, string, bool) {
	where := q.Where
	if and, ok := where.(roster.And); ok && len(and) == 1 {
		where = and[0]
	}
	c, ok := where.(roster.Compare)
	if !ok || c.Op != roster.Equal || c.Value.Kind != roster.Text || c.Value.Text == "" || c.Field.Sub != "" || !atOnce(q) {
		return "", "", false
	}
	return c.Field.Column, strings.ToValidUTF8(c.Value.Text, string(utf8.RuneError)), true
}

// atOnce says that a directory asks for the first page.
func atOnce(q roster.Query) bool {
	return !q.Scope.Directory.IsZero() && q.Offset == 0 && q.After.IsZero() && q.Limit > 0
}

func memberKey(q roster.Query) (key, bool) {
	column, text, ok := byColumn(q)
	if !ok {
		return key{}, false
	}
	none := strings.Contains(text, "\x00") // nothing that is stored has one
	switch column {
	case roster.ColumnLogin:
		return key{condition: "m.login_fold = $2", value: roster.Fold(text), none: none}, true
	case roster.ColumnExternalID:
		return key{condition: "m.external_id = $2 AND m.external_id <> ''", value: text, none: none}, true
	case roster.ColumnID:
		return idKey("m.id = $2", text), true
	}
	return key{}, false
}

// groupKey leaves names that several groups may bear to the other way when they need an order.
func groupKey(q roster.Query) (key, bool) {
	if k, ok := groupOfMember(q); ok {
		return k, true
	}
	column, text, ok := byColumn(q)
	if !ok || q.Order != (roster.Field{}) || q.Desc {
		return key{}, false
	}
	switch column {
	case roster.ColumnName:
		return key{condition: "g.name_fold = $2", value: roster.Fold(text), none: strings.Contains(text, "\x00"), many: true}, true
	case roster.ColumnID:
		return idKey("g.id = $2", text), true
	}
	return key{}, false
}

// groupOfMember is what Entra asks before each change of a membership: is this one in this group?
func groupOfMember(q roster.Query) (key, bool) {
	and, ok := q.Where.(roster.And)
	if !ok || len(and) != 2 || !atOnce(q) {
		return key{}, false
	}
	one, isID := and[0].(roster.Compare)
	in, isAny := and[1].(roster.Any)
	if !isID || !isAny || one.Op != roster.Equal || one.Value.Kind != roster.Text || one.Field.Column != roster.ColumnID || one.Field.Sub != "" ||
		in.Field.Column != roster.ColumnMember || in.Field.Sub != "" {
		return key{}, false
	}
	member, ok := in.Where.(roster.Compare)
	if !ok || member.Op != roster.Equal || member.Value.Kind != roster.Text || member.Field.Sub != "value" {
		return key{}, false
	}
	k := idKey(`g.id = $2 AND EXISTS (SELECT 1 FROM group_members gm WHERE gm.tenant_id = $1 AND gm.group_id = $2 AND gm.member_id = $4)`, one.Value.Text)
	other := idKey("", member.Value.Text)
	k.also, k.none = other.value, k.none || other.none
	return k, true
}

// idKey compares an id as text does: only its canonical form is equal to it.
func idKey(condition, text string) key {
	id, err := tenant.ParseUUID(text)
	return key{condition: condition, value: ident(id), none: err != nil || id.UUID() != text}
}

// byKey reads the few rows that have the key. All are read, so that their number is the total.
func (l *list[T]) byKey(ctx context.Context, k key) (roster.Page[T], error) {
	var page roster.Page[T]
	if k.none {
		return page, nil
	}
	of := string(l.of)
	sql := "SELECT " + l.columns + " FROM " + l.table + " WHERE " + of + ".tenant_id = $1 AND " + of + ".directory_id = $3 AND " + k.condition
	if l.only != "" {
		sql += " AND " + l.only
	}
	if k.many {
		sql += " ORDER BY " + of + ".id"
	}
	args := []any{l.r.me(), k.value, ident(l.q.Scope.Directory.UUID)}
	if k.also != nil {
		args = append(args, k.also)
	}
	err := l.r.run(ctx, "list "+l.table+" by key", statement{
		sql: sql, brief: true,
		args: args,
		each: func(r row) error {
			item, err := l.scan(r)
			page.Items = append(page.Items, item)
			return err
		},
	})
	if err != nil {
		return roster.Page[T]{}, err
	}
	if l.q.Count {
		page.Total = len(page.Items)
	}
	page.More = len(page.Items) > l.q.Limit
	page.Items = slices.Clip(page.Items[:min(l.q.Limit, len(page.Items))])
	return page, nil
}
